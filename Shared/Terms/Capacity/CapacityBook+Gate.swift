package import Contracts

/// What the launch gate says of promises and of the capacity behind them.
extension CapacityBook {
  /// How a promise stands.
  package enum Standing: Sendable, Equatable {
    /// Nobody answered yet.
    case waiting
    /// Nobody answered in time: it lies with the deputy now.
    case overdue
    case refused
    /// Less was answered than is asked for.
    case short(upTo: Int64)
    /// The answer has run out.
    case expired
    case answered
  }

  /// A row's state in words, without the check that it belongs to.
  package struct Word: Sendable, Equatable {
    package let state: OfferScheduled.GateRow.State
    package let since: Timestamp
    /// Such as `promise_unanswered`; nil where it passed.
    package let code: String?
    package let sentence: String?
    /// Who can lift it, in words; nil where it passed.
    package let liftedBy: String?
  }

  /// How `promise` stands at `now`, by its own answer or that to an earlier version which asked for the same.
  package func standing(of promise: PromiseDeclared, at now: Timestamp) -> Standing {
    guard let answer = answer(to: promise) else { return now < promise.answerBy ? .waiting : .overdue }
    guard answer.expiresAt > now else { return .expired }
    switch answer.answer {
    case .no: return .refused
    case .yes: return .answered
    case .upTo:
      let upTo = answer.quantity ?? 0
      return upTo < promise.quantity ?? 0 ? .short(upTo: upTo) : .answered
    }
  }

  /// The row `promises` of `version`: the first promise that does not hold, refused ones before those that wait. Nil where it promises
  /// nothing.
  package func promisesWord(of version: OfferVersion, at now: Timestamp) -> Word? {
    let promises = promises(of: version)
    guard !promises.isEmpty else { return nil }
    let words = promises.map { word(of: $0, at: now) }
    let first = words.first { $0.state == .failed } ?? words.first { $0.state == .waiting }
    return first
      ?? Word(
        state: .passed, since: promises.compactMap { answer(to: $0)?.at }.max() ?? now, code: nil, sentence: nil, liftedBy: nil)
  }

  /// The row `capacity` of `version`: whether what was answered is there in each hour. Nil where it promises nothing that takes capacity.
  package func capacityWord(of version: OfferVersion, at now: Timestamp) -> Word? {
    let promises = promises(of: version).filter { $0.kind != .leadTime }
    guard !promises.isEmpty else { return nil }
    let names = Set(promises.map { Name($0) })
    let shorts = shortfalls(at: now).filter { names.contains(Name($0.promise)) }
    // What pauses an offer is said before what only raises an alarm; and what falls short before what nobody holds any more.
    if let short = shorts.first(where: { $0.promise.onDrop == .pause }) ?? shorts.first {
      return Word(
        state: .failed, since: short.since, code: "capacity_short",
        sentence:
          "from \(short.window.lowerBound) until \(short.window.upperBound) there is only \(short.promise.words(short.there)) for the "
          + "\(short.reserved) that were answered\(short.cause.map { " (\($0))" } ?? "")",
        liftedBy: "customer service, with more capacity in these hours (`accord capacity set`), or with another answer")
    }
    let held = promises.compactMap { reservation(of: $0, at: now) }
    if held.count < promises.count, let open = promises.first(where: { reservation(of: $0, at: now) == nil }) {
      return Word(
        state: .waiting, since: open.at, code: "capacity_not_reserved",
        sentence: "nothing is reserved for \(open.words) (promise \(open.promiseID)): service's answer reserves it",
        liftedBy: "customer service, by `accord promise answer \(version.offer) \(open.promiseID) yes`")
    }
    return Word(state: .passed, since: held.map(\.answeredAt).max() ?? now, code: nil, sentence: nil, liftedBy: nil)
  }

  private func word(of promise: PromiseDeclared, at now: Timestamp) -> Word {
    let what = "promise \(promise.promiseID), \(promise.words)"
    let deed = "`accord promise answer \(promise.offerID) \(promise.promiseID)`"
    let answer = answer(to: promise)
    let said = answer?.sentence.map { ": \($0)" } ?? ""
    switch standing(of: promise, at: now) {
    case .waiting:
      return Word(
        state: .waiting, since: promise.at, code: "promise_unanswered", sentence: "\(what), is to be answered by \(promise.answerBy)",
        liftedBy: "customer service, by \(deed)")
    case .overdue:
      return Word(
        state: .waiting, since: promise.answerBy, code: "promise_overdue",
        sentence: "\(what), was to be answered by \(promise.answerBy); nobody did, which is no yes: it lies with the deputy",
        liftedBy: "customer service's deputy, by \(deed)")
    case .refused:
      return Word(
        state: .failed, since: answer?.at ?? now, code: "promise_refused",
        sentence: "\(what): \(answer?.by.text ?? "service") said no\(said)",
        liftedBy: "marketing, by asking for less, or customer service by another answer")
    case .short(let upTo):
      return Word(
        state: .failed, since: answer?.at ?? now, code: "promise_short",
        sentence: "\(what): \(answer?.by.text ?? "service") answered up to \(upTo)\(said)",
        liftedBy: "marketing, by asking for at most \(upTo), or customer service by another answer")
    case .expired:
      return Word(
        state: .waiting, since: answer?.expiresAt ?? now, code: "promise_expired",
        sentence: "\(what): the answer ran out at \(answer?.expiresAt ?? now)", liftedBy: "customer service, by \(deed) once more")
    case .answered: return Word(state: .passed, since: answer?.at ?? now, code: nil, sentence: nil, liftedBy: nil)
    }
  }
}
