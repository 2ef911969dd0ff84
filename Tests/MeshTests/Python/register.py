"""Says a manifest and leaves: registers contracts of event types, or what a program reads.

usage: register.py HOST PORT CREDENTIAL SECRET MANIFEST
MANIFEST is JSON, as in the hello of PROTOCOL.md. Prints "registered", or the broker's fault; the exit code is 1 then.
"""
import json, sys

from accord_client import Client, Fault

if __name__ == "__main__":
    if len(sys.argv) != 6:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    host, port, credential, secret, manifest = sys.argv[1:]
    try:
        Client(host, int(port), credential, secret, manifest=json.loads(manifest)).farewell()
    except Fault as fault:
        print(fault)
        sys.exit(1)
    print("registered")
