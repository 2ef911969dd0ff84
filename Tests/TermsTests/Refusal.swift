import Contracts
import Terms
import Testing

/// A change of the plain offer that is refused: where, and in which words.
struct Refusal: CustomTestStringConvertible {
  let change: String
  let to: JSON
  /// Where; the change itself where it is left out.
  var field: String?
  let says: String
  var also: [String: JSON] = [:]
  var testDescription: String { "\(change) = \(to.text)" }

  static let all = [
    Refusal(change: "/schema", to: "accord.offer/2", says: "no schema that this build reads"),
    Refusal(change: "/schema", to: nil, says: "\"schema\" is missing"),
    Refusal(change: "/offer_id", to: "Spring Sale", says: "is no offer's id"), Refusal(change: "/offer_id", to: 5, says: "no text"),
    Refusal(change: "/offer_id", to: .string(String(repeating: "a", count: 65)), says: "is no offer's id"),
    Refusal(change: "/version", to: 0, says: "no whole number from 1"), Refusal(change: "/version", to: "1", says: "no whole number"),
    Refusal(change: "/version", to: 3, says: "follows no version"),
    Refusal(change: "/significance", to: "minor", says: "version 1 is always material"),
    Refusal(change: "/significance", to: "materiel", says: "did you mean \"material\"?"),
    Refusal(change: "/currency", to: "USDX", says: "no currency of ISO 4217"), Refusal(change: "/title", to: [:], says: "no title"),
    Refusal(change: "/owner", to: "marketer/otto", says: "has left"),
    Refusal(change: "/owner", to: "marketer/mya", says: "nobody who works here (did you mean \"marketer/maya\"?)"),
    Refusal(change: "/service_contact", to: "agent/wendy", says: "nobody who works here"),
    Refusal(change: "/window", to: nil, says: "\"window\" is missing"),
    Refusal(change: "/window/starts_at", to: "2026-05-10T00:00:00-04:00", says: "has no offset"),
    Refusal(change: "/window/starts_at", to: "2026-02-30T00:00:00", says: "no such day"),
    Refusal(change: "/window/starts_at", to: "2026-03-08T02:30:00", says: "from 2026-03-08T01:59:59 to 2026-03-08T03:00:00"),
    Refusal(change: "/window/ends_at", to: "2026-05-10T00:00:00", says: "before it starts"),
    Refusal(change: "/window/ends_at", to: "2026-05-09T00:00:00", says: "before it starts"),
    Refusal(change: "/window/ends_at", to: nil, says: "review_at"),
    Refusal(change: "/window/time_zone", to: "New York", says: "did you mean \"America/New_York\"?"),
    Refusal(change: "/window/time_zone", to: "Mars/Olympus", says: "no time zone"),
    Refusal(change: "/look_back", to: nil, says: "\"look_back\" is missing"),
    Refusal(change: "/look_back/duration", to: "P2D", says: "not given in days"),
    Refusal(change: "/look_back/duration", to: "48", says: "hours, minutes and seconds"),
    Refusal(change: "/look_back/duration", to: "PT1441H", says: "longer than PT1440H"),
    Refusal(change: "/look_back/basis", to: "placed", says: "did you mean \"placed_at\"?"),
    Refusal(change: "/look_back/claim", to: "never", says: "write one of automatic, on_request"),
    Refusal(change: "/in_window/applied_by", to: "till", says: "write one of checkout, ledger"),
    Refusal(change: "/honour_for", to: "P14D", says: "not given in days"), Refusal(change: "/honour_for", to: 14, says: "no duration"),
    Refusal(change: "/eligibility/customers", to: "segment", field: "/eligibility/segment_id", says: "is missing"),
    Refusal(change: "/eligibility/customers", to: "list", field: "/eligibility/list_id", says: "is missing"),
    Refusal(
      change: "/eligibility/list_id", to: "spring-guest", says: "a list \"spring-guest\"", also: ["/eligibility/customers": "list"]),
    Refusal(
      change: "/eligibility/list_id", to: "spring-gests", says: "(did you mean \"spring-guests\"?)",
      also: ["/eligibility/customers": "list"]),
    Refusal(
      change: "/eligibility/segment_id", to: "silver", says: "nobody was ever in a segment \"silver\"",
      also: ["/eligibility/customers": "segment"]),
    Refusal(
      change: "/eligibility/segment_id", to: "spring-guests", says: "is a list, not a segment",
      also: ["/eligibility/customers": "segment"]),
    Refusal(change: "/eligibility/customers", to: "all", says: "write one of everyone, new, existing, segment, list"),
    Refusal(change: "/eligibility/anonymous_orders", to: "yes", says: "neither true nor false"),
    Refusal(change: "/eligibility/channels", to: [], says: "lets nothing through"),
    Refusal(change: "/eligibility/countries", to: ["usa"], field: "/eligibility/countries/0", says: "no country code"),
    Refusal(
      change: "/eligibility/subscription_changes", to: ["begun"], field: "/eligibility/subscription_changes/0", says: "write one of started"
    ),
    Refusal(change: "/applies_to/include", to: [], says: "applies to nothing"),
    Refusal(
      change: "/applies_to/include", to: [["kind": "category", "ids": ["KITCHN"]]], field: "/applies_to/include/0/ids/0",
      says: "no category is called \"KITCHN\" (did you mean \"KITCHEN\"?)"),
    Refusal(
      change: "/applies_to/include", to: [["kind": "category", "ids": ["CARS"]]], field: "/applies_to/include/0/ids/0",
      says: "no category is called"),
    Refusal(
      change: "/applies_to/include", to: [["kind": "sku", "ids": ["TEA-MNIT"]]], field: "/applies_to/include/0/ids/0",
      says: "did you mean \"TEA-MINT\"?"),
    Refusal(
      change: "/applies_to/include", to: [["kind": "plan", "ids": ["pro"]]], field: "/applies_to/include/0/ids/0", says: "no plan is called"
    ),
    Refusal(
      change: "/applies_to/include", to: [["kind": "brand", "ids": ["halden"]]], field: "/applies_to/include/0/ids/0",
      says: "did you mean \"Halden\"?"),
    Refusal(change: "/applies_to/include", to: [["kind": "sku"]], field: "/applies_to/include/0/ids", says: "is missing"),
    Refusal(change: "/applies_to/include", to: [["kind": "colour"]], field: "/applies_to/include/0/kind", says: "write one of all, sku"),
    Refusal(change: "/applies_to/include", to: [["kind": "shipping"]], field: "/applies_to/include/0", says: "only free_shipping"),
    Refusal(change: "/benefit", to: ["kind": "free_shipping"], field: "/applies_to/include", says: "which shipping"),
    Refusal(
      change: "/benefit", to: ["kind": "free_shipping"], field: "/applies_to/include/0/methods/0",
      says: "no way of shipping is called \"post\"",
      also: ["/applies_to/include": [["kind": "shipping", "methods": ["post"]]]]),
    Refusal(
      change: "/applies_to/exclude", to: [["kind": "category", "ids": ["OVERSIZED"]]], field: "/applies_to/exclude/0/ids/0",
      says: "\"OVERSIZE\""),
    Refusal(change: "/benefit/percent_off", to: "0", says: "not more than 0"),
    Refusal(change: "/benefit/percent_off", to: "0.00", says: "not more than 0"),
    Refusal(change: "/benefit/percent_off", to: "100.01", says: "at most 100"),
    Refusal(change: "/benefit/percent_off", to: "15%", says: "no percentage"),
    Refusal(change: "/benefit/percent_off", to: "-5", says: "no percentage"),
    Refusal(change: "/benefit/percent_off", to: "12.345", says: "3 decimals"),
    Refusal(change: "/benefit/percent_off", to: 15, says: "in quotation marks"),
    Refusal(change: "/benefit/percent_off", to: ".5", says: "no percentage"),
    Refusal(change: "/benefit/percent_off", to: nil, says: "is missing"),
    Refusal(change: "/benefit", to: ["kind": "half_price"], field: "/benefit/kind", says: "write one of described, percent_off"),
    Refusal(
      change: "/benefit", to: ["kind": "amount_off", "amount": ["amount_minor": 0, "currency": "USD"]],
      field: "/benefit/amount/amount_minor", says: "from 1 to"),
    Refusal(
      change: "/benefit", to: ["kind": "fixed_price", "price": ["amount_minor": 5, "currency": "EUR"]], field: "/benefit/price/currency",
      says: "in EUR, the offer in USD"),
    Refusal(change: "/duration", to: ["kind": "repeating"], field: "/duration/periods", says: "is missing"),
    Refusal(
      change: "/minimum", to: ["subtotal": ["amount_minor": 5, "currency": "EUR"]], field: "/minimum/subtotal/currency",
      says: "one currency"),
    Refusal(
      change: "/minimum", to: ["quantity": 1, "subtotal": ["amount_minor": 5, "currency": "USD"]], says: "either a subtotal or a quantity"),
    Refusal(change: "/limits/total", to: [:], says: "limits nothing"),
    Refusal(change: "/limits/total", to: ["uses": 0], field: "/limits/total/uses", says: "from 1 to"),
    Refusal(change: "/stacking/group", to: nil, says: "is missing"),
    Refusal(change: "/stacking/combines_with", to: ["loyalty", "price"], field: "/stacking/combines_with/1", says: "its own group"),
    Refusal(change: "/remedy/destinations", to: [], says: "nowhere to go"),
    Refusal(change: "/remedy/destinations", to: ["cash"], field: "/remedy/destinations/0", says: "write one of original_tender"),
    Refusal(
      change: "/remedy/clawback/waive_below", to: ["amount_minor": 5, "currency": "EUR"], field: "/remedy/clawback/waive_below/currency",
      says: "one currency"),
    Refusal(change: "/add_items", to: ["until": "tomorrow"], field: "/add_items/until", says: "local time"),
    Refusal(change: "/note/template_id", to: "applied-alredy", says: "did you mean \"applied-already\"?"),
    Refusal(
      change: "/budget/reserve", to: ["amount_minor": 60_000, "currency": "EUR"], field: "/budget/reserve/currency", says: "one currency"),
    Refusal(
      change: "/budget/reserve/amount_minor", to: 49_999, field: "/budget/reserve", says: "comes to 500.00 USD, the reserve is 499.99 USD"),
    Refusal(change: "/budget", to: nil, says: "is missing"),
    Refusal(
      change: "/parity_exception",
      to: ["reason": "welcome_offer", "sentence": "So.", "approved_by": "marketer/maya", "ends_at": "2026-05-13T00:00:00"],
      field: "/parity_exception/approved_by", says: "works for marketing"),
    Refusal(
      change: "/parity_exception",
      to: ["reason": "because", "sentence": "So.", "approved_by": "supervisor/ruth", "ends_at": "2026-05-13T00:00:00"],
      field: "/parity_exception/reason", says: "write one of clearance"),
    Refusal(
      change: "/promises",
      to: [["promise_id": "a", "kind": "contacts_per_hour", "quantity": 5, "answer_by": "2026-05-10T00:00:01", "on_drop": "alarm"]],
      field: "/promises/0/answer_by", says: "after the offer starts"),
    Refusal(
      change: "/promises",
      to: [["promise_id": "a", "kind": "units", "sku": "KETLE", "quantity": 5, "answer_by": "2026-05-09T00:00:00", "on_drop": "alarm"]],
      field: "/promises/0/sku", says: "did you mean \"KETTLE\"?"),
    Refusal(
      change: "/promises", to: [["promise_id": "a", "kind": "lead_time", "answer_by": "2026-05-09T00:00:00", "on_drop": "alarm"]],
      field: "/promises/0/duration", says: "is missing"),
    Refusal(
      change: "/promises",
      to: [["promise_id": "a", "kind": "returns", "quantity": 5, "answer_by": "2026-05-08T02:30:00", "on_drop": "stop"]],
      field: "/promises/0/on_drop", says: "write one of alarm, pause"),
    Refusal(
      change: "/briefing/question", to: ["text": "?", "choices": ["a"], "correct": 1], field: "/briefing/question/correct",
      says: "no choice 1"),
  ]
}
