"""An outside department: says what it publishes and reads, works on what others tell it, asks and answers, and survives its broker.

usage: department.py HOST PORT CREDENTIAL SECRET
The credential must be allowed to publish CREDENTIAL.* as source /CREDENTIAL, to read the same, and to ask itself and the operator.
Prints "kill the broker" once, when it wants the broker killed, one of its first events
damaged in the journal, and the broker started again at the same port; one line a check; "N passed" at the end.
"""
import json, secrets, sys, time

from accord_client import Client, Fault, Outbox, connect

HANDLE = 1
passed, failed = 0, 0


def check(what, holds, detail=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"{'ok  ' if holds else 'FAIL'} {what}{'' if holds else f': {detail}'}", flush=True)


def main(host, port, credential, secret):
    sold = f"{credential}.thing.sold.v1"
    schema = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer", "minimum": 1}}}
    manifest = {"publishes": {sold: schema}, "reads": [{"type": sold, "fields": ["/count"]}]}
    address = (host, int(port), credential, secret)
    outbox = Outbox(secrets.token_hex(16))

    def event(key, count, type=sold):
        return json.dumps({"specversion": "1.0", "id": secrets.token_hex(8), "source": f"/{credential}", "type": type,
                           "partitionkey": key, "data": {"count": count}}).encode()

    def sell(client, key, count):
        outbox.add(event(key, count))
        return client.publish(outbox.rows[outbox.highest])

    client = connect(outbox, 1, *address, manifest=manifest)
    check("it may read its own", client.subscribe(HANDLE, "sales", [f"{credential}.thing.*"], messages=8, size=1 << 16))
    check("and not what is another's", not client.subscribe(7, "nosy", ["ledger.*"]) and client.ended[7][0] == "filter_not_allowed")

    # Done, later and never; credit for eight is granted again batch by batch.
    inbox, tries, order = set(), {}, []

    def work(delivery):
        mark = (delivery["producer"], delivery["sequence"])
        count = delivery["event"]["data"]["count"]
        tries[mark] = tries.get(mark, 0) + 1
        if count == 100:  # The last of its key: in front of others it would take them along to the dead letters.
            return "never", "a hundred is not for sale"
        if count == 7 and tries[mark] == 1:
            return "later", 50
        if mark not in inbox:
            inbox.add(mark)
            order.append((delivery["event"]["partitionkey"], delivery["sequence"]))

    def work_until(client, done, seconds=20):
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            client.wait(lambda: client.deliveries, 0.5)
            client.work(HANDLE, work)
        return done()

    for number in range(1, 101):
        sell(client, f"k{number % 5}", number)
    check("all but one are worked on, with credit for eight", work_until(client, lambda: len(inbox) == 99), len(inbox))
    check("the one put off came again", sorted(t for t in tries.values() if t > 1) == [2], tries)
    ordered = all(a < b for key in {k for k, _ in order} for a, b in zip(*[[s for k, s in order if k == key][i:] for i in (0, 1)]))
    check("in order within each key", ordered, order)

    # A contract holds its own program too; an undeclared type is a slip.
    slip = client.publish(event("k", 1, f"{credential}.thing.slod.v1"))
    check("a type that it did not declare is refused", client.wait(lambda: slip in client.refused)
          and client.refused[slip][0] == "contract_unknown", client.refused)
    outbox.add(b"{}")  # The number is used up: the outbox counts it too.

    # Two of its programs: one asks, the other answers.
    answering = Client(*address)
    answering.answer = lambda request: {"body": {"asked": request["subject"], "by": request["from"]}}
    client.send("request", id=3, to=credential, subject="stock.left", deadline_ms=5000, body={"sku": "TEA"})
    answering.wait(lambda: False, 0.5)
    check("a question is answered", client.wait(lambda: 3 in client.replies)
          and client.replies[3]["body"] == {"asked": "stock.left", "by": credential}, client.replies)
    reply = client.request(4, "ledger", "anything", {})
    check("and one to whom it may not ask is not put", reply["code"] == "not_allowed", reply)
    answering.farewell()

    # The broker dies with some of it on the way; nothing is lost and nothing happens twice.
    sent = [sell(client, "late", number) for number in range(201, 231)]
    print("kill the broker", flush=True)
    try:
        while client.wait(lambda: False, 1) is False:
            client.send("ping", id=1)
    except (Fault, OSError):
        pass
    for number in range(231, 241):
        outbox.add(event("late", number))  # What happens while the broker is away waits in the outbox.
    client = connect(outbox, 2, *address, manifest=manifest)
    check("what the disk lost meanwhile is given back", client.wait(lambda: client.healed), client.healed)
    check("it publishes on from the broker's word", client.wait(lambda: client.accepted >= outbox.highest), client.accepted)
    client.subscribe(HANDLE, "sales", [f"{credential}.thing.*"], messages=8, size=1 << 16)
    check("everything is worked on once", work_until(client, lambda: len(inbox) == 139), len(inbox))
    late = [s for k, s in order if k == "late"]
    check("in order, over the broker's death as well", late == sorted(late) and len(late) == 40 and late[0] == sent[0], late)

    # A looser contract would break a reader: the department itself.
    loose = {"publishes": {sold: {"type": "object"}}, "reads": []}
    try:
        Client(*address, manifest=loose).farewell()
        check("a contract that breaks a reader is not taken", False)
    except Fault as fault:
        check("a contract that breaks a reader is not taken", fault.code == "contract_incompatible", fault)
    client.farewell()
    print(f"{passed} passed" + (f", {failed} failed" if failed else ""), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
