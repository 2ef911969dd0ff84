import Contracts
import Journal
import Wire

// What became of one message at every subscription, as far as the broker knows: the broker's part of `accord why`.
extension BrokerMachine {
  /// `position` of the event; `type` where the asker has read it, else what memory knows of it.
  func story(_ command: JSON) throws(AdminRefusal) -> JSON {
    guard let asked = command["position"]?.integer, asked > 0 else {
      throw AdminRefusal("missing", "The command names no message; add its position, a whole number.")
    }
    let position = UInt64(asked)
    guard position <= newest else {
      throw AdminRefusal("unknown_position", "Nothing stands at position \(position); the newest message is at \(newest).")
    }
    let type = command["type"]?.string ?? knownType(position)
    var rows: [JSON] = []
    for it in subscriptions where it.isOpen {
      if let type, !it.row.wants(type), !it.holdsOn(to: position) { continue }
      let (state, sentence) = told(position, it)
      rows.append(
        .object([
          .init("subscription", .string(it.row.fullName)), .init("state", .string(state)),
          .init("sentence", .string("\(it.row.fullName): \(sentence)")),
        ]))
    }
    return .object([
      .init("position", .count(position)), .init("type", type.map { .string($0) } ?? .null), .init("subscriptions", .array(rows)),
    ])
  }

  private func knownType(_ position: UInt64) -> String? {
    if position > tail.before {
      let ordinal = tail.ordinal(from: position)
      if ordinal < tail.end, tail[ordinal].position == position { return types.names[Int(tail[ordinal].type)] }
    }
    for it in subscriptions where it.isOpen {
      if let letter = it.dead.find(position), letter.type < UInt32(types.count) { return types.names[Int(letter.type)] }
    }
    return nil
  }

  private func told(_ position: UInt64, _ it: Subscription) -> (state: String, sentence: String) {
    if let letter = it.dead.find(position) { return ("dead", sentence(letter) + "; redrive it when its cause is mended") }
    let entry = it.inWindow(position)
    if let event = it.returns.find(position) {
      let by = it.interventions.last { $0.number == event.by }
      let order = by.map { "called back by \($0.by) (\($0.deed.word), \(Timestamp(milliseconds: $0.at)))" } ?? "called back"
      return ("returning", order + "; " + (entry.map { standing($0, of: it) } ?? "its turn has not come"))
    }
    if let entry, entry.state != .settled {
      let state =
        entry.isInFlight
        ? "in_flight" : (it.trouble(of: entry)?.notBefore ?? 0) > now.wall.milliseconds ? "delayed" : "waiting"
      return (state, standing(entry, of: it))
    }
    if entry == nil, it.row.floor != SubscriptionRow.here, position <= it.row.floor { return ("settled", "from before it began") }
    if entry != nil { return ("settled", "settled") }
    if it.progress.contains(position) {
      return ("settled", it.row.floor == SubscriptionRow.here ? "settled, or from before it began" : "settled")
    }
    if let trouble = it.troubles.find(position) {
      return ("waiting", "not read again yet, it failed \(Self.times(trouble.attempts)); \(lowered(it))")
    }
    return ("waiting", "not sent yet; \(lowered(it))")
  }

  /// The subscription's own standing, to go on a sentence with.
  private func lowered(_ it: Subscription) -> String {
    let sentence = status(it)["sentence"]?.string ?? ""
    return sentence.prefix(1).lowercased() + sentence.dropFirst().trimmingPeriod
  }
}

extension Substring {
  fileprivate var trimmingPeriod: Substring { last == "." ? dropLast() : self }
}

extension Subscription {
  fileprivate func inWindow(_ position: UInt64) -> Window.Entry? {
    var ordinal = window.first
    while ordinal < window.end {
      if window[ordinal].position == position { return window[ordinal] }
      ordinal += 1
    }
    return nil
  }
}
