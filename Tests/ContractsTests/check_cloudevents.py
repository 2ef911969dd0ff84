#!/usr/bin/env python3
"""Holds what Accord publishes against other people's reading of it.

Every golden event must be accepted by the official JSON schema of CloudEvents and by the official SDK, which must see in it what
stands in it; its data must fit the schema that its department registers. Needs the packages jsonschema and cloudevents (2.x). The folder
with the official schemas is given in ACCORD_DATA (it holds schemas/cloudevents.json); without it that part is left out, and said so.

    ACCORD_DATA=... python3 Tests/ContractsTests/check_cloudevents.py [FOLDER WITH EVENTS]

Exit: 0 all accepted, 1 something refused, 2 cannot check.
"""

import datetime
import json
import os
import pathlib
import sys

try:
    import jsonschema
    from cloudevents.core.formats.json import JSONFormat
except ImportError as error:
    sys.exit(print(f"cannot check: {error}; install jsonschema and cloudevents with pip", file=sys.stderr) or 2)


def strict(text):
    """JSON without the habits that Python adds: no NaN, no name twice."""

    def once(pairs):
        names = [name for name, _ in pairs]
        if len(names) != len(set(names)):
            raise ValueError(f"a name stands twice among {names}")
        return dict(pairs)

    def refuse(word):
        raise ValueError(f"{word} is no JSON")

    return json.loads(text, object_pairs_hook=once, parse_constant=refuse)


def check(path, envelope_schema):
    text = path.read_bytes().decode("utf-8")
    event = strict(text)
    if envelope_schema:
        jsonschema.validate(event, envelope_schema, format_checker=jsonschema.FormatChecker())

    seen = JSONFormat().read(None, text)
    attributes = {name: value for name, value in event.items() if name != "data"}
    attributes["time"] = datetime.datetime.fromisoformat(event["time"])
    if seen.get_attributes() != attributes:
        raise ValueError(f"the SDK sees {seen.get_attributes()}")
    if seen.get_data() != event.get("data"):
        raise ValueError(f"the SDK sees the data {seen.get_data()}")
    again = strict(JSONFormat().write(seen).decode("utf-8"))
    if datetime.datetime.fromisoformat(again["time"]) != attributes["time"] or {**again, "time": event["time"]} != event:
        raise ValueError("what the SDK writes is another event")

    data_schema = path.parent / f"{event['type']}.schema.json"
    schema = strict(data_schema.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(event["data"])


def main():
    data = os.environ.get("ACCORD_DATA")
    envelope_schema = None
    if data:
        envelope_schema = strict((pathlib.Path(data) / "schemas" / "cloudevents.json").read_text("utf-8"))
    else:
        print("left out: the official CloudEvents schema (ACCORD_DATA is not set; it stands in the specification's repository)")
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "Golden"
    events = sorted(path for path in folder.glob("*.json") if not path.name.endswith(".schema.json"))
    if not events:
        print(f"cannot check: {folder} holds no events", file=sys.stderr)
        return 2
    refused = 0
    for path in events:
        try:
            check(path, envelope_schema)
        except Exception as error:  # whatever it is, this event was not accepted, and the others are still of interest
            refused += 1
            print(f"{path.name}: refused: {getattr(error, 'json_path', '$')}: {getattr(error, 'message', error)}")
        else:
            print(f"{path.name}: accepted")
    print(f"{len(events) - refused} of {len(events)} events accepted by the CloudEvents {'schema and ' if envelope_schema else ''}SDK")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
