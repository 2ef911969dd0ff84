package import Contracts
import Zones

/// Holds an offer document against itself and against what is known around it.
package struct OfferCheck {
  /// Everything that is wrong or doubtful: refusals first, then what blocks scheduling, then warnings, else in the order of reading.
  /// Without refusals it may be saved, with warnings alone it may be scheduled.
  package static func check(_ document: JSON, in context: OfferContext) -> [OfferFinding] {
    let (read, findings) = OfferDocument.read(document)
    // What is around it is looked at whatever is wrong inside, so that all of it is told at once.
    var check = OfferCheck(json: document, context: context, findings: findings)
    check.versions()
    check.people()
    check.campaign()
    if let zone = check.zone() { check.times(zone) }
    check.selections()
    check.group()
    check.reserve()
    check.parity()
    check.template()
    if let read { check.doubts(read) }
    // Sorting keeps the order of equals only by their places.
    return check.findings.enumerated().sorted { ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset) }.map(\.element)
  }

  private let json: JSON
  let context: OfferContext
  private var findings: [OfferFinding]

  private init(json: JSON, context: OfferContext, findings: [OfferFinding]) {
    self.json = json
    self.context = context
    self.findings = findings
  }

  private mutating func refuse(_ field: String, _ sentence: String, next: String) {
    findings.append(OfferFinding(.refusal, field, sentence, next: next))
  }

  mutating func warn(_ field: String, _ sentence: String, next: String) {
    findings.append(OfferFinding(.warning, field, sentence, next: next))
  }

  /// The text at `path`; nil where there is none, which reading has said.
  private func text(_ path: String...) -> String? {
    var value: JSON? = json
    for name in path { value = value?[name] }
    return value?.string
  }

  // What was before

  private mutating func versions() {
    guard let version = json["version"]?.integer else { return }
    guard let old = context.previous else {
      if version > 1 {
        refuse(
          "/version", "version \(version) follows no version that is known here", next: "write 1, or give the versions before it first")
      }
      return
    }
    if version != old.version + 1 {
      refuse("/version", "version \(version) does not follow \(old.version)", next: "write \(old.version + 1)")
    }
    for (name, old) in [("offer_id", old.offerID.text), ("campaign_id", old.campaignID.text), ("currency", old.currency.code)] {
      guard let new = text(name), new != old else { continue }
      refuse("/\(name)", "\(name) is \"\(old)\" for the offer's life, not \"\(new)\"", next: "write \"\(old)\", or make another offer")
    }
    guard text("significance") == OfferDocument.Significance.minor.rawValue else { return }
    for pointer in OfferDocument.changes(json, old.json) where OfferDocument.isMaterial(pointer) {
      refuse(
        pointer, "this changes what is promised, and the version says that it is minor",
        next: "write \"material\" in /significance, or undo the change")
    }
  }

  private mutating func people() {
    person("/owner", text("owner"))
    person("/service_contact", text("service_contact"))
    let field = "/parity_exception/approved_by"
    guard let approver = text("parity_exception", "approved_by") else { return }
    person(field, approver)
    if approver.hasPrefix("marketer/") {
      refuse(
        field, "\(approver) works for marketing: an exception is approved by customer service",
        next: "name an agent or a supervisor who approves it")
    }
  }

  private mutating func person(_ field: String, _ id: String?) {
    guard let id, let people = context.people else { return }
    guard let person = people.first(where: { $0.id == id }) else {
      let question = NearNames.question(id, among: people.lazy.filter { !$0.hasLeft }.map(\.id))
      return refuse(field, "\(id) is nobody who works here\(question)", next: "name somebody who does")
    }
    if person.hasLeft { refuse(field, "\(id) has left", next: "name who took over") }
  }

  private mutating func campaign() {
    guard let id = text("campaign_id") else { return }
    switch context.campaign {
    case .closed: refuse("/campaign_id", "the campaign \"\(id)\" is closed, it pays for nothing more", next: "open a new campaign")
    case .unknown:
      refuse("/campaign_id", "there is no campaign \"\(id)\"", next: "open it with `accord campaign open`, or correct the name")
    case .open, nil: break
    }
  }

  // When

  private mutating func zone() -> Zone? {
    guard let name = text("window", "time_zone") else { return nil }
    if let zone = context.zone(name) { return zone }
    let place = String(name.map { $0 == " " ? "_" : $0 })
    let near = ["America", "Europe", "Asia", "Africa", "Australia", "Pacific", "Atlantic"].map { "\($0)/\(place)" }.first {
      context.zone($0) != nil
    }
    refuse(
      "/window/time_zone", "\"\(name)\" is no time zone that is known here" + (near.map { " (did you mean \"\($0)\"?)" } ?? ""),
      next: "write a name of the IANA database like America/New_York; if it is one, install the system's tzdata")
    return nil
  }

  private mutating func times(_ zone: Zone) {
    let startsAt = resolved(json["window"]?["starts_at"], "/window/starts_at", zone)
    _ = resolved(json["window"]?["ends_at"], "/window/ends_at", zone, isEnd: true)
    _ = resolved(json["window"]?["review_at"], "/window/review_at", zone)
    _ = resolved(json["add_items"]?["until"], "/add_items/until", zone, isEnd: true)
    _ = resolved(json["parity_exception"]?["ends_at"], "/parity_exception/ends_at", zone, isEnd: true)
    for (index, promise) in (json["promises"]?.array ?? []).enumerated() {
      _ = resolved(promise["from"], "/promises/\(index)/from", zone)
      _ = resolved(promise["to"], "/promises/\(index)/to", zone, isEnd: true)
      let field = "/promises/\(index)/answer_by"
      guard let answerBy = resolved(promise["answer_by"], field, zone), let startsAt, answerBy > startsAt else { continue }
      refuse(
        field,
        "service is to answer by \(promise["answer_by"]?.string ?? ""), after the offer starts at \(text("window", "starts_at") ?? "")",
        next: "ask for the answer before the start")
    }
    guard let startsAt, !context.isHistorical, let notice = context.briefingNotice, startsAt < context.now.adding(notice) else { return }
    // Cut to the minute, so the next whole one is the first that fits.
    let earliest = zone.local(at: context.now.adding(notice).adding(.milliseconds(59_999)))
    let minute = LocalTime(date: earliest.date, hour: earliest.hour, minute: earliest.minute) ?? earliest
    warn(
      "/window/starts_at", "service wants to know an offer \(Saying.duration(notice)) before it starts; the start is nearer than that",
      next: "start at \(minute) or later, or ask service for less")
  }

  /// The instant of a local time; nil where it cannot be read, which reading has said, or does not exist, which is said here.
  private mutating func resolved(_ value: JSON?, _ field: String, _ zone: Zone, isEnd: Bool = false) -> Timestamp? {
    guard let text = value?.string, let local = try? LocalTime(iso8601: text) else { return nil }
    do { return try Terms.instant(local, in: zone, isEnd: isEnd, at: field) } catch {
      findings += error.findings
      return nil
    }
  }

  // What

  private mutating func selections() {
    guard let catalogue = context.catalogue else { return }
    for list in ["include", "exclude"] {
      for (place, selection) in (json["applies_to"]?[list]?.array ?? []).enumerated() {
        let field = "/applies_to/\(list)/\(place)"
        let ids = selection["ids"]?.strings ?? []
        switch selection["kind"]?.string {
        case "sku": known(ids, catalogue.skus, field + "/ids", "article")
        case "category": known(ids, catalogue.categories, field + "/ids", "category")
        case "brand": known(ids, catalogue.brands, field + "/ids", "brand")
        case "plan": known(ids, catalogue.plans, field + "/ids", "plan")
        case "shipping": known(selection["methods"]?.strings ?? [], catalogue.methods, field + "/methods", "way of shipping")
        default: continue
        }
      }
    }
    for (place, promise) in (json["promises"]?.array ?? []).enumerated() {
      if let sku = promise["sku"]?.string { known([sku], catalogue.skus, "/promises/\(place)/sku", "article", isList: false) }
    }
  }

  private mutating func known(_ ids: [String], _ names: Set<String>?, _ field: String, _ kind: String, isList: Bool = true) {
    guard let names else { return }
    for (place, id) in ids.enumerated() where !names.contains(id) {
      refuse(
        isList ? "\(field)/\(place)" : field, "no \(kind) is called \"\(id)\"\(NearNames.question(id, among: names))",
        next: "correct the name, or take it into the catalogue first")
    }
  }

  /// A segment or a list that nobody was ever told to belong to: nobody could have the offer.
  private mutating func group() {
    guard let groups = context.groups, let kind = text("eligibility", "customers").flatMap(CustomerGroup.Kind.init),
      let name = text("eligibility", "\(kind.rawValue)_id")
    else { return }
    let names = { (kind: CustomerGroup.Kind) in Set(groups.lazy.filter { $0.kind == kind }.map(\.id.text)) }
    guard !names(kind).contains(name) else { return }
    let other = kind == .list ? CustomerGroup.Kind.segment : .list
    guard !names(other).contains(name) else {
      return refuse(
        "/eligibility/\(kind.rawValue)_id", "\"\(name)\" is a \(other.rawValue), not a \(kind.rawValue)",
        next: "write \"\(other.rawValue)\" in /eligibility/customers, and its name in \(other.rawValue)_id")
    }
    refuse(
      "/eligibility/\(kind.rawValue)_id",
      "nobody was ever in a \(kind.rawValue) \"\(name)\", so nobody could have the offer\(NearNames.question(name, among: names(kind)))",
      next: "correct the name, or say first who belongs to it: accord import \(kind.rawValue)s")
  }

  private mutating func reserve() {
    guard let rehearsed = context.rehearsed, let reserve = json["budget"]?["reserve"]?["amount_minor"]?.integer,
      let currency = text("currency").flatMap({ Currency($0) })
    else { return }
    let (found, reserved) = (Money(minor: rehearsed.sum, currency), Money(minor: reserve, currency))
    if rehearsed.sum > reserve {
      let more = rehearsed.looked < rehearsed.orders ? " with \(rehearsed.looked) of \(rehearsed.orders) orders" : ""
      refuse(
        "/budget/reserve", "the look-back comes to \(found)\(more), the reserve is \(reserved)",
        next: "reserve at least \(found), beside the desk's allowance")
    } else if rehearsed.estimate > reserve {
      warn(
        "/budget/reserve",
        "the look-back comes to \(found) with \(rehearsed.looked) of \(rehearsed.orders) orders, and to about "
          + "\(Money(minor: rehearsed.estimate, currency)) with all of them; the reserve is \(reserved)",
        next: "reserve that much, or expect that the campaign tops it up")
    }
  }

  private mutating func template() {
    guard let templates = context.templates, let id = text("note", "template_id"), !templates.contains(id) else { return }
    refuse(
      "/note/template_id", "there is no template called \"\(id)\"\(NearNames.question(id, among: templates))",
      next: "write one of \(templates.sorted().joined(separator: ", "))")
  }

  private mutating func parity() {
    guard text("eligibility", "customers") == "new", json["parity_exception"]?.object == nil else { return }
    findings.append(
      OfferFinding(
        .blocksScheduling, "/parity_exception", "existing customers pay more than new ones, and nobody has said why that is right",
        next: "write a parity_exception that service approves, or let everybody have it"))
  }
}
