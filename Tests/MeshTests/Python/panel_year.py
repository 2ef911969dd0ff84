"""The campaigns of the Complete Journey panel as offers, and what they must come to: read out of the raw rows and the written rules alone.

    panel_year.py DATA INTO CAMPAIGNS

writes into INTO: orders-ID.csv (the rows placed before campaign ID begins and after the one before it), campaign-ID.txt (its households, an
audience), lists.csv, people.csv, consents.csv, offer-ID.json, and expected.json. CAMPAIGNS is `all` or ids with commas between them.

Each campaign takes 10 percent off what its coupons are for, from midnight in New York, for the households that it was sent to; orders of
the 48 hours before have it too. Of two offers that do not combine, a line gets the better, not both.
"""

import csv
import datetime
import gzip
import json
import sys
import zoneinfo

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.timezone.utc


def half_even_tenth(cents):
    tenth, rest = divmod(cents, 10)
    return tenth + 1 if rest > 5 or (rest == 5 and tenth % 2 == 1) else tenth


def largest_remainder(amount, bases):
    total = sum(bases)
    if total == 0:
        return [0] * len(bases)
    shares = [amount * base // total for base in bases]
    order = sorted(range(len(bases)), key=lambda i: (-(amount * bases[i] % total), i))
    for i in order[: amount - sum(shares)]:
        shares[i] += 1
    return shares


def table(path):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    with opened as file:
        yield from csv.DictReader(file)


def midnight(day):
    return datetime.datetime.fromisoformat(day).replace(tzinfo=NEW_YORK).astimezone(UTC)


def without_consent(household):
    return int(household) % 10 == 7


def offer(campaign, skus):
    money = {"amount_minor": 10_000_000, "currency": "USD"}
    return {
        "schema": "accord.offer/1", "offer_id": "panel-" + campaign["id"], "version": 1, "significance": "material",
        "campaign_id": "panel", "title": {"en-US": "10 % off, campaign " + campaign["id"]}, "owner": "marketer/maya",
        "service_contact": "agent/ines", "also_called": [], "currency": "USD",
        "window": {"starts_at": campaign["start"] + "T00:00:00", "ends_at": campaign["end"] + "T00:00:00", "time_zone": "America/New_York"},
        "look_back": {"duration": "PT48H", "basis": "placed_at", "claim": "automatic"},
        "in_window": {"applied_by": "checkout", "code": None}, "honour_for": "PT336H",
        "eligibility": {"customers": "list", "list_id": "campaign-" + campaign["id"], "anonymous_orders": False, "channels": ["store"],
                        "countries": None},
        "targeting": {"audience_id": "audience-" + campaign["id"], "purpose": "marketing", "channels": ["email"], "locales": ["en-US"],
                      "voices": ["warm"]},
        "applies_to": {"include": [{"kind": "sku", "ids": skus}], "exclude": []},
        "benefit": {"kind": "percent_off", "percent_off": "10"}, "duration": {"kind": "once"}, "minimum": None,
        "limits": {"per_order": None, "per_customer": None, "total": None}, "stacking": {"group": "price", "combines_with": []},
        "remedy": {"destinations": ["original_tender", "customer_credit"], "claimable_for": "PT2160H",
                   "clawback": {"on_return": True, "waive_below": None}},
        "add_items": None, "note": {"template_id": "applied-already", "replaces_campaign_message": True},
        "budget": {"reserve": money, "desk_allowance": {"amount_minor": 0, "currency": "USD"}},
        "parity_exception": None, "promises": [], "sheets_required": [], "briefing": {"first_hours": 72, "question": None},
    }


def main(data, into, chosen):
    campaigns = []
    for row in table(data + "/campaign_descriptions.csv"):
        if chosen != "all" and row["campaign_id"] not in chosen.split(","):
            continue
        end = datetime.date.fromisoformat(row["end_date"]) + datetime.timedelta(days=1)
        campaigns.append({"id": row["campaign_id"], "start": row["start_date"], "end": end.isoformat()})
    campaigns.sort(key=lambda c: (c["start"], int(c["id"])))
    for campaign in campaigns:
        campaign["begins"] = midnight(campaign["start"])
        campaign["households"], campaign["skus"] = [], set()
    by_id = {campaign["id"]: campaign for campaign in campaigns}
    for row in table(data + "/campaigns.csv"):
        if row["campaign_id"] in by_id:
            by_id[row["campaign_id"]]["households"].append(row["household_id"])
    for row in table(data + "/coupons.csv.gz"):
        if row["campaign_id"] in by_id:
            by_id[row["campaign_id"]]["skus"].add(row["product_id"])

    # One file of orders for each time that anything begins; what comes after the last is left out.
    starts = sorted({campaign["begins"] for campaign in campaigns})
    files, baskets, number = {}, {}, {}
    header = ["household_id", "basket_id", "product_id", "quantity", "sales_value_cents", "at"]
    for row in table(data + "/transactions.csv.gz"):
        at = datetime.datetime.fromisoformat(row["at"].replace("Z", "+00:00"))
        start = next((start for start in starts if at < start), None)
        if start is None:
            continue
        if start not in files:
            files[start] = open("%s/orders-%d.csv" % (into, starts.index(start)), "w")
            files[start].write(",".join(header) + "\n")
        files[start].write(",".join(row[name] for name in header) + "\n")
        if (start - at) <= datetime.timedelta(hours=48):
            basket = baskets.setdefault(row["basket_id"], {"household": row["household_id"], "at": at, "lines": []})
            basket["lines"].append((row["product_id"], int(row["quantity"]), int(row["sales_value_cents"])))
    for file in files.values():
        file.close()

    # What each campaign gives, in the order in which they begin; a line keeps what it was given.
    given_before, expected = {}, []
    for campaign in campaigns:
        households, skus, begins = set(campaign["households"]), campaign["skus"], campaign["begins"]
        given, bought_for_nothing = {}, {}
        for name, basket in baskets.items():
            if basket["household"] not in households or not begins - datetime.timedelta(hours=48) <= basket["at"] < begins:
                continue
            places = [i for i, (sku, quantity, cents) in enumerate(basket["lines"]) if sku in skus and quantity > 0 and cents > 0]
            if not places:
                continue
            bases = [basket["lines"][i][2] for i in places]
            shares = largest_remainder(half_even_tenth(sum(bases)), bases)
            before = given_before.get(name, {})
            top_ups = {i: max(0, min(share - before.get(i, 0), basket["lines"][i][2] - before.get(i, 0))) for i, share in zip(places, shares)}
            amount = sum(top_ups.values())
            if amount:
                given[name] = (amount, top_ups)
            else:
                reason = "eligible_zero" if sum(shares) == 0 else "better_already"
                bought_for_nothing.setdefault(basket["household"], []).append((basket["at"], name, reason))
        for name, (_, top_ups) in given.items():
            lines = given_before.setdefault(name, {})
            for place, cents in top_ups.items():
                lines[place] = lines.get(place, 0) + cents
        honoured = {baskets[name]["household"] for name in given}
        verdicts = {}
        for household in households:
            if household in honoured:
                verdict = "honoured_look_back"
            elif without_consent(household):
                verdict = "no_consent"
            elif household in bought_for_nothing:
                verdict = "would_annoy"
            else:
                verdict = "eligible"
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
        expected.append({
            "id": campaign["id"], "slice": starts.index(begins), "begins": begins.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "given": {name: amount for name, (amount, _) in given.items()}, "sum": sum(amount for amount, _ in given.values()),
            "verdicts": verdicts, "products": len(skus),
        })
        with open("%s/offer-%s.json" % (into, campaign["id"]), "w") as file:
            json.dump(offer(campaign, sorted(skus)), file)
        with open("%s/campaign-%s.txt" % (into, campaign["id"]), "w") as file:
            file.write("\n".join(campaign["households"]) + "\n")

    people = sorted({household for campaign in campaigns for household in campaign["households"]}, key=int)
    with open(into + "/lists.csv", "w") as file:
        file.write("list,id\n")
        for campaign in campaigns:
            file.writelines("campaign-%s,%s\n" % (campaign["id"], household) for household in campaign["households"])
    with open(into + "/people.csv", "w") as file:
        file.write("id,mail,mail_state\n")
        file.writelines("%s,h%s@example.com,verified\n" % (person, person) for person in people)
    with open(into + "/consents.csv", "w") as file:
        file.write("id,purpose,channel,given,when,proof\n")
        file.writelines(
            "%s,marketing,email,yes,2016-01-01T00:00:00Z,form-%s\n" % (person, person) for person in people if not without_consent(person))
    with open(into + "/expected.json", "w") as file:
        json.dump(expected, file)


if __name__ == "__main__":
    main(*sys.argv[1:4])
