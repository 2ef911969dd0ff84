#!/usr/bin/env python3
"""A second reading of the rules of offers, to hold the first one against. Standard library only.

Reads lines of JSON from standard input and answers each `case` with one line:

    {"orders": [{"order": <ledger.order.captured data>, "recorded_at": ms, "captured": bool, "then": [[what, ...], ...]}, ...]}
    {"panel": "FOLDER"}                          orders out of the raw rows of the Complete Journey panel instead
    {"case": n, "offer": <document>, "life": {...}, "now": ms, "of": [place of an order, ...], "history": [{...}, ...], "batch": bool}

It works on "items" (a line of goods, or all shipping as one pot), asks questions one after the other, and keeps fractions exact.
"""
import csv
import gzip
import json
import os
import sys
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

FOREVER = 253_402_300_799_999
DAY = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def millis(text):
    """An RFC 3339 instant in milliseconds; finer is cut."""
    whole, fraction, offset = text[:19], "", text[19:]
    if offset.startswith("."):
        end = 1
        while offset[end].isdigit():
            end += 1
        fraction, offset = offset[1:end], offset[end:]
    moment = datetime.fromisoformat(whole + ("+00:00" if offset in "Zz" else offset))
    return (moment - EPOCH) // timedelta(seconds=1) * 1000 + int((fraction + "000")[:3])


def duration(text):
    """PT48H, PT1H30M, PT0.250S in milliseconds."""
    total, number = Fraction(0), ""
    for letter in text[2:]:
        if letter in "HMS":
            total += Fraction(number) * {"H": 3600, "M": 60, "S": 1}[letter]
            number = ""
        else:
            number += letter
    return int(total * 1000)


def wall(text, zone, late=False):
    """A local time as an instant: of two the earlier, or the later."""
    naive = datetime.fromisoformat(text)
    found = []
    for fold in (0, 1):
        moment = naive.replace(tzinfo=zone, fold=fold)
        back = moment.astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None)
        if back == naive:
            found.append((moment.astimezone(timezone.utc) - EPOCH) // timedelta(milliseconds=1))
    if not found:
        raise ValueError(f"{text} does not exist")
    return max(found) if late else min(found)


def even(value):
    """Half-even, on an exact fraction."""
    return round(value)


def upwards(value):
    return -((-value).__floor__())


def apportion(amount, weights):
    """Largest remainder; of equals the earlier."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    exact = [divmod(amount * weight, total) for weight in weights]
    parts = [whole for whole, _ in exact]
    missing = amount - sum(parts)
    for place in sorted(range(len(weights)), key=lambda place: (-exact[place][1], place))[:missing]:
        parts[place] += 1
    return parts


class Order:
    """An order, and what became of it."""

    def __init__(self, entry):
        data = entry["order"]
        self.id = data["order_id"]
        self.person = data.get("person_id")
        self.channel = data["channel"]
        self.country = data.get("country")
        self.placed = millis(data["placed_at"])
        self.day = data["placed_precision"] == "day"
        self.captured_at = millis(data["captured_at"])
        self.recorded = entry.get("recorded_at", self.captured_at)
        self.captured = entry.get("captured", True)
        self.plan = data.get("subscription_id") is not None
        self.known = data["discounts_known"]
        self.discounts = [discount.get("offer_id") for discount in data.get("discounts", [])]
        self.currency = data["lines"][0]["paid"]["currency"]
        self.lines = []
        self.charges = [[charge["method"], charge["paid"]["amount_minor"], 0] for charge in data.get("charges", [])]
        self.off = False
        self.remedies = {}
        for line in data["lines"]:
            self.add(line)
        for what, *rest in entry.get("then", []):
            getattr(self, "then_" + what)(*rest)

    def add(self, line, added=None, under=None):
        listed = line.get("list")
        self.lines.append({
            "id": line["line_id"], "sku": line.get("sku"), "categories": line.get("categories", []), "brand": line.get("brand"),
            "of": line["quantity"], "paid": line["paid"]["amount_minor"], "list": listed["amount_minor"] if listed else None,
            "added": millis(line["added_at"]) if "added_at" in line else added, "seller": line.get("seller"),
            "under": line.get("under", under), "back": 0, "cancelled": 0,
        })

    def line(self, name):
        return next((line for line in self.lines if line["id"] == name), None)

    def then_returned(self, name, quantity):
        line = self.line(name)
        line["back"] += min(quantity, left(line))

    def then_cancelled(self, name, quantity):
        line = self.line(name)
        line["cancelled"] += min(quantity, left(line))

    def then_off(self):
        self.off = True

    def then_shipping(self, amount):
        for charge in self.charges:
            part = min(amount, charge[1] - charge[2])
            charge[2] += part
            amount -= part

    def then_amended(self, line, added, under):
        self.add(line, added, under)

    def then_given(self, name, offer, group, parts, state, units):
        for part in parts:
            line = self.line(part[0]) if part[0] else None
            part.append(left(line) if line else None)
        self.remedies[name] = {"offer": offer, "group": group, "parts": parts, "state": state, "units": units}

    def then_resolved(self, name, state):
        self.remedies[name]["state"] = state

    def is_off(self):
        return self.off or (any(line["cancelled"] for line in self.lines) and all(line["cancelled"] >= line["of"] for line in self.lines))

    def counted(self):
        return [remedy for remedy in self.remedies.values() if remedy["state"] in ("pending", "posted")]


def left(line):
    return line["of"] - line["back"] - line["cancelled"]


class Offer:
    """A document, with its times as instants."""

    def __init__(self, document, life):
        zone = ZoneInfo(document["window"]["time_zone"])
        self.zone = zone
        self.id = document["offer_id"]
        self.currency = document["currency"]
        window = document["window"]
        self.starts = wall(window["starts_at"], zone)
        self.ends = wall(window["ends_at"], zone, late=True) if window.get("ends_at") else FOREVER
        back = document["look_back"]
        self.reaches = self.starts - duration(back["duration"])
        self.basis = back.get("basis", "placed_at")
        self.asked = back.get("claim", "automatic") == "on_request"
        self.honour = duration(document["honour_for"])
        inside = document.get("in_window") or {"applied_by": "checkout", "code": None}
        self.by, self.code = inside["applied_by"], inside.get("code")
        self.who = document["eligibility"]
        self.include = document["applies_to"]["include"]
        self.exclude = document["applies_to"].get("exclude", [])
        self.benefit = document["benefit"]
        self.minimum = document.get("minimum")
        self.limits = document.get("limits") or {}
        self.group = document["stacking"]["group"]
        self.others = document["stacking"].get("combines_with", [])
        self.adding = document.get("add_items")
        self.live = life["effective_from"]
        self.pauses = life.get("pauses", [])
        self.past = life.get("historical", False)
        self.over = min(self.ends, life.get("ended_at", FOREVER), life.get("stopped_at", FOREVER))
        finish = min(self.ends, life.get("ended_at", FOREVER))
        self.last = finish + self.honour if finish < FOREVER else FOREVER
        self.ships = self.benefit["kind"] == "free_shipping"

    def midnight_after(self, begin):
        """24:00 of a day: the zone's own where it begins at midnight there."""
        local = datetime.fromtimestamp(begin // 1000, self.zone)
        if (local.hour, local.minute, local.second) != (0, 0, 0):
            return begin + DAY
        naive = (local.replace(tzinfo=None) + timedelta(days=1)).isoformat()
        try:
            return wall(naive, self.zone)
        except ValueError:
            return begin + DAY

    def when(self, instant, day=False):
        """before, gap, inside, or None."""
        if instant < self.starts:
            if instant >= self.reaches or (day and self.midnight_after(instant) > self.reaches):
                return "look_back"
            return None
        if self.past or instant >= self.over:
            return None
        if instant < self.live or any(begin <= instant < end for begin, end in self.pauses):
            return "gap"
        return "in_window"

    def names(self, selections, line, plan):
        for selection in selections:
            kind, ids = selection["kind"], selection.get("ids", [])
            if kind == "all" or (kind == "sku" and line["sku"] in ids) or (kind == "plan" and plan and line["sku"] in ids):
                return True
            if kind == "brand" and line["brand"] in ids or kind == "category" and set(ids) & set(line["categories"]):
                return True
        return False

    def wants(self, line, plan):
        return self.names(self.include, line, plan) and not self.names(self.exclude, line, plan)

    def carries(self, method):
        def listed(selections):
            return any(s["kind"] == "shipping" and (not s.get("methods") or method in s["methods"]) for s in selections)
        return listed(self.include) and not listed(self.exclude)

    def asks_for_goods(self):
        return any(selection["kind"] != "shipping" for selection in self.include)


class Nothing(Exception):
    """No money, for the reason given."""


class Judgement:
    def __init__(self, offer, order, history, now):
        self.offer, self.order, self.history, self.now = offer, order, history, now
        self.interval = None
        self.uncut = 0
        self.used = [0, 0]
        self.day = order.day and offer.basis != "captured_at"
        counted = order.counted()
        self.mine = [remedy for remedy in counted if remedy["offer"] == offer.id]
        self.theirs = [remedy for remedy in counted if remedy["offer"] != offer.id]

    def answer(self):
        shares = []
        try:
            reason, shares = self.decide()
            if not self.offer.past and self.now >= self.offer.last:
                raise Nothing("recorded_too_late")
        except Nothing as nothing:
            reason, shares = str(nothing), []
            if self.mine:
                reason = "already_given"
        granted = reason in ("granted", "granted_cut")
        amount = sum(share[1] for share in shares)
        automatic = not self.offer.asked and self.offer.benefit["kind"] != "described"
        return [
            reason, amount, shares, self.interval or "", 1 if self.day else 0, *(self.used if granted else [0, 0]),
            1 if automatic else 0, self.uncut if granted or reason.startswith("cap_") else -1,
        ]

    def decide(self):
        offer, order = self.offer, self.order
        for reason, holds in (
            ("wrong_currency", order.currency != offer.currency),
            ("not_captured", not order.captured),
            ("cancelled", order.is_off()),
            ("recorded_too_late", not offer.past and order.recorded >= offer.last),
        ):
            if holds:
                raise Nothing(reason)
        lines = self.reached()
        self.for_whom()
        return self.shipping() if offer.ships else self.goods(lines)

    # Where

    def own_business(self, interval):
        """Whether the ledger gives it by itself."""
        if interval != "in_window":
            return True
        offer, order = self.offer, self.order
        if not order.known or offer.id in order.discounts:
            return False
        return offer.by == "ledger" or (offer.code is not None and self.history.get("verdict", False))

    def reached(self):
        offer, order = self.offer, self.order
        base = order.captured_at if offer.basis == "captured_at" else order.placed
        seen, mine, lines = [], [], []
        for line in [None] if offer.ships else order.lines:
            invited = line and line["under"] and line["under"].rsplit("@", 1)[0] == offer.id and offer.adding
            if invited:
                if offer.adding.get("benefit_on_added_lines", True):
                    mine.append("in_window")
                    lines.append(line)
                continue
            later = line and line["added"] is not None
            interval = offer.when(line["added"]) if later else offer.when(base, self.day)
            if interval is None:
                continue
            seen.append(interval)
            if self.own_business(interval):
                mine.append(interval)
                lines.append(line)
        if not mine and not seen:
            raise Nothing("outside_window")
        self.interval = (mine or seen)[0]
        if not mine:
            raise Nothing("in_checkout")
        return lines

    # Who

    def for_whom(self):
        offer, order, who = self.offer, self.order, self.offer.who
        if who.get("channels") is not None and order.channel not in who["channels"]:
            raise Nothing("wrong_channel")
        if who.get("countries") is not None and order.country not in who["countries"]:
            raise Nothing("wrong_country")
        if order.person is None and not who["anonymous_orders"]:
            raise Nothing("anonymous_not_covered")
        changes = who.get("subscription_changes")
        if order.plan and changes is not None and (self.history.get("change") or "renewed") not in changes:
            raise Nothing("not_eligible_customer")
        kind = who["customers"]
        if kind == "everyone":
            return
        earlier = self.history.get("earlier")
        if kind == "new":
            span = (who.get("new_means") or {}).get("no_captured_order_for")
        else:
            span = (who.get("existing_means") or {}).get("captured_order_within")
        recent = earlier is not None and (span is None or earlier >= order.placed - duration(span))
        belongs = any(begin <= order.placed < end for begin, end in self.history.get("membership", []))
        fits = {"new": not recent, "existing": recent}.get(kind, belongs)
        if order.person is None or not fits:
            raise Nothing("not_eligible_customer")

    # What

    def given(self, remedies, line, groups=None):
        """What remedies gave on a line (None: the shipping), as if for all of it."""
        total = 0
        for remedy in remedies:
            if groups is not None and remedy["group"] not in groups:
                continue
            for name, amount, kept in remedy["parts"]:
                if name != (line["id"] if line else None):
                    continue
                total += upwards(Fraction(amount * line["of"], kept)) if line and kept and kept < line["of"] else amount
        return total

    def mine_now(self, line):
        total = 0
        for remedy in self.mine:
            for name, amount, kept in remedy["parts"]:
                if name == (line["id"] if line else None):
                    total += upwards(Fraction(amount * left(line), kept)) if line and kept and kept > left(line) else amount
        return total

    def enough(self, lines):
        minimum = self.offer.minimum
        if minimum is None or self.mine:
            return
        if minimum.get("subtotal"):
            enough = sum(line["paid"] if line["list"] is None else line["list"] for line in lines) >= minimum["subtotal"]["amount_minor"]
        else:
            enough = sum(line["of"] for line in lines) >= minimum["quantity"]
        if not enough:
            raise Nothing("below_minimum")

    def goods(self, lines):
        offer, order = self.offer, self.order
        lines = [line for line in lines if line["seller"] is None]
        if not lines:
            raise Nothing("other_seller")
        lines = [line for line in lines if line["of"] > 0 and line["paid"] > 0 and offer.wants(line, order.plan)]
        if not lines:
            raise Nothing("excluded_item")
        if all(left(line) == 0 for line in lines):
            raise Nothing("returned")
        self.enough(lines)
        if offer.others:
            bases = [max(0, line["paid"] - self.given(self.theirs, line, offer.others)) for line in lines]
        else:
            bases = [line["paid"] if line["list"] is None else line["list"] for line in lines]
        shares = self.worth(bases, [line["of"] for line in lines])
        items, any_share, any_need = [], False, False
        for line, share in zip(lines, shares):
            amount = 0
            if left(line) > 0:
                reduced = max(0, line["list"] - line["paid"]) if line["list"] is not None else 0
                already = reduced + self.given(self.theirs, line, [offer.group])
                need = min(max(0, share - already), max(0, line["paid"] - self.given(self.theirs, line)))
                any_share |= share > 0
                any_need |= need > 0
                amount = even(Fraction(need * left(line), line["of"]))
            items.append([line["id"], amount, left(line), self.mine_now(line)])
        if not any_share:
            raise Nothing("eligible_zero")
        if not any_need:
            raise Nothing("better_already")
        reason, items = self.limit(items)
        return reason, [[item[0], item[1]] for item in items if item[1] > 0]

    def worth(self, bases, quantities):
        benefit, total = self.offer.benefit, sum(bases)
        kind = benefit["kind"]
        if kind == "percent_off":
            return apportion(even(Fraction(total) * Fraction(benefit["percent_off"]) / 100), bases)
        if kind == "amount_off":
            times = sum(quantities) if benefit.get("per", "order") == "unit" else 1
            return apportion(min(total, benefit["amount"]["amount_minor"] * times), bases)
        if kind == "fixed_price":
            price, unit = benefit["price"]["amount_minor"], benefit.get("per", "unit") == "unit"
            return [max(0, base - price * (quantity if unit else 1)) for base, quantity in zip(bases, quantities)]
        return [0] * len(bases)

    def shipping(self):
        offer, order = self.offer, self.order
        if all(line["seller"] is not None for line in order.lines):
            raise Nothing("other_seller")
        if any(line["of"] > 0 and offer.names(offer.exclude, line, order.plan) for line in order.lines):
            raise Nothing("excluded_item")
        lines = [line for line in order.lines if line["seller"] is None and line["of"] > 0 and line["paid"] > 0]
        if offer.asks_for_goods():
            lines = [line for line in lines if offer.wants(line, order.plan)]
            if not lines:
                raise Nothing("excluded_item")
        pots = [(place, charge) for place, charge in enumerate(order.charges) if charge[1] > 0 and offer.carries(charge[0])]
        if not pots:
            raise Nothing("excluded_item")
        if all(charge[1] == charge[2] for _, charge in pots):
            raise Nothing("returned")
        self.enough(lines)
        bases = [charge[1] - charge[2] for _, charge in pots]
        share = max(0, sum(bases) - self.given(self.theirs, None, offer.others))
        if offer.benefit.get("max"):
            share = min(share, offer.benefit["max"]["amount_minor"])
        if share == 0:
            raise Nothing("eligible_zero")
        everything = sum(charge[1] - charge[2] for charge in order.charges)
        need = min(share - self.given(self.theirs, None, [offer.group]), everything - self.given(self.theirs, None))
        if need <= 0:
            raise Nothing("better_already")
        reason, items = self.limit([[None, need, 0, self.mine_now(None)]])
        parts = apportion(items[0][1], bases)
        return reason, [[place, part] for (place, _), part in zip(pots, parts) if part > 0]

    # How much

    def limit(self, items):
        """items: [name, amount, units, given before]. Per order, per customer, in total."""
        self.uncut = sum(item[1] for item in items)
        if self.uncut == 0:
            raise Nothing("eligible_zero")
        again = bool(self.mine)
        new_use = not again and not self.history.get("subscription_uses", False)
        spent = sum(part[1] for remedy in self.mine for part in remedy["parts"])
        units_before = sum(remedy["units"] for remedy in self.mine)
        cut = False
        stages = []
        for name, reason, tally in (
            ("per_order", "cap_order", [spent, 0, units_before]),
            ("per_customer", "cap_customer", self.history.get("customer", [0, 0, 0])),
            ("total", "cap_total", self.history.get("total", [0, 0, 0])),
        ):
            cap = self.offer.limits.get(name)
            if cap and not (name == "per_customer" and self.order.person is None):
                stages.append((cap, reason, tally))

        def down_to(amount):
            nonlocal cut
            amounts = [item[1] for item in items]
            if sum(amounts) > amount:
                cut = True
                for item, part in zip(items, apportion(amount, amounts)):
                    item[1] = part

        for cap, reason, tally in stages:
            if new_use and cap.get("uses") is not None and tally[1] >= cap["uses"]:
                raise Nothing(reason)
            if cap.get("units") is not None:
                room = max(0, cap["units"] - max(0, tally[2] - units_before))
                for item in items:
                    if item[1] == 0:
                        continue
                    if item[2] <= room:
                        room -= item[2]
                    else:
                        cut = True
                        item[1], item[2], room = even(Fraction(item[1] * room, item[2])), room, 0
            if cap.get("amount"):
                down_to(max(0, cap["amount"]["amount_minor"] - max(0, tally[0] - spent)))
            if sum(item[1] for item in items) == 0:
                raise Nothing(reason)
        units = sum(item[2] for item in items if item[1] > 0)
        if again:
            # Line by line what is missing, but in sum no more than is missing in sum.
            missing = max(0, sum(item[1] for item in items) - sum(item[3] for item in items))
            for item in items:
                item[1] = max(0, item[1] - item[3])
            hard = cut
            down_to(missing)
            cut = hard
            for cap, _, tally in stages:
                if cap.get("amount"):
                    down_to(max(0, cap["amount"]["amount_minor"] - tally[0]))
            if sum(item[1] for item in items) == 0:
                raise Nothing("already_given")
        self.used = [1 if new_use else 0, max(0, units - units_before)]
        return ("granted_cut" if cut else "granted"), items


def turn(offer, order, history, now):
    """The time of the first line that counts, else the order's."""
    base = order.captured_at if offer.basis == "captured_at" else order.placed
    if all(line["added"] is None for line in order.lines):
        return base
    try:
        lines = Judgement(offer, order, {}, now).reached()
    except Nothing:
        return base
    return min([line["added"] if line["added"] is not None else base for line in lines if line] or [base])


def decide(case, orders):
    offer = Offer(case["offer"], case["life"])
    histories = case.get("history") or [{} for _ in case["of"]]
    chosen = [orders[place] for place in case["of"]]
    if not case.get("batch"):
        return [Judgement(offer, order, history, case["now"]).answer() for order, history in zip(chosen, histories)]
    answers = [None] * len(chosen)
    total, people = [0, 0, 0], {}
    turns = [(turn(offer, order, {}, case["now"]), order.id, place) for place, order in enumerate(chosen)]
    for _, _, place in sorted(turns):
        order = chosen[place]
        history = dict(histories[place], total=list(total), customer=people.get(order.person, [0, 0, 0]))
        answer = Judgement(offer, order, history, case["now"]).answer()
        answers[place] = answer
        if answer[0] in ("granted", "granted_cut"):
            used = [answer[1], answer[5], answer[6]]
            total = [a + b for a, b in zip(total, used)]
            if order.person is not None:
                people[order.person] = [a + b for a, b in zip(people.get(order.person, [0, 0, 0]), used)]
    return answers


class Panel:
    """Baskets of the published panel, out of its rows; made into orders when they are asked for."""

    def __init__(self, folder):
        self.products = {}
        with gzip.open(os.path.join(folder, "products.csv.gz"), "rt", newline="") as rows:
            for row in csv.DictReader(rows):
                self.products[row["product_id"]] = (row["department"], row["brand"])
        self.baskets = {}
        with gzip.open(os.path.join(folder, "transactions.csv.gz"), "rt", newline="") as rows:
            read = csv.reader(rows)
            next(read)
            for row in read:
                self.baskets.setdefault(row[2], []).append(row)
        self.trips = {}
        for basket, rows in self.baskets.items():
            self.trips.setdefault(rows[0][0], []).append((millis(rows[0][10]), basket))
        for trips in self.trips.values():
            trips.sort()

    def __getitem__(self, basket):
        rows = self.baskets[basket]
        lines = []
        for number, row in enumerate(rows, 1):
            department, brand = self.products.get(row[3], ("", ""))
            paid = int(row[6])
            line = {
                "line_id": str(number), "sku": row[3], "categories": [department] if department else [], "quantity": int(row[4]),
                "paid": {"amount_minor": paid, "currency": "USD"},
                "list": {"amount_minor": paid + int(row[7]) + int(row[8]) + int(row[9]), "currency": "USD"},
            }
            if brand:
                line["brand"] = brand
            lines.append(line)
        data = {
            "order_id": basket, "person_id": rows[0][0], "channel": "store", "placed_at": rows[0][10], "placed_precision": "instant",
            "captured_at": rows[0][10], "lines": lines, "discounts_known": False,
        }
        return Order({"order": data})

    def earlier(self, order):
        before = [placed for placed, basket in self.trips[order.person] if placed < order.placed]
        return before[-1] if before else None


def main():
    orders = []
    panel = None
    for text in sys.stdin:
        message = json.loads(text)
        if "orders" in message:
            orders = [Order(entry) for entry in message["orders"]]
        elif "panel" in message:
            panel = orders = Panel(message["panel"])
            print(json.dumps({"baskets": len(panel.baskets)}), flush=True)
        else:
            if panel:
                message["history"] = [{"earlier": panel.earlier(panel[basket])} for basket in message["of"]]
            print(json.dumps(decide(message, orders), separators=(",", ":")), flush=bool(message.get("flush")))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
