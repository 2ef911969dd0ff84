import Contracts
import Zones

/// Turns facts into sentences: who did what, and why. Facts about the heroes of the story are told one by one, the others together.
struct Narrator {
  /// One thing to tell.
  struct Line: Equatable {
    /// The department that did it.
    let who: String
    let text: String
  }

  /// Where the shop's clock hangs; nil tells instants in UTC.
  let zone: Zone?
  /// Orders, people and subscriptions that the story is about.
  var heroes: Set<String>

  /// The facts in `events`, as the broker shows them, in their order.
  func lines(_ events: [JSON]) -> [Line] {
    var types: [String] = []
    var groups: [String: [JSON]] = [:]
    for event in events {
      guard let type = event["event"]?["type"]?.string, let data = event["event"]?["data"] else { continue }
      if groups[type] == nil { types.append(type) }
      groups[type, default: []].append(data)
    }
    var lines: [Line] = []
    for type in types {
      let who = String(type.prefix { $0 != "." })
      let all = groups[type] ?? []
      let isSmall = all.count <= 2
      let told = all.filter { isSmall || isAboutHeroes($0) }
      for data in told { if let text = one(type, data) { lines.append(Line(who: who, text: text)) } }
      let rest = all.filter { !isSmall && !isAboutHeroes($0) }
      if !rest.isEmpty, let text = many(type, rest, more: !told.isEmpty) { lines.append(Line(who: who, text: text)) }
    }
    return lines
  }

  /// An order is somebody's, but what tells of it is told by its own name.
  private func isAboutHeroes(_ data: JSON) -> Bool {
    if let order = data["order_id"]?.string { return heroes.contains(order) }
    return ["person_id", "subscription_id"].contains { data[$0]?.string.map(heroes.contains) ?? false }
  }

  // MARK: One fact

  private func one(_ type: String, _ data: JSON) -> String? {
    let order = data["order_id"]?.string ?? "?"
    let offer = (data["offer_id"] ?? data["offer"])?.string ?? "?"
    let campaign = data["campaign_id"]?.string ?? "service's own fund"
    let amount = money(data["amount"])
    switch type {
    case "ledger.order.captured.v1": return captured(data)
    case "ledger.order.returned.v1":
      let unnamed = data["receipt_only"]?.bool == true ? " The receipt was enough: no name, no email." : ""
      return "took back something of order \(order), worth \(money(data["price"])), and gave back what was really paid.\(unnamed)"
    case "ledger.order.shipped.v1": return "wrote down that order \(order) left the house."
    case "ledger.subscription.changed.v1":
      let plan = data["to_plan"]?.string.map { " to \($0)" } ?? ""
      return "wrote down that subscription \(data["subscription_id"]?.string ?? "?") was \(data["change"]?.string ?? "changed")\(plan)."
    case "ledger.products.listed.v1":
      return "keeps \(data["products"]?.array?.count ?? 0) products in its catalogue; the others heard which."
    case "marketing.budget.opened.v1":
      return "opened campaign \(campaign) with \(amount), approved by \(data["approved_by"]?.string ?? "somebody")."
    case "service.budget.opened.v1": return "has \(amount) of its own, for when a campaign runs dry."
    case "ledger.budget.opened.v1": return "booked the \(amount) for \(campaign)\(entry(data))."
    case "ledger.budget.reserved.v1":
      return "set \(amount) of campaign \(campaign) aside for \(offer)\(entry(data)): what is promised is paid for before it is said."
    case "ledger.budget.refused.v1": return "refused \(amount) for \(offer): campaign \(campaign) does not have it."
    case "ledger.budget.advanced.v1":
      return "advanced \(amount) from service's fund, because campaign \(campaign) is empty and the customer is not to suffer for it."
    case "marketing.offer.scheduled.v1":
      return
        "scheduled \(offer): live from \(local(data["starts_at"])); orders placed from \(local(data["look_back_from"])) on will have it too, "
        + "so that nobody is punished for buying early."
    case "marketing.offer.launched.v1": return "let \(offer) go live: every row of its gate holds."
    case "marketing.offer.blocked.v1": return "did not let \(offer) go live: \(data["sentence"]?.string ?? "its gate does not hold")."
    case "marketing.offer.ended.v1": return "ended \(offer)."
    case "ledger.look_back.completed.v1": return lookBack(data, offer)
    case "ledger.remedy.granted.v1", "ledger.remedy.posted.v1": return remedy(data, isPosted: type.contains("posted"))
    case "ledger.remedy.clawed_back.v1": return "took \(amount) of order \(order)'s remedy back with the returned goods."
    case "ledger.remedy.expired.v1": return "let \(amount) for order \(order) lapse: nobody claimed it in time."
    case "ledger.refund.confirmed.v1": return "heard that \(amount) arrived on order \(order)'s \(word(data["tender"])): paid."
    case "marketing.audience.prepared.v1": return audience(data, offer)
    case "marketing.message.planned.v1", "marketing.message.sent.v1", "marketing.message.suppressed.v1": return message(type, data)
    case _: return nil
    }
  }

  private func captured(_ data: JSON) -> String {
    let total = (data["tenders"]?.array ?? []).reduce(Int64(0)) { $0 + ($1["amount"]?["amount_minor"]?.integer ?? 0) }
    let currency = data["lines"]?.array?.first?["paid"]?["currency"]
    let paid = money(.object([.init("amount_minor", .integer(total)), .init("currency", currency ?? .null)]))
    let tenders = (data["tenders"]?.array ?? []).map { word($0["kind"]) }.joined(separator: " and ")
    let shipping = data["charges"]?.array?.first.map { ", \(money($0["paid"])) of it for \(word($0["method"])) shipping" } ?? ""
    let plan = data["subscription_id"]?.string.map { " for subscription \($0)" } ?? ""
    let who = data["person_id"]?.string.map { "customer \($0)" } ?? "nobody's name"
    return "wrote down order \(data["order_id"]?.string ?? "?")\(plan): \(who), \(paid) by \(tenders)\(shipping), "
      + "placed \(local(data["placed_at"]))."
  }

  private func lookBack(_ data: JSON, _ offer: String) -> String {
    let refused = (data["refused"]?.object ?? []).sorted { $0.name < $1.name }.map { "\(words($0.name)) \($0.value.integer ?? 0)" }
    return "looked back from \(local(data["from"])) to \(local(data["to"])): of \(data["considered"]?.integer ?? 0) orders "
      + "\(data["granted"]?.integer ?? 0) get \(offer), \(money(data["sum"])) together"
      + (refused.isEmpty ? "." : "; the others do not (\(refused.joined(separator: ", "))).")
  }

  private func remedy(_ data: JSON, isPosted: Bool) -> String {
    let tenders = (data["destination"]?["tenders"]?.array ?? []).map { word($0["tender"]) }.joined(separator: " and ")
    let place: String =
      switch data["destination"]?["kind"]?.string {
      case "customer_credit": "to the customer's credit, to spend here"
      case "receipt": "for whoever brings the receipt"
      case _: "back to the \(tenders.isEmpty ? "tender that paid" : tenders)"
      }
    let subject =
      data["order_id"]?.string.map { "order \($0)" } ?? data["subscription_id"]?.string.map { "subscription \($0)" } ?? "a customer"
    let under = data["offer"]?.string ?? data["offer_id"]?.string ?? "goodwill"
    let campaign = data["campaign_id"]?.string.map { ", paid by campaign \($0)" } ?? ""
    if isPosted, data["of"]?.integer != nil {
      return "booked the promised \(money(data["amount"])) of \(subject) as paid\(entry(data))."
    }
    let promise = isPosted ? "gave \(subject)" : "promised \(subject)"
    return
      "\(promise) \(money(data["amount"])) \(place), without being asked: \(under), \(words(data["basis"]?.string ?? "granted"))\(campaign)\(entry(data))."
  }

  private func audience(_ data: JSON, _ offer: String) -> String {
    let counts = data["counts"]
    func count(_ name: String) -> Int64 { counts?[name]?.integer ?? 0 }
    let reasons = (data["reasons"]?.object ?? []).sorted { $0.name < $1.name }.map { "\(words($0.name)) \($0.value.integer ?? 0)" }
    return "decided before sending, person by person, for \(offer): \(count("send")) get the mail, \(count("honour")) get a note instead, "
      + "\(count("suppress")) get nothing, \(count("defer")) wait" + (reasons.isEmpty ? "." : " (\(reasons.joined(separator: ", "))).")
  }

  private func message(_ type: String, _ data: JSON) -> String {
    let person = data["person_id"]?.string ?? "?"
    let reason = words(data["reason"]?.string ?? "")
    let isNote = data["purpose"]?.string == "transaction"
    if data["channel"]?.string == MessageTurned.desk {
      return
        "left the note “it is already applied” for customer \(person) with the desk: no address of theirs is known, service tells them."
    }
    if type.contains("suppressed") { return "did not write to customer \(person): \(reason)." }
    let what = isNote ? "the note “it is already applied”" : "the campaign's message"
    return "\(type.contains("sent") ? "sent" : "planned") \(what) to customer \(person): \(reason)."
  }

  // MARK: Many facts

  private func many(_ type: String, _ all: [JSON], more: Bool) -> String? {
    let count = "\(all.count)\(more ? " more" : "")"
    switch type {
    case "ledger.order.captured.v1": return "wrote down \(count) orders."
    case "ledger.customer.known.v1": return "knows \(count) customers; the others heard of ids, never of a name or an address."
    case "ledger.consent.given.v1": return "keeps the consent of \(count) people to be written to."
    case "marketing.budget.opened.v1": return "opened \(count) campaigns."
    case "ledger.budget.opened.v1": return "booked what they may spend."
    case "ledger.remedy.granted.v1": return "promised \(count) orders \(sum(all)), to be confirmed or claimed."
    case "ledger.remedy.posted.v1": return "gave \(count) orders \(sum(all)), without being asked."
    case "ledger.refund.confirmed.v1": return "heard of \(count) refunds that they arrived."
    case "marketing.message.planned.v1": return "planned \(count) messages."
    case "marketing.message.sent.v1": return "sent \(count) messages."
    case "marketing.message.suppressed.v1":
      let notes = all.filter { $0["channel"]?.string == MessageTurned.desk }.count
      guard notes > 0 else { return "held \(count) messages back, each with its reason." }
      return "left \(notes) notes with the desk, where no address is known"
        + (notes < all.count ? ", and held \(all.count - notes) messages back, each with its reason." : ": service tells them.")
    case "ledger.subscription.changed.v1": return "wrote down \(count) changes of plans."
    case _: return all.first.flatMap { one(type, $0) }
    }
  }

  private func sum(_ all: [JSON]) -> String {
    let total = all.reduce(Int64(0)) { $0 + ($1["amount"]?["amount_minor"]?.integer ?? 0) }
    return money(.object([.init("amount_minor", .integer(total)), .init("currency", all.first?["amount"]?["currency"] ?? .null)]))
  }
}

// MARK: Words

extension Narrator {
  /// `9.95 USD`.
  func money(_ json: JSON?) -> String {
    guard let minor = json?["amount_minor"]?.integer, let code = json?["currency"]?.string, let currency = Currency(code) else {
      return "nothing"
    }
    return Money(minor: minor, currency).description
  }

  /// `Sun 10 May, 00:00`.
  func local(_ json: JSON?) -> String {
    guard let text = json?.string, let instant = try? Timestamp(rfc3339: text) else { return "?" }
    return local(instant)
  }

  func local(_ instant: Timestamp) -> String {
    guard let local = zone?.local(at: instant) else { return instant.description }
    let date = local.date
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = Self.days[date.weekday]
    return "\(day) \(date.day) \(Self.months[date.month - 1]), \(two(local.hour)):\(two(local.minute))"
  }

  private func word(_ json: JSON?) -> String { words(json?.string ?? "?") }
  private func words(_ code: String) -> String { code.split(separator: "_").joined(separator: " ") }
  private func entry(_ data: JSON) -> String { data["entry"]?.integer.map { " (entry \($0))" } ?? "" }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
