import BrokerCore
import Contracts
import Journal
import Testing
import Wire

// Effects and rows of status in the words of transcripts.
extension Script {
  /// Ends a turn and tells what left, as the lines below `commit`.
  func turn() throws -> [String] {
    try stage.turn()
    #expect(try stage.remembered() == stage.machine.checkpoint(), "what the disk remembers is not what the machine knows")
    let effects = stage.takeReleased()
    var last: [UInt32: Int] = [:]
    for (i, effect) in effects.enumerated() { if case .accepted(let id, _, _) = effect { last[id.raw] = i } }
    return effects.enumerated().compactMap { i, effect in
      // The shell sends only the last of a turn.
      if case .accepted(let id, _, _) = effect, last[id.raw] != i { return nil }
      return tell(effect)
    }
  }

  private func tell(_ effect: Effect) -> String {
    switch effect {
    case .accepted(let id, let through, let forget):
      return "\(names[id.raw]!) accepted \(through)" + (forget > 0 ? " forget=\(forget)" : "")
    case .deliver(let id, let handle, let number, let position, let attempt, let producer, let sequence, _):
      let event = "\(stage.machine.producerName(producer).split(separator: "/")[0])-\(sequence)"
      events[position.value] = event
      return "\(names[id.raw]!) deliver \(handleName(id, handle)) #\(number) \(event)" + (attempt > 1 ? " attempt=\(attempt)" : "")
    case .fetch(let subscription, let from, let bytes):
      fetches.append((subscription, from, bytes))
      return "fetch for \(subscription) bytes=\(bytes)"
    case .carry(let places): return "carry \(places.count)"
    case .forget: return "forget"
    case .examine: return "examine"
    case .heal: return "heal"
    case .mend: return "mend"
    case .close(let id, let refusal): return "\(names[id.raw]!) closed [\(refusal.code)] \(refusal.sentence)"
    case .send(let id, let message): return "\(names[id.raw]!) " + tell(message, id)
    }
  }

  private func tell(_ message: BrokerMessage, _ id: ConnectionID) -> String {
    func ranges(_ ranges: DeliveryRanges) -> String {
      ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
    return switch message {
    case .welcome(let it):
      "welcome last=\(it.lastSequence) id=\(it.lastEventID ?? "-")" + (it.deduplicated ? "" : " not de-duplicated")
    case .accepted(let through, _): "accepted \(through)"
    case .refused(let sequence, let reason): "refused \(sequence) [\(reason.code)] \(reason.sentence)"
    case .resume(let from, let after, let reason): "resume from=\(from) after=\(after.milliseconds) [\(reason.code)]"
    case .subscribed(let handle, let position):
      "subscribed \(handleName(id, handle)) at \(position == 0 ? "the beginning" : events[position] ?? "a place")"
    case .unsubscribed(let handle, let reason):
      "unsubscribed \(handleName(id, handle))" + (reason.map { " [\($0.code)] \($0.sentence)" } ?? "")
    case .deliver(let it): "deliver \(it.number)"
    case .revoke(let handle, let list): "revoke \(handleName(id, handle)) \(ranges(list))"
    case .mark(let handle, let source, let through):
      "mark \(handleName(id, handle)) \(source) through=+\(through.milliseconds - 1_700_000_000_000) ms"
    case .heal(let list): "heal \(ranges(list))"
    case .request(let it): "request \(it.id) from \(it.peer): \(it.subject) within \(it.deadline.milliseconds) ms"
    case .reply(let it):
      switch it.outcome {
      case .answered: "reply \(it.id) answered"
      case .failed(let why): "reply \(it.id) [\(why.code)] \(why.sentence)"
      }
    case .admin(_, let answer): "answer " + Self.short(answer)
    case .ping, .pong: "ping"
    case .farewell(let reason): "farewell \(reason)"
    case .fault(let why): "fault [\(why.code)]"
    }
  }

  private func handleName(_ id: ConnectionID, _ handle: UInt32) -> String { handleNames["\(id.raw)/\(handle)"] ?? "\(handle)" }

  /// The subscriptions' rows as a person would read them.
  func status() -> [String] {
    guard case .array(let rows) = stage.machine.status()["subscriptions"] else { return [] }
    return rows.map(Self.row)
  }

  private static func row(_ row: JSON) -> String {
    func number(_ name: String) -> Int64 { if case .integer(let value)? = row[name] { value } else { -1 } }
    guard case .string(let name)? = row["name"], case .string(let why)? = row["waits_for"] else { return "?" }
    let behind = number("behind") > 0 ? "behind, waits for \(why)" : "up to date"
    let rest = ["in_flight", "look_ahead", "troubled", "dead", "returning", "ignored"].compactMap {
      number($0) > 0 ? " \($0)=\(number($0))" : nil
    }
    return "\(name) \(behind)" + rest.joined()
  }

  private static func short(_ answer: JSON) -> String {
    if case .array(let rows)? = answer["subscriptions"] {
      return rows.map { row in row["state"] == nil ? Self.row(row) : row["sentence"]?.string ?? "?" }.joined(separator: "; ")
    }
    if case .string(let code)? = answer["code"] { return "[\(code)]" }
    if case .array(let letters)? = answer["letters"] {
      return letters.map { letter in
        guard case .integer(let sequence)? = letter["sequence"], case .string(let why)? = letter["why"] else { return "?" }
        if case .string(let reason)? = letter["reason"] { return "\(sequence) \(why): \(reason)" }
        return "\(sequence) \(why)"
      }.joined(separator: ", ") + (answer["next"] == nil ? "" : ", and more")
    }
    if case .array(let rows)? = answer["interventions"], answer["subscription"] == nil {
      return rows.map { row in
        let figures = ["count", "done", "dead_again", "left"].compactMap { name in
          row[name]?.integer.flatMap { $0 > 0 ? " \(name)=\($0)" : nil }
        }
        let way = row["under_way"] == true ? ", under way" : ""
        return
          "\(row["deed"]?.string ?? "?") of \(row["subscription"]?.string ?? "?") by \(row["by"]?.string ?? "?"): \(row["what"]?.string ?? "?")"
          + figures.joined() + way
      }.joined(separator: "; ")
    }
    if let row = answer["subscription"], row["name"] != nil { return Self.row(row) + ": " + (row["sentence"]?.string ?? "?") }
    let told = (answer.object ?? []).filter {
      ["count", "keys", "left", "released", "parked", "dead", "dead_again", "dry_run"].contains($0.name)
    }
    return told.isEmpty ? "ok" : told.map { $0.value == true ? $0.name : "\($0.name)=\($0.value.integer ?? 0)" }.joined(separator: " ")
  }
}
