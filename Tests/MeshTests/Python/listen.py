"""Listens to what others publish: prints each event's id, one a line, and settles it.

usage: listen.py HOST PORT CREDENTIAL SECRET TYPE COUNT
Prints "listening" once subscribed, from the beginning of the journal; ends after COUNT events, with exit code 1 where they do not come.
"""
import sys

from accord_client import Client


def main(host, port, credential, secret, filter, count):
    client = Client(host, int(port), credential, secret)
    client.subscribe(1, "stranger", [filter], start="beginning")
    print("listening", flush=True)
    heard = 0
    while heard < count and client.wait(lambda: client.deliveries):
        delivery = client.deliveries.popleft()
        client.working(1, [delivery["number"]])
        print(delivery["event"]["id"], flush=True)
        client.settle(1, [delivery["number"]], size=len(delivery["bytes"]))
        heard += 1
    client.farewell()
    return 0 if heard == count else 1


if __name__ == "__main__":
    if len(sys.argv) != 7:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:6], int(sys.argv[6])))
