import Contracts

/// The parts of a document: what is given, how much at most, where it goes.
extension OfferReader {
  private enum BenefitKind: String, CaseIterable {
    case described
    case percentOff = "percent_off"
    case amountOff = "amount_off"
    case fixedPrice = "fixed_price"
    case freeShipping = "free_shipping"
  }
  private enum PerOrder: String, CaseIterable { case order, unit }
  private enum PerPeriod: String, CaseIterable { case unit, period }

  mutating func benefit(_ field: Field, _ currency: Currency?) -> OfferDocument.Benefit? {
    guard object(field, ["kind", "percent_off", "amount", "price", "per", "max", "text"]) else { return nil }
    guard let kind = needed(field["kind"], { $0.word($1, BenefitKind.self) }) else { return nil }
    switch kind {
    case .percentOff: return needed(field["percent_off"]) { $0.percent($1) }.map { .percentOff(basisPoints: $0) }
    case .amountOff:
      let amount = needed(field["amount"]) { $0.money($1, currency, from: 1) }
      let per = field["per"].isAbsent ? .order : word(field["per"], PerOrder.self)
      guard let amount, let per else { return nil }
      return .amountOff(amount, perUnit: per == .unit)
    case .fixedPrice:
      let price = needed(field["price"]) { $0.money($1, currency) }
      let per = field["per"].isAbsent ? .unit : word(field["per"], PerPeriod.self)
      guard let price, let per else { return nil }
      return .fixedPrice(price, perUnit: per == .unit)
    case .freeShipping:
      if field["max"].isAbsent { return .freeShipping(max: nil) }
      return money(field["max"], currency, from: 1).map { .freeShipping(max: $0) }
    case .described: return needed(field["text"]) { $0.text($1) }.map { .described($0) }
    }
  }

  /// `12.5` as 1,250: more than 0, at most 100, at most two decimals, no sign.
  private mutating func percent(_ field: Field) -> Int64? {
    guard let value = field.value else { return nil }
    guard let text = value.string else {
      refuse(field, "\(value.text) is written as a number, which programs round", next: "write it in quotation marks, like \"12.5\"")
      return nil
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let digits = parts.joined()
    let decimals = parts.count == 2 ? parts[1].utf8.count : 0
    guard (1...2).contains(parts.count), let whole = parts.first, (1...3).contains(whole.utf8.count), parts.count == 1 || decimals > 0,
      digits.utf8.allSatisfy({ (.zero ... .nine).contains($0) })
    else {
      refuse(field, "\"\(text)\" is no percentage", next: "write digits with a point and without the sign, like \"15\" or \"12.5\"")
      return nil
    }
    guard decimals <= 2, let number = Int64(digits) else {
      refuse(field, "\"\(text)\" has \(decimals) decimals, at most two are taken", next: "round it to two decimals")
      return nil
    }
    let basisPoints = number * (decimals == 0 ? 100 : decimals == 1 ? 10 : 1)
    guard (1...10_000).contains(basisPoints) else {
      refuse(field, "\(text) % is not more than 0 and at most 100", next: "write a percentage from \"0.01\" to \"100\"")
      return nil
    }
    return basisPoints
  }

  private enum CourseKind: String, CaseIterable { case once, repeating, forever }

  mutating func course(_ field: Field) -> OfferDocument.Course? {
    guard object(field, ["kind", "periods", "funded_periods"]) else { return nil }
    let funded = whole(field["funded_periods"], 0...TermsLimits.periodsMax).map(Int.init)
    guard let kind = needed(field["kind"], { $0.word($1, CourseKind.self) }) else { return nil }
    switch kind {
    case .once: return .init(length: .once, fundedPeriods: funded)
    case .forever: return .init(length: .forever, fundedPeriods: funded)
    case .repeating:
      guard let periods = needed(field["periods"], { $0.whole($1, 1...TermsLimits.periodsMax) }) else { return nil }
      return .init(length: .periods(Int(periods)), fundedPeriods: funded)
    }
  }

  mutating func minimum(_ field: Field, _ currency: Currency?) -> OfferDocument.Minimum? {
    guard object(field, ["subtotal", "quantity"]) else { return nil }
    let subtotal = money(field["subtotal"], currency)
    let quantity = whole(field["quantity"], 0...Limits.quantityMax)
    guard field["subtotal"].isAbsent != field["quantity"].isAbsent else {
      refuse(field, "a minimum is either a subtotal or a quantity", next: "write one of the two, or null")
      return nil
    }
    return subtotal.map { .subtotal($0) } ?? quantity.map { .quantity($0) }
  }

  mutating func limits(_ field: Field, _ currency: Currency?) -> OfferDocument.Limits {
    guard object(field, ["per_order", "per_customer", "total"]) else { return .init(perOrder: nil, perCustomer: nil, total: nil) }
    return .init(
      perOrder: cap(field["per_order"], currency), perCustomer: cap(field["per_customer"], currency), total: cap(field["total"], currency))
  }

  private mutating func cap(_ field: Field, _ currency: Currency?) -> OfferDocument.Cap? {
    guard object(field, ["amount", "uses", "units"]) else { return nil }
    let amount = money(field["amount"], currency, from: 1)
    let uses = whole(field["uses"], 1...Int64.max)
    let units = whole(field["units"], 1...Int64.max)
    if field["amount"].isAbsent, field["uses"].isAbsent, field["units"].isAbsent {
      refuse(field, "a limit that limits nothing", next: "write amount, uses or units, or null for no limit")
    }
    return .init(amount: amount, uses: uses, units: units)
  }

  mutating func remedy(_ field: Field, _ currency: Currency?) -> OfferDocument.Remedy? {
    guard object(field, ["destinations", "claimable_for", "clawback"]) else { return nil }
    let destinations = needed(field["destinations"]) { reader, field in
      reader.list(field) { $0.word($1, OfferDocument.Remedy.Destination.self) }
    }
    if destinations?.isEmpty == true {
      refuse(field["destinations"], "the money has nowhere to go", next: "name at least one of original_tender and customer_credit")
    }
    let claimableFor = duration(field["claimable_for"])
    let clawback = field["clawback"]
    _ = object(clawback, ["on_return", "waive_below"])
    let clawsBack = clawback["on_return"].isAbsent ? true : flag(clawback["on_return"])
    let waiveBelow = money(clawback["waive_below"], currency)
    guard let destinations, let clawsBack else { return nil }
    return .init(destinations: destinations, claimableFor: claimableFor, clawsBack: clawsBack, waiveBelow: waiveBelow)
  }

  mutating func addItems(_ field: Field) -> OfferDocument.AddItems? {
    guard object(field, ["until", "benefit_on_added_lines"]) else { return nil }
    let benefit = field["benefit_on_added_lines"].isAbsent ? true : flag(field["benefit_on_added_lines"])
    let until = needed(field["until"]) { reader, field -> OfferDocument.AddItems.Until? in
      if field.value?.string == "shipped" { return .shipped }
      return reader.localTime(field).map { .time($0) }
    }
    guard let benefit, let until else { return nil }
    return .init(until: until, benefitOnAddedLines: benefit)
  }

  mutating func note(_ field: Field) -> OfferDocument.Note? {
    guard object(field, ["template_id", "replaces_campaign_message"]) else { return nil }
    let template = needed(field["template_id"]) { $0.text($1) }
    let replaces = field["replaces_campaign_message"].isAbsent ? true : flag(field["replaces_campaign_message"])
    guard let template, let replaces else { return nil }
    return .init(templateID: template, replacesCampaignMessage: replaces)
  }
}
