import Contracts

/// The parts of a document: what it demands of service, and what it owes to others.
extension OfferReader {
  mutating func parityException(_ field: Field) -> OfferDocument.ParityException? {
    guard object(field, ["reason", "sentence", "approved_by", "ends_at", "match"]) else { return nil }
    let reason = needed(field["reason"]) { $0.word($1, OfferDocument.ParityException.Reason.self) }
    let sentence = needed(field["sentence"]) { $0.text($1) }
    let approver = needed(field["approved_by"]) { $0.identifier($1, Person.self) }
    let endsAt = needed(field["ends_at"]) { $0.localTime($1) }
    _ = object(field["match"], ["who", "how", "per_customer", "max"])
    guard let reason, let sentence, let approver, let endsAt else { return nil }
    return .init(reason: reason, sentence: sentence, approvedBy: approver, endsAt: endsAt, match: field["match"].value)
  }

  private enum OnDrop: String, CaseIterable { case alarm, pause }

  mutating func promise(_ field: Field) -> OfferDocument.Promise? {
    guard object(field, ["promise_id", "kind", "sku", "quantity", "duration", "from", "to", "answer_by", "on_drop"]) else { return nil }
    let id = needed(field["promise_id"]) { $0.text($1) }
    let kind = needed(field["kind"]) { $0.word($1, OfferDocument.Promise.Kind.self) }
    let sku = text(field["sku"])
    let quantity = whole(field["quantity"], 0...Limits.quantityMax)
    let duration = duration(field["duration"])
    let from = localTime(field["from"])
    let to = localTime(field["to"])
    let answerBy = needed(field["answer_by"]) { $0.localTime($1) }
    let onDrop = needed(field["on_drop"]) { $0.word($1, OnDrop.self) }
    switch kind {
    case .units where sku == nil: missing(field["sku"])
    case .leadTime where duration == nil && field["duration"].isAbsent: missing(field["duration"])
    case .units, .contactsPerHour, .returns:
      if field["quantity"].isAbsent { missing(field["quantity"]) }
    case .leadTime, nil: break
    }
    if let from, let to, to <= from {
      refuse(field["to"], "it ends at \(to), before it begins at \(from)", next: "let it end later")
    }
    guard let id, let kind, let answerBy, let onDrop else { return nil }
    return .init(
      promiseID: id, kind: kind, sku: sku, quantity: quantity, duration: duration, from: from, to: to, answerBy: answerBy,
      onDrop: onDrop.rawValue)
  }

  mutating func briefing(_ field: Field) -> OfferDocument.Briefing? {
    guard object(field, ["first_hours", "question"]) else { return nil }
    let question = field["question"]
    if object(question, ["text", "choices", "correct"]) {
      let choices = needed(question["choices"]) { $0.texts($1) } ?? []
      _ = needed(question["text"]) { $0.text($1) }
      if let correct = needed(question["correct"], { $0.whole($1, 0...Int64(TermsLimits.listMax)) }), correct >= choices.count,
        !choices.isEmpty
      {
        refuse(question["correct"], "there is no choice \(correct): they are counted from 0", next: "write 0 to \(choices.count - 1)")
      }
    }
    guard let hours = needed(field["first_hours"], { $0.whole($1, 0...Int64(TermsLimits.durationMax.milliseconds / 3_600_000)) }) else {
      return nil
    }
    return .init(firstHours: hours, question: question.value)
  }
}
