"""Publishes events, reads them back and settles them, against a running broker.

usage: roundtrip.py HOST PORT CREDENTIAL SECRET [COUNT]
The credential must be allowed to publish and read types CREDENTIAL.roundtrip.* as source /CREDENTIAL.
Prints one line a check and "N passed" at the end; the exit code is 1 where one failed.
"""
import datetime, json, secrets, sys

from accord_client import Client

HANDLE, KEYS = 1, 17
passed, failed = 0, 0


def check(what, holds, detail=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
    print(f"{'ok  ' if holds else 'FAIL'} {what}{'' if holds else f': {detail}'}", flush=True)


def make_event(credential, run, index):
    """Text that is easily spoiled on the way: escapes, characters beyond ASCII, odd spacing, big numbers."""
    key = f"key-{run}-{index % KEYS}"
    data = f'{{ "index" : {index}, "text": "caf\u00e9 \\u20ac \\"{index}\\" \U0001F600", "number": 12345678901234567890.50, "none":null}}'
    return (f'{{"specversion":"1.0","id":"{run}-{index}","source":"/{credential}","type":"{credential}.roundtrip.tried.v1",'
            f'"subject":"{index}","partitionkey":"{key}","unknownextension":true,"data":{data}}}').encode()


def make_manifest(credential):
    """What is published here, so that the broker holds every event to it."""
    schema = {"type": "object", "required": ["index", "text"],
              "properties": {"index": {"type": "integer", "minimum": 0}, "text": {"type": "string", "maxLength": 20},
                             "number": {"type": "number"}, "none": {"type": "null"}}}
    return {"publishes": {f"{credential}.roundtrip.tried.v1": schema}, "reads": []}


def consume(client, wanted):
    """Settles until `wanted` events are done; the first is put off once. Returns them in the order in which they were done,
    and the attempts of that one when it came again."""
    done, put_off, barred, attempts = [], None, None, []
    while len(done) < wanted:
        if not client.wait(lambda: client.deliveries):
            break
        started, later = [], []
        while client.deliveries:
            delivery = client.deliveries.popleft()
            key = delivery["event"]["partitionkey"]
            if delivery["sequence"] == put_off:
                attempts.append(delivery["attempt"])
                barred = None
            elif key == barred:
                continue  # Behind the one that was put off: the broker takes it back and sends it again.
            started.append(delivery)
            if put_off is None:
                put_off, barred = delivery["sequence"], key
                later.append(delivery)
            else:
                done.append(delivery)
        client.working(HANDLE, [d["number"] for d in started])
        numbers = [d["number"] for d in started if d not in later]
        exceptions = [{"delivery": d["number"], "verdict": "later", "after_ms": 50} for d in later]
        size = sum(len(d["bytes"]) for d in started)
        client.settle(HANDLE, numbers, exceptions, size)
    return done, attempts


def main(host, port, credential, secret, count=2000):
    run, lineage = secrets.token_hex(6), secrets.token_hex(16)
    events = [make_event(credential, run, index) for index in range(count)]
    client = Client(host, int(port), credential, secret, lineage=lineage, epoch=1, manifest=make_manifest(credential))
    check("a new lineage begins at 0", client.welcome["last_sequence"] == 0, client.welcome)
    check("a lineage is de-duplicated", client.welcome["deduplicated"] is True, client.welcome)
    client.subscribe(HANDLE, f"roundtrip-{run}", [f"{credential}.roundtrip.*"])
    check("subscribed", HANDLE in client.subscribed)

    for event in events:
        client.publish(event)
    check("all accepted", client.wait(lambda: client.accepted >= count), client.accepted)
    check("none refused", not client.refused, client.refused)

    done, attempts = consume(client, count)
    check("all delivered", len(done) == count, len(done))
    check("each once", len({d["sequence"] for d in done}) == len(done))
    check("the one that was put off came a second time", attempts == [2], attempts)
    check("bytes as published", all(d["bytes"] == events[d["sequence"] - 1] for d in done))
    check("producer is credential/lineage", all(d["producer"] == f"{credential}/{lineage}" for d in done))
    last, ordered = {}, True
    for delivery in done:
        key = delivery["event"]["partitionkey"]
        ordered = ordered and last.get(key, 0) < delivery["sequence"]
        last[key] = delivery["sequence"]
    check("in order within each key", ordered)

    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    client.mark(now)
    check("a mark arrives behind all that is settled",
          client.wait(lambda: client.marks.get((HANDLE, f"/{credential}"), "") >= now, 10), client.marks)
    reply = client.request(1, "nobody-of-this-name", "are.you.there", {"hello": True}, 2000)
    check("a question to nobody is answered by the broker", reply is not None and "code" in reply, reply)

    client.farewell()
    again = Client(host, int(port), credential, secret, lineage=lineage, epoch=2, highest=count, manifest=make_manifest(credential))
    check("the broker remembers the last sequence", again.welcome["last_sequence"] == count, again.welcome)
    check("and that event's id", again.welcome.get("last_id") == f"{run}-{count - 1}", again.welcome)
    again.next_sequence, again.accepted = max(1, count - 9), 0
    for event in events[-10:]:
        again.publish(event)
    check("what is published again is accepted again", again.wait(lambda: not again.unanswered), len(again.unanswered))
    again.subscribe(HANDLE, f"roundtrip-{run}", [f"{credential}.roundtrip.*"])
    check("and not delivered again", not again.wait(lambda: again.deliveries, 0.5), list(again.deliveries)[:1])
    bad = again.publish(json.dumps({"specversion": "1.0", "id": "x", "type": f"{credential}.roundtrip.tried.v1"}).encode())
    check("an event without source is refused", again.wait(lambda: bad in again.refused), again.refused)
    broken = again.publish(make_event(credential, run, 0).replace(b'"index" : 0', b'"index" : -1'))
    check("an event that breaks its contract is refused", again.wait(lambda: broken in again.refused), again.refused)
    check("with the place and what must be there", again.refused.get(broken, ("", ""))[0] == "contract_mismatch"
          and "/data/index must not be below 0" in again.refused[broken][1], again.refused)
    good = again.publish(make_event(credential, run, count))
    check("and the next one is accepted", again.wait(lambda: again.accepted >= good), again.accepted)
    again.send("unsubscribe", handle=HANDLE, forget=True)
    check("unsubscribed", again.wait(lambda: HANDLE not in again.subscribed))
    again.farewell()
    print(f"{passed} passed" + (f", {failed} failed" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:5], *(int(count) for count in sys.argv[5:])))
