"""A client of Accord's broker, written from Shared/Wire/PROTOCOL.md alone. Python 3, standard library only, one thread."""
import collections, json, socket, struct, time


class Fault(Exception):
    """The broker's last word on a connection, or its silence."""


class Client:
    def __init__(self, host, port, credential, secret, lineage=None, epoch=0, highest=0, manifest=None, timeout=30):
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
        self.marks = {}  # (handle, source) -> instant
        self.replies = {}  # request id -> reply frame
        self.answer = lambda request: {"code": "nobody_there", "sentence": "This program answers no questions."}
        self.left = False
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
            time.sleep(frame["after_ms"] / 1000)
            for sequence, event in self.unanswered.items():
                if sequence >= frame["from"]:
                    self.send_publish(sequence, event)
        elif op == "revoke":
            gone = lambda number: any(low <= number <= high for low, high in frame["deliveries"])
            self.deliveries = collections.deque(
                d for d in self.deliveries if d["handle"] != frame["handle"] or not gone(d["number"]))
        elif op == "request":
            self.send("reply", id=frame["id"], **self.answer(frame))
        elif op == "ping":
            self.send("pong", id=frame["id"])
        elif op == "fault":
            raise Fault(f"{frame['sentence']} [{frame['code']}]")
        elif op == "welcome":
            self.welcome = frame
        elif op == "subscribed":
            self.subscribed[frame["handle"]] = frame["position"]
        elif op == "unsubscribed":
            self.subscribed.pop(frame["handle"], None)
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
        self.send("subscribe", handle=handle, name=name, filters=filters, start=start, messages=messages, bytes=size)
        self.wait(lambda: handle in self.subscribed)

    def working(self, handle, numbers):
        self.send("working", handle=handle, deliveries=ranges(numbers))

    def settle(self, handle, done, exceptions=(), size=0):
        """Settles and grants as much credit as the settled deliveries took."""
        self.send("settle", handle=handle, done=ranges(done), exceptions=list(exceptions))
        self.send("credit", handle=handle, messages=len(done) + len(exceptions), bytes=size)

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


def ranges(numbers):
    """[1, 2, 3, 7] as [[1, 3], [7, 7]]."""
    result = []
    for number in sorted(numbers):
        if result and result[-1][1] + 1 == number:
            result[-1][1] = number
        else:
            result.append([number, number])
    return result
