package import Contracts
import Zones

/// The document out of JSON. Everything that is wrong in it is told at once; what it does not know is kept and pointed out.
extension OfferDocument {
  package init(_ json: JSON) throws(OfferRefusals) {
    let (document, findings) = Self.read(json)
    guard let document else { throw OfferRefusals(findings.filter { $0.severity == .refusal }) }
    self = document
  }

  /// The document, unless something in it is refused; and what was found.
  static func read(_ json: JSON) -> (document: OfferDocument?, findings: [OfferFinding]) {
    var reader = OfferReader()
    let draft = Draft(json, &reader)
    guard !reader.findings.contains(where: { $0.severity == .refusal }) else { return (nil, reader.findings) }
    guard let draft else {
      // Every nil has its refusal; this stands for one that was forgotten.
      return (nil, reader.findings + [OfferFinding(.refusal, "", "it cannot be read", next: "compare it with `accord offer new`")])
    }
    return (OfferDocument(json, draft), reader.findings)
  }

  static let fields = [
    "schema", "offer_id", "version", "significance", "campaign_id", "title", "also_called", "owner", "service_contact", "currency",
    "window",
    "look_back", "in_window", "honour_for", "eligibility", "targeting", "applies_to", "benefit", "duration", "minimum", "limits",
    "stacking",
    "remedy", "add_items", "note", "budget", "parity_exception", "promises", "sheets_required", "briefing",
  ]

  private init(_ json: JSON, _ draft: Draft) {
    self.json = json
    offerID = draft.head.offer.offer
    version = draft.head.offer.version
    offerVersion = draft.head.offer
    campaignID = draft.head.campaignID
    currency = draft.head.currency
    significance = draft.head.significance
    title = draft.head.title
    alsoCalled = draft.head.alsoCalled
    owner = draft.head.owner
    serviceContact = draft.head.serviceContact
    window = draft.window
    lookBack = draft.lookBack
    inWindow = draft.inWindow
    honourFor = draft.honourFor
    eligibility = draft.eligibility
    targeting = draft.targeting
    include = draft.include
    exclude = draft.exclude
    benefit = draft.benefit
    course = draft.course
    minimum = draft.minimum
    limits = draft.limits
    group = draft.group
    combinesWith = draft.combinesWith
    remedy = draft.remedy
    addItems = draft.addItems
    note = draft.note
    reserve = Money(minor: draft.reserve, draft.head.currency)
    deskAllowance = draft.deskAllowance.map { Money(minor: $0, draft.head.currency) }
    parityException = draft.parityException
    promises = draft.promises
    sheetsRequired = draft.sheetsRequired
    briefing = draft.briefing
  }
}

/// What was read, before it is known whether all of it may stand.
private struct Draft {
  let head: Head
  let window: OfferDocument.Window
  let lookBack: OfferDocument.LookBack
  let inWindow: OfferDocument.InWindow
  let honourFor: Duration
  let eligibility: OfferDocument.Eligibility
  let targeting: OfferDocument.Targeting?
  let include: [OfferDocument.Selection]
  let exclude: [OfferDocument.Selection]
  let benefit: OfferDocument.Benefit
  let course: OfferDocument.Course
  let minimum: OfferDocument.Minimum?
  let limits: OfferDocument.Limits
  let group: String
  let combinesWith: [String]
  let remedy: OfferDocument.Remedy
  let addItems: OfferDocument.AddItems?
  let note: OfferDocument.Note?
  let reserve: Int64
  let deskAllowance: Int64?
  let parityException: OfferDocument.ParityException?
  let promises: [OfferDocument.Promise]
  let sheetsRequired: [OfferDocument.Sheet]
  let briefing: OfferDocument.Briefing?

  struct Head {
    let offer: OfferVersion
    let campaignID: Identifier<Campaign>
    let currency: Currency
    let significance: OfferDocument.Significance
    let title: [OfferDocument.LocalText]
    let alsoCalled: [String]
    let owner: Identifier<Person>
    let serviceContact: Identifier<Person>
  }

  /// Reads every field, also after one that is refused, so that all refusals are found.
  init?(_ json: JSON, _ reader: inout OfferReader) {
    let all = OfferReader.Field("", json)
    guard reader.object(all, OfferDocument.fields) else {
      if json.isNull { reader.refuse(all, "it is empty", next: "write an offer document; `accord offer new` makes one") }
      return nil
    }
    let currency = reader.needed(all["currency"]) { $0.currency($1) }
    let head = reader.head(all, currency)
    let window = reader.needed(all["window"]) { $0.window($1) }
    let appliesTo = all["applies_to"]
    let isWhole = reader.needed(appliesTo) { $0.object($1, ["include", "exclude"]) ? true : nil }
    let include = isWhole.flatMap { _ in reader.needed(appliesTo["include"]) { $0.list($1) { $0.selection($1) } } }
    let exclude = reader.list(appliesTo["exclude"]) { $0.selection($1) } ?? []
    let isForPlans = (include ?? []).contains { if case .plan = $0 { true } else { false } }
    let lookBack = reader.needed(all["look_back"]) { $0.lookBack($1, isForPlans: isForPlans) }
    let inWindow = all["in_window"].isAbsent ? .init(appliedBy: .checkout, code: nil) : reader.inWindow(all["in_window"])
    let honourFor = reader.needed(all["honour_for"]) { $0.duration($1) }
    let eligibility = reader.needed(all["eligibility"]) { $0.eligibility($1) }
    targeting = reader.targeting(all["targeting"])
    let benefit = reader.needed(all["benefit"]) { $0.benefit($1, currency) }
    let course = all["duration"].isAbsent ? .init(length: .once, fundedPeriods: nil) : reader.course(all["duration"])
    minimum = reader.minimum(all["minimum"], currency)
    limits = reader.limits(all["limits"], currency)
    let stacking = all["stacking"]
    let stacks = reader.needed(stacking) { $0.object($1, ["group", "combines_with"]) ? true : nil }
    let group = stacks.flatMap { _ in reader.needed(stacking["group"]) { $0.text($1) } }
    combinesWith = reader.texts(stacking["combines_with"]) ?? []
    let remedy = reader.needed(all["remedy"]) { $0.remedy($1, currency) }
    addItems = reader.addItems(all["add_items"])
    note = reader.note(all["note"])
    let budget = all["budget"]
    let hasBudget = reader.needed(budget) { $0.object($1, ["reserve", "desk_allowance"]) ? true : nil }
    let reserve = hasBudget.flatMap { _ in reader.needed(budget["reserve"]) { $0.money($1, currency) } }
    deskAllowance = reader.money(budget["desk_allowance"], currency)
    parityException = reader.parityException(all["parity_exception"])
    promises = reader.list(all["promises"]) { $0.promise($1) } ?? []
    sheetsRequired = reader.list(all["sheets_required"]) { $0.sheet($1) } ?? []
    briefing = reader.briefing(all["briefing"])
    guard let head, let window, let include, let lookBack, let inWindow, let honourFor, let eligibility, let benefit, let course, let group,
      let remedy, let reserve
    else { return nil }
    self.head = head
    self.window = window
    self.include = include
    self.exclude = exclude
    self.lookBack = lookBack
    self.inWindow = inWindow
    self.honourFor = honourFor
    self.eligibility = eligibility
    self.benefit = benefit
    self.course = course
    self.group = group
    self.remedy = remedy
    self.reserve = reserve
    if reader.contradicts(self) { return nil }
  }
}

extension OfferReader {
  fileprivate mutating func head(_ all: Field, _ currency: Currency?) -> Draft.Head? {
    if let schema = needed(all["schema"], { $0.text($1) }), schema != OfferDocument.schema {
      refuse(all["schema"], "\"\(schema)\" is no schema that this build reads", next: "write \"\(OfferDocument.schema)\"")
    }
    let id = needed(all["offer_id"]) { $0.offerID($1) }
    let version = needed(all["version"]) { $0.whole($1, 1...Int64(Int32.max)) }
    let significance = needed(all["significance"]) { $0.word($1, OfferDocument.Significance.self) }
    let campaign = needed(all["campaign_id"]) { $0.identifier($1, Campaign.self) }
    let title = needed(all["title"]) { $0.title($1) }
    let alsoCalled = texts(all["also_called"]) ?? []
    let owner = needed(all["owner"]) { $0.identifier($1, Person.self) }
    let contact = needed(all["service_contact"]) { $0.identifier($1, Person.self) }
    if version == 1, significance == .minor {
      refuse(all["significance"], "version 1 is always material: nobody knows the offer yet", next: "write \"material\"")
    }
    guard let id, let version, let offer = OfferVersion(offer: id, version: Int(version)), let significance, let campaign, let title,
      let owner, let contact, let currency
    else { return nil }
    return Draft.Head(
      offer: offer, campaignID: campaign, currency: currency, significance: significance, title: title, alsoCalled: alsoCalled,
      owner: owner, serviceContact: contact)
  }

  private mutating func offerID(_ field: Field) -> Identifier<Offer>? {
    guard let text = text(field) else { return nil }
    let isPlain = text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (.zero ... .nine).contains($0) || $0 == .minus
    }
    guard isPlain, text.utf8.count <= TermsLimits.offerIDBytesMax, let id = try? Identifier<Offer>(text) else {
      refuse(field, "\"\(text)\" is no offer's id", next: "write 1 to \(TermsLimits.offerIDBytesMax) of a to z, 0 to 9 and hyphen")
      return nil
    }
    return id
  }

  private mutating func title(_ field: Field) -> [OfferDocument.LocalText]? {
    guard let members = field.value?.object, !members.isEmpty else {
      refuse(field, "it has no title", next: "write one for each locale, like { \"en-US\": \"Free shipping\" }")
      return nil
    }
    let texts = members.compactMap { member in
      needed(Field("\(field.pointer)/\(member.name)", member.value)) { $0.text($1) }.map {
        OfferDocument.LocalText(locale: member.name, text: $0)
      }
    }
    return texts.count == members.count ? texts : nil
  }

  /// What cannot stand together within one document, whatever is around it. True where something was refused.
  fileprivate mutating func contradicts(_ draft: Draft) -> Bool {
    let count = findings.count { $0.severity == .refusal }
    let all = Field("", nil)
    if let endsAt = draft.window.endsAt, endsAt <= draft.window.startsAt {
      refuse(
        all["window"]["ends_at"], "it ends at \(endsAt), before it starts at \(draft.window.startsAt)",
        next: "let it end later, or start earlier")
    }
    if draft.window.endsAt == nil, draft.window.reviewAt == nil {
      refuse(
        all["window"]["ends_at"], "an offer without an end is forgotten",
        next: "write ends_at, or review_at with the day when somebody looks again")
    }
    let places = all["applies_to"]["include"]
    if draft.include.isEmpty { refuse(places, "it applies to nothing", next: "name what it is for, or write { \"kind\": \"all\" }") }
    let isShipping = draft.include.map { if case .shipping = $0 { true } else { false } }
    if draft.benefit.isShipping, !isShipping.contains(true), !draft.include.isEmpty {
      refuse(places, "free shipping needs to know which shipping", next: "include { \"kind\": \"shipping\", \"methods\": [...] }")
    }
    if !draft.benefit.isShipping, !draft.benefit.isDescribed, let index = isShipping.firstIndex(of: true) {
      refuse(
        Field("\(places.pointer)/\(index)", nil), "only free_shipping gives anything on shipping",
        next: "leave it out, or make it a free_shipping offer")
    }
    if let index = draft.combinesWith.firstIndex(of: draft.group) {
      refuse(
        Field("/stacking/combines_with/\(index)", nil),
        "the offer combines with its own group \"\(draft.group)\": inside a group the best deal wins",
        next: "leave it out, or give the offer a group of its own")
    }
    return findings.count { $0.severity == .refusal } > count
  }
}
