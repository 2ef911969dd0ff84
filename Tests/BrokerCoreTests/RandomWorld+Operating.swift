import BrokerCore
import Contracts
import Journal
import TestKit
import Wire

// An operator who looks at dead letters and does something about them, by chance.
extension RandomWorld {
  private struct Letter {
    let event: Int
    let position: JSON
    let isBehind: Bool
  }

  /// One act by chance.
  func operate() throws {
    try turn()
    let s = Int.random(in: 0..<model.subscriptions.count, using: &random)
    let letters = try lookAtLetters(s)
    // What stands there is dead for the model as well, also where it only stood behind another.
    for letter in letters {
      model.subscriptions[s].dead.insert(letter.event)
      // Though it was unread to the model, and passed over as such.
      model.subscriptions[s].settled.remove(letter.event)
      model.subscriptions[s].returning.remove(letter.event)
    }
    acts += 1
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<6: try redrive(s, letters)
    case 6..<8: try drop(s, letters)
    case 8: try replay(s)
    case 9: try stop(s)
    case 10: try reset(s)
    default: try look(s)
    }
  }

  private func ask(_ name: String, _ s: Int, _ members: [JSON.Member] = []) throws {
    let id: ConnectionID
    if let desk {
      id = desk
    } else {
      connections += 1
      id = ConnectionID(connections)
      try stage.apply(
        .hello(
          id, Hello(version: 1, credential: "operator", secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest()),
          Rights(publish: [], subscribe: [], source: nil, administers: true)))
      desk = id
    }
    answer = nil
    note(
      "\(model.subscriptions[s].name) [\(model.subscriptions[s].dead.sorted())] \(name) \(members.map { "\($0.name)=\($0.value.text)" })")
    let command: [JSON.Member] = [.init("name", .string(name)), .init("subscription", .string("reader/" + model.subscriptions[s].name))]
    try stage.apply(.admin(id, id: 1, command: .object(command + members)))
  }

  /// The turn's end, whose effects hold the answer.
  private func answered() throws -> JSON {
    try turn()
    if answer?["code"] != nil, answer?["code"] != "busy" { fault = "an order was refused: \(answer?.text ?? "?")" }
    return answer ?? .null
  }

  private func lookAtLetters(_ s: Int) throws -> [Letter] {
    var letters: [Letter] = []
    var after: JSON?
    repeat {
      try ask("dead", s, [.init("limit", 7)] + (after.map { [.init("after", $0)] } ?? []))
      let page = try answered()
      for row in page["letters"]?.array ?? [] {
        guard let name = row["producer"]?.string, let sequence = row["sequence"]?.integer, let position = row["position"],
          let p = Self.credentials.firstIndex(of: String(name.split(separator: "/")[0])), let event = model.event(p, UInt64(sequence))
        else {
          fault = "a letter nobody knows: \(row.text)"
          return []
        }
        letters.append(Letter(event: event, position: position, isBehind: row["why"] == "behind"))
      }
      after = page["next"]
    } while after != nil && fault == nil
    let missing = model.subscriptions[s].dead.subtracting(letters.map(\.event))
    if !missing.isEmpty { fault = "\(model.subscriptions[s].name): a dead letter was lost: \(missing.map { model.events[$0] })" }
    return letters
  }

  private func redrive(_ s: Int, _ letters: [Letter]) throws {
    let picked = letters.filter { _ in chance(80) }
    var members: [JSON.Member] = [.init("positions", .array(picked.map(\.position)))]
    if chance(30) { members.append(.init("rate", .integer(Int64(Int.random(in: 1...50, using: &random))))) }
    var chosen: [Int] = []
    if model.subscriptions[s].parks {
      for (_, ofKey) in Dictionary(grouping: letters, by: { model.events[$0.event].key }) {
        let own = ofKey.filter { !$0.isBehind }
        let heads = own.isEmpty ? [ofKey.min { $0.event < $1.event }!] : own
        if heads.allSatisfy({ head in picked.contains { $0.event == head.event } }) { chosen += ofKey.map(\.event) }
      }
    } else {
      chosen = picked.map(\.event)
    }
    try ask("redrive", s, members)
    model.recall(chosen, of: s)
    let told = try answered()["count"]?.integer
    if told != Int64(chosen.count) { fault = "\(told ?? -1) letters come back, not \(chosen.count)" }
  }

  private func drop(_ s: Int, _ letters: [Letter]) throws {
    let picked = letters.filter { _ in chance(30) }
    let gone = Set(picked.map(\.event))
    let releases = chance(50)
    var released: [Int] = []
    for (_, ofKey) in Dictionary(grouping: letters, by: { model.events[$0.event].key }) where releases {
      let left = ofKey.filter { !gone.contains($0.event) }
      if left.count < ofKey.count, left.allSatisfy(\.isBehind) { released += left.map(\.event) }
    }
    try ask("drop", s, [.init("positions", .array(picked.map(\.position))), .init("release", .bool(releases))])
    model.subscriptions[s].dead.subtract(gone)
    model.subscriptions[s].settled.formUnion(gone)
    for event in gone { model.subscriptions[s].attempts[event] = nil }
    model.recall(released, of: s)
    let told = try answered()
    if told["count"]?.integer != Int64(gone.count) || told["released"]?.integer != Int64(released.count) {
      fault = "dropped as \(told.text), not \(gone.count) and \(released.count)"
    }
  }

  private func replay(_ s: Int) throws {
    try ask("replay", s, [.init("from", "beginning")])
    // Whatever there is may come once more when it is settled; it need not, where it stands behind a dead one by then.
    let before = model.subscriptions[s].replayed
    model.subscriptions[s].replayed = Set(model.events.indices)
    if try answered()["code"] == "busy" { model.subscriptions[s].replayed = before }
  }

  private func stop(_ s: Int) throws {
    try ask("stop", s)
    model.endReturns(of: s)
    _ = try answered()
  }

  private func reset(_ s: Int) throws {
    // What the journal has let go of does not come again.
    let isBack = stage.machine.kept == 0 && chance(50)
    try ask("reset", s, [.init("to", isBack ? "beginning" : "new")])
    let dead = model.subscriptions[s].dead.union(model.subscriptions[s].returning)
    model.reset(s, settled: isBack ? [] : Set(model.events.indices).subtracting(dead))
    _ = try answered()
  }

  private func look(_ s: Int) throws {
    try ask("subscription", s)
    _ = try answered()
    try ask("audit", s)
    _ = try answered()
  }
}
