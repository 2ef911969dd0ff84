"""A client of Accord's broker, written from Shared/Wire/PROTOCOL.md alone. Python 3, standard library only, one thread."""
import collections, json, random, socket, struct, time


class Fault(Exception):
    """The broker's last word on a connection, or its silence. `code` is for programs; see Codes in PROTOCOL.md."""

    # What no retry alone will mend.
    FOR_A_PERSON = {"version", "not_known", "revoked", "fenced", "superseded", "store_restored", "contract_schema",
                    "contract_incompatible", "type_not_yours", "filter_not_allowed", "damaged"}

    def __init__(self, sentence, code=None):
        super().__init__(f"{sentence} [{code}]" if code else sentence)
        self.code = code


class Client:
    def __init__(self, host, port, credential, secret, lineage=None, epoch=0, highest=0, manifest=None, timeout=30, rows=None):
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.received = b""
        self.welcome = None
        self.unanswered = collections.OrderedDict()  # sequence -> event bytes, published and not yet accepted
        self.accepted = self.forget = 0
        self.refused = {}  # sequence -> (code, sentence)
        self.deliveries = collections.deque()
        self.subscribed = {}  # handle -> position
        self.ended = {}  # handle -> (code, sentence), where the broker ended or refused the subscription
        self.put_off = 0  # how often the broker told us to go back
        self.marks = {}  # (handle, source) -> instant
        self.replies = {}  # request id -> reply frame
        self.answer = lambda request: {"code": "nobody_there", "sentence": "This program answers no questions."}
        self.left = False
        self.rows = rows or {}  # sequence -> event bytes, what the outbox still has
        self.healed = 0  # rows given back because the broker's disk lost them
        hello = {"version": 1, "credential": credential, "secret": secret}
        if lineage is not None:
            hello.update(lineage=lineage, epoch=epoch, highest=highest)
        if manifest is not None:
            hello.update(manifest=manifest)
        self.send("hello", **hello)
        self.wait(lambda: self.welcome)
        self.accepted, self.forget = self.welcome["last_sequence"], self.welcome["forget"]
        self.next_sequence = self.accepted + 1

    # Frames

    def send(self, op, **members):
        self.send_payload(json.dumps({"op": op, **members}, separators=(",", ":")).encode())

    def send_payload(self, payload):
        self.socket.sendall(struct.pack(">I", len(payload)) + payload)

    def wait(self, done, seconds=None):
        """Hears the broker until `done()` is true; returns it. False where that does not happen in time."""
        end = time.monotonic() + (seconds or self.timeout)
        while not done():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.hear(left)
        return done()

    def hear(self, seconds):
        """Reads what has come, waiting so long for the first byte, and handles every whole frame in it."""
        self.socket.settimeout(max(seconds, 0.001))
        try:
            data = self.socket.recv(1 << 16)
        except socket.timeout:
            return
        finally:
            self.socket.settimeout(self.timeout)
        if not data:
            raise Fault("the broker closed the connection")
        self.received += data
        at = 0
        while len(self.received) - at >= 4:
            (length,) = struct.unpack_from(">I", self.received, at)
            if len(self.received) - at - 4 < length:
                break
            self.handle(self.received[at + 4 : at + 4 + length])
            at += 4 + length
        self.received = self.received[at:]

    def handle(self, payload):
        frame = json.loads(payload)
        op = frame["op"]
        if op == "deliver":
            # The event is the last member: its bytes are what stands before the closing brace.
            frame["bytes"] = payload[payload.index(b'"event":') + 8 : payload.rindex(b"}")]
            self.deliveries.append(frame)
        elif op == "accepted":
            self.accepted, self.forget = max(self.accepted, frame["through"]), frame["forget"]
            while self.unanswered and next(iter(self.unanswered)) <= self.accepted:
                self.unanswered.popitem(last=False)
        elif op == "refused":
            self.refused[frame["sequence"]] = (frame["code"], frame["sentence"])
        elif op == "resume":
            self.put_off += 1
            time.sleep(frame["after_ms"] / 1000)
            for sequence, event in self.unanswered.items():
                if sequence >= frame["from"]:
                    self.send_publish(sequence, event)
        elif op == "heal":
            for low, high in frame["sequences"]:
                for sequence in [s for s in range(low, high + 1) if s in self.rows]:
                    self.send_payload(b'{"op":"heal","sequence":%d,"event":%s}' % (sequence, self.rows[sequence]))
                    self.healed += 1
        elif op == "revoke":
            gone = lambda number: any(low <= number <= high for low, high in frame["deliveries"])
            self.deliveries = collections.deque(
                d for d in self.deliveries if d["handle"] != frame["handle"] or not gone(d["number"]))
        elif op == "request":
            self.send("reply", id=frame["id"], **self.answer(frame))
        elif op == "ping":
            self.send("pong", id=frame["id"])
        elif op == "fault":
            raise Fault(frame["sentence"], frame["code"])
        elif op == "welcome":
            self.welcome = frame
        elif op == "subscribed":
            self.subscribed[frame["handle"]] = frame["position"]
        elif op == "unsubscribed":
            self.subscribed.pop(frame["handle"], None)
            if "code" in frame:
                self.ended[frame["handle"]] = (frame["code"], frame["sentence"])
        elif op == "mark":
            self.marks[frame["handle"], frame["source"]] = frame["through"]
        elif op in ("reply", "admin"):
            self.replies[frame["id"]] = frame
        elif op == "farewell":
            self.left = True
        # Anything else is from a later broker: ignored.

    # Publishing

    def publish(self, event):
        """Publishes one event, as bytes of JSON, under the next sequence; waits only while the window is full."""
        self.wait(lambda: len(self.unanswered) < self.welcome["limits"]["window"])
        sequence, self.next_sequence = self.next_sequence, self.next_sequence + 1
        self.unanswered[sequence] = event
        self.send_publish(sequence, event)
        return sequence

    def send_publish(self, sequence, event):
        self.send_payload(b'{"op":"publish","sequence":%d,"event":%s}' % (sequence, event))

    def mark(self, through):
        self.send("mark", through=through)

    # Subscribing

    def subscribe(self, handle, name, filters, start="new", messages=256, size=4 << 20):
        self.ended.pop(handle, None)
        self.send("subscribe", handle=handle, name=name, filters=filters, start=start, messages=messages, bytes=size)
        self.wait(lambda: handle in self.subscribed or handle in self.ended)
        return handle in self.subscribed

    def working(self, handle, numbers):
        self.send("working", handle=handle, deliveries=ranges(numbers))

    def settle(self, handle, done, exceptions=(), size=0):
        """Settles and grants as much credit as the settled deliveries took."""
        self.send("settle", handle=handle, done=ranges(done), exceptions=list(exceptions))
        self.send("credit", handle=handle, messages=len(done) + len(exceptions), bytes=size)

    def work(self, handle, do, batch=64):
        """Does one batch of what was delivered on `handle`, then settles it and grants as much credit again; returns how many.

        `do(delivery)` returns None where the event is done (its inbox mark and its effect are committed), "later" or ("later", ms)
        where this program has trouble, ("never", reason) where the event will never succeed.
        """
        key = lambda d: d["event"].get("partitionkey", d["event"].get("subject", d["event"]["id"]))
        mine = [d for d in self.deliveries if d["handle"] == handle][:batch]
        if mine:
            self.working(handle, [d["number"] for d in mine])
        done, exceptions, size, barred = [], [], 0, set()
        for delivery in mine:
            if key(delivery) in barred:
                continue  # About to be taken back: it comes again behind the one that failed.
            size += len(delivery["bytes"])
            verdict = do(delivery)
            if verdict is None:
                done.append(delivery["number"])
                continue
            verdict, detail = (verdict, None) if isinstance(verdict, str) else verdict
            exception = {"delivery": delivery["number"], "verdict": verdict}
            if detail is not None:
                exception["after_ms" if verdict == "later" else "reason"] = detail
            exceptions.append(exception)
            barred.add(key(delivery))
        mine = {d["number"] for d in mine}
        self.deliveries = collections.deque(
            d for d in self.deliveries if d["handle"] != handle or (d["number"] not in mine and key(d) not in barred))
        if done or exceptions:
            self.settle(handle, done, exceptions, size)
        return len(done) + len(exceptions)

    # Asking and leaving

    def request(self, id, to, subject, body, deadline_ms=5000):
        self.send("request", id=id, to=to, subject=subject, deadline_ms=deadline_ms, body=body)
        self.wait(lambda: id in self.replies)
        return self.replies.pop(id, None)

    def farewell(self, reason="done"):
        self.send("farewell", reason=reason)
        try:
            self.wait(lambda: False, 5)
        except (Fault, OSError):
            pass
        self.socket.close()


class Outbox:
    """What a publisher keeps in a store of its own: rows numbered from 1 within one lineage, deleted once the broker needs them no more.

    This one is in memory; a real one is a table, written in the transaction of what the events tell of.
    """

    def __init__(self, lineage):
        self.lineage, self.rows, self.highest = lineage, {}, 0

    def add(self, event):
        self.highest += 1
        self.rows[self.highest] = event
        return self.highest

    def forget(self, through):
        for sequence in [s for s in self.rows if s <= through]:
            del self.rows[sequence]


def connect(outbox, epoch, *address, **hello):
    """Connects, waiting longer each time, until it is let in; publishes from the outbox what the broker has not taken. A fault that
    needs a person is raised."""
    wait = 0.1
    while True:
        try:
            client = Client(*address, lineage=outbox.lineage, epoch=epoch, highest=outbox.highest, rows=outbox.rows, **hello)
            break
        except (Fault, OSError) as trouble:
            if getattr(trouble, "code", None) in Fault.FOR_A_PERSON:
                raise
            time.sleep(wait * random.random())
            wait = min(wait * 2, 10)
    for sequence in range(client.next_sequence, outbox.highest + 1):
        client.publish(outbox.rows[sequence])
    outbox.forget(client.forget)
    return client


def ranges(numbers):
    """[1, 2, 3, 7] as [[1, 3], [7, 7]]."""
    result = []
    for number in sorted(numbers):
        if result and result[-1][1] + 1 == number:
            result[-1][1] = number
        else:
            result.append([number, number])
    return result
