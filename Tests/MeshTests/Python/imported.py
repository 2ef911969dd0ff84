"""What the ledger's store in a data folder holds of orders, read without any of Accord's code; or what a raw export says it should.

imported.py store DATA          orders, lines, sums, entries, accounts, and a digest of every order but when it was captured and from which line
imported.py panel FILE.csv      baskets, lines and sums of the Complete Journey panel's columns
imported.py cdnow FILE.txt      rows, and the sum of dollar_value in cents
"""
import csv, hashlib, json, sqlite3, sys


def store(data):
    base = sqlite3.connect(f"file:{data}/ledger/store.sqlite?mode=ro", uri=True)
    told = dict(orders=0, lines=0, quantity=0, paid=0, discounts=0)
    digest = hashlib.sha256()
    for (content,) in base.execute("SELECT content FROM captured_order ORDER BY order_id"):
        order = json.loads(content)
        told["orders"] += 1
        told["lines"] += len(order["lines"])
        for line in order["lines"]:
            told["quantity"] += line["quantity"]
            told["paid"] += line["paid"]["amount_minor"]
        told["discounts"] += sum(d["amount"]["amount_minor"] for d in order["discounts"])
        del order["captured_at"], order["import"]
        digest.update(json.dumps(order, sort_keys=True).encode() + b"\n")
    told["digest"] = digest.hexdigest()
    (told["entries"],) = base.execute("SELECT count(*) FROM entry").fetchone()
    told["accounts"] = {path: [debit, credit] for path, debit, credit in base.execute("SELECT path, posted_debit, posted_credit FROM account")}
    return told


def panel(path):
    told = dict(lines=0, quantity=0, paid=0, discounts=0)
    baskets = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            told["lines"] += 1
            told["quantity"] += int(row["quantity"])
            told["paid"] += int(row["sales_value_cents"])
            told["discounts"] += int(row["retail_disc_cents"])
            baskets[row["basket_id"]] = baskets.get(row["basket_id"], 0) + int(row["sales_value_cents"])
    told["orders"] = len(baskets)
    told["entries"] = sum(1 for paid in baskets.values() if paid)
    return told


def cdnow(path):
    told = dict(orders=0, paid=0, entries=0)
    with open(path) as file:
        next(file)
        for line in file:
            if not line.split():
                continue
            dollars, cents = line.split()[3].split(".")
            told["orders"] += 1
            told["paid"] += int(dollars) * 100 + int(cents)
            told["entries"] += 1 if int(dollars) * 100 + int(cents) else 0
    return told


print(json.dumps(dict(store=store, panel=panel, cdnow=cdnow)[sys.argv[1]](sys.argv[2]), sort_keys=True))
