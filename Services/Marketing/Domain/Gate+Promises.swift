import Contracts

/// What an offer demands of others: whether they have said yes, and whether they still can.
extension Gate {
  private static let answering = "customer service, with `accord promise answer`"

  /// Every promise is answered with a yes that still stands. Silence is never a yes.
  package static func promises(_ known: GateKnowledge) -> Row {
    let open = known.demands.compactMap { demand in missing(demand, known) }
    return row(.promises, open, known, passedSince: known.answers.values.map(\.at).max())
  }

  /// What stands against one promise; nil where it is answered well.
  private static func missing(_ demand: GateKnowledge.Demand, _ known: GateKnowledge) -> Lack? {
    guard let answer = known.answers[demand.id], (demand.floor...known.offer.version).contains(answer.version) else {
      if known.now >= demand.answerBy {
        return Lack(
          .failed, "promise_silent", since: demand.answerBy,
          "customer service has not answered \(said(demand)) by \(demand.answerBy): silence is not a yes, its deputy has it now",
          lift: "the deputy of customer service, with `accord promise answer`")
      }
      return Lack(
        .waiting, "promise_unanswered", since: known.askedAt,
        "customer service has not answered \(said(demand)) yet, and has until \(demand.answerBy)", lift: answering)
    }
    switch answer.answer {
    case .no:
      return Lack(
        .failed, "promise_refused", since: answer.at, by: answer.by, "\(answer.by) said no to \(said(demand))", lift: answer.by.text)
    case .upTo where (answer.quantity ?? 0) < (demand.quantity ?? .max):
      return Lack(
        .failed, "promise_short", since: answer.at, by: answer.by,
        "\(answer.by) can promise \(answer.quantity ?? 0) of \(said(demand)): promise less in a new version, or ask for more",
        lift: answer.by.text)
    case .yes, .upTo: break
    }
    guard known.now < answer.expiresAt else {
      return Lack(
        .failed, "promise_expired", since: answer.expiresAt, by: answer.by,
        "the answer of \(answer.by) to \(said(demand)) held until \(answer.expiresAt)", lift: answering)
    }
    return nil
  }

  /// What was promised can still be done: in each stretch that customer service has told of, not on the average.
  package static func capacity(_ known: GateKnowledge) -> Row {
    row(.capacity, known.demands.compactMap { short($0, known) }, known, passedSince: known.slots.map(\.at).max())
  }

  /// Whether a drop pauses the offer: a promise that says so can be kept no longer.
  package static func pauses(_ known: GateKnowledge) -> Bool {
    known.demands.contains { $0.onDrop == .pause && short($0, known) != nil }
  }

  private static func short(_ demand: GateKnowledge.Demand, _ known: GateKnowledge) -> Lack? {
    let (from, to) = (demand.from ?? known.startsAt, demand.to ?? known.endsAt ?? .last)
    let slots = known.slots.filter { $0.kind == demand.kind && $0.sku == demand.sku && $0.from < to && $0.to > from }
    guard let needed = needed(demand) else { return nil }
    let worst: GateKnowledge.Slot?
    switch demand.kind {
    // Work can only be done in its hour.
    case .contactsPerHour, .returns: worst = slots.filter { $0.quantity < needed }.min { ($0.from, $0.quantity) < ($1.from, $1.quantity) }
    // A slot says how many hours it takes: the longest counts.
    case .leadTime: worst = slots.filter { $0.quantity > needed }.max { $0.quantity < $1.quantity }
    // Goods come together, wherever they lie.
    case .units:
      let sum = slots.reduce(Int64(0)) { $0.addingReportingOverflow($1.quantity).partialValue }
      worst = slots.isEmpty || sum >= needed ? nil : slots.max { $0.at < $1.at }
    }
    guard let worst else { return nil }
    let cause = worst.cause.map { ": \($0)" } ?? ""
    return Lack(
      .failed, "capacity_short", since: worst.at, by: worst.by,
      "\(said(demand)) cannot be kept: customer service can do \(worst.quantity) from \(worst.from) to \(worst.to)\(cause)",
      lift: "customer service, with `accord capacity`; or marketing, by promising less in a new version")
  }

  private static func needed(_ demand: GateKnowledge.Demand) -> Int64? {
    demand.kind == .leadTime ? demand.duration.map { $0.milliseconds / 3_600_000 } : demand.quantity
  }

  /// A promise in words.
  private static func said(_ demand: GateKnowledge.Demand) -> String {
    let what =
      switch demand.kind {
      case .contactsPerHour: "\(demand.quantity ?? 0) contacts an hour"
      case .units: "\(demand.quantity ?? 0) of \(demand.sku ?? "it")"
      case .leadTime: "delivery within \(demand.duration?.iso8601 ?? "a time")"
      case .returns: "\(demand.quantity ?? 0) returns"
      }
    return "the promise \(demand.id) (\(what))"
  }

  // MARK: Rows of several lacks

  /// One thing that stands against a row.
  struct Lack {
    let state: Row.State
    let code: String
    let since: Timestamp
    let by: Identifier<Colleague>?
    let sentence: String
    let lift: String

    init(_ state: Row.State, _ code: String, since: Timestamp, by: Identifier<Colleague>? = nil, _ sentence: String, lift: String) {
      self.state = state
      self.code = code
      self.since = since
      self.by = by
      self.sentence = sentence
      self.lift = lift
    }
  }

  /// More than these are counted, not told: the sentence fits into the fact.
  private static let toldMax = 4

  /// The row of what lacks: the worst of it stands for it, all of it is told.
  static func row(_ check: Check, _ lacks: [Lack], _ known: GateKnowledge, passedSince: Timestamp? = nil, note: String? = nil) -> Row {
    guard let first = lacks.first(where: { $0.state == .failed }) ?? lacks.first else {
      return Row(check: check, state: .passed, since: min(max(passedSince ?? known.askedAt, known.askedAt), known.now), sentence: note)
    }
    let others = lacks.count > toldMax ? "; and \(lacks.count - toldMax) more" : ""
    let sentence = lacks.prefix(toldMax).map(\.sentence).joined(separator: "; ") + others
    return Row(
      check: check, state: first.state, since: first.since, by: first.by, sentence: String(sentence.prefix(900)), code: first.code,
      liftedBy: first.lift)
  }
}
