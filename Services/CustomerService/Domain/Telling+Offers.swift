package import Contracts

/// The life of an offer as an agent reads it.
extension Telling {
  /// Nil for a fact about anything else.
  package static func offerSentence(_ event: DomainEvent) -> String? {
    switch event {
    case .offerVersioned(let fact):
      "version \(fact.version) of offer \(fact.offerID) was written for campaign \(fact.campaignID) (\(fact.significance.rawValue))"
    case .offerScheduled(let fact):
      "offer \(fact.offerID)@\(fact.version) has its time: from \(fact.startsAt)\(fact.endsAt.map { " until \($0)" } ?? ""),"
        + " reaching back to \(fact.lookBackFrom); \(fact.reserve) are asked of campaign \(fact.campaignID)"
    case .offerTurned(let fact): turned(fact)
    case .lookBackCompleted(let fact):
      "the ledger looked at \(count(fact.considered, "order")) from \(fact.from) until \(fact.to) for \(fact.offerID)@\(fact.version):"
        + " \(fact.granted) got it, \(fact.sum) in all\(refused(fact))"
    case .audiencePrepared(let fact):
      "who is to hear of \(fact.offerID)@\(fact.version) was judged: \(fact.counts.send) to be sent, \(fact.counts.honour) honoured,"
        + " \(fact.counts.suppress) not written to, \(fact.counts.defer) waiting"
    default: nil
    }
  }

  private static func turned(_ fact: OfferTurned) -> String {
    let offer = "offer \(fact.offerID)@\(fact.version)"
    let why = (fact.sentence ?? fact.cause).map { ": \($0)" } ?? ""
    let what =
      switch fact.turn {
      case .launched:
        "\(offer) went live\(fact.effectiveFrom.map { " from \($0)" } ?? "")\(fact.historical ? ", for a time that was over" : "")"
      case .blocked: "\(offer) did not go live"
      case .paused: "\(offer) rests"
      case .resumed: "\(offer) goes on"
      case .stopped: "\(offer) was stopped"
      case .ended: "\(offer) ended"
      case .cancelled: "\(offer) was given up before it went live"
      }
    let emergency = fact.emergency.map { " in an emergency, by \($0.by.map(\.text).joined(separator: " and ")): \($0.reason)" } ?? ""
    return "\(what)\(emergency)\(why) (by \(fact.by))"
  }

  private static func refused(_ fact: LookBackCompleted) -> String {
    let reasons = fact.refused.sorted { $0.key < $1.key }.map { "\($0.value) \(plain($0.key))" }
    return reasons.isEmpty ? "" : "; refused: \(reasons.joined(separator: ", "))"
  }
}

extension RemedyChanged {
  /// How it was decided, for whoever asks why: the offer, the reason, what was looked at, the entry in the books.
  package var decisionSentences: [String] {
    var sentences: [String] = []
    let what = offer.map { "\($0)" } ?? "goodwill"
    sentences.append("decision: \(what), \(Telling.plain(reason)): \(basisWords); \(payerWords) pays")
    if let inputs, let words = words(inputs) { sentences.append("looked at: \(words)") }
    let parts = lines.map { "\($0.amount) on \($0.lineID.map { "line \($0)" } ?? "the shipping")" }
    if !parts.isEmpty { sentences.append("made of: \(parts.joined(separator: ", "))") }
    if let entry {
      sentences.append(
        "in the books: entry \(entry)\(of.map { ", which resolves entry \($0)" } ?? ""), \(state.rawValue), \(destinationWords)")
    }
    return sentences
  }

  /// The members of the decision's inputs as words; nil where there are none. Tallies and shares stand elsewhere in the tale.
  private func words(_ inputs: JSON) -> String? {
    let parts = (inputs.object ?? []).compactMap { member in word(member.value, member.name).map { "\(Telling.plain(member.name)) \($0)" } }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private func word(_ value: JSON, _ name: String) -> String? {
    switch value {
    case .string(let text): Telling.plain(text)
    case .integer(let minor) where name.hasPrefix("uncut"): "\(Money(minor: minor, amount.currency))"
    case .integer(let number): "\(number)"
    case .bool(let flag): flag ? "yes" : "no"
    case .null, .number, .array, .object: nil
    }
  }
}
