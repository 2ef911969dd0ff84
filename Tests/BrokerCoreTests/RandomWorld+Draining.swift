import BrokerCore
import Contracts
import Journal
import TestKit
import Testing
import Wire

extension RandomWorld {
  /// Everybody works well from now on: everything owed must be settled in the end.
  func drain() throws {
    try turn()
    for round in 0..<3_000 {
      if fault != nil { break }
      for s in model.subscriptions.indices where !consumers.contains(where: { $0.subscription == s }) { try join(s) }
      for c in consumers.indices {
        try grant(c)
        let held = consumers[c].held.keys.sorted()
        if held.isEmpty { continue }
        try stage.apply(.settle(consumers[c].id, handle: 1, Settlement(done: held.map { $0...$0 })))
        for number in held {
          let event = consumers[c].held.removeValue(forKey: number)!
          note("\(model.subscriptions[consumers[c].subscription].name) done \(event) \(model.events[event].key)")
          model.settle(event, of: consumers[c].subscription)
        }
      }
      while !fetches.isEmpty { try read() }
      while !disk.isEmpty { try keepDisk() }
      if round % 4 == 0 { try letGo() }
      try turn()
      if model.subscriptions.indices.allSatisfy({ model.owed($0).isEmpty }) { return }
      if round % 3 == 0 { try pass(10_000) }
      try turn()
    }
    let owed = model.subscriptions.indices.map { "\(model.subscriptions[$0].name) owes \(model.owed($0).count)" }
    var rows = ""
    if case .array(let list)? = stage.machine.status()["subscriptions"] { rows = list.map(\.compact).joined(separator: "\n") }
    throw WorldFault(description: fault.map { $0 + trailOf($0) } ?? "it did not drain: \(owed.joined(separator: "; ")); \(rows)")
  }
}

extension JSON {
  /// An object's members in one line, for messages of failed tests.
  fileprivate var compact: String {
    guard case .object(let members) = self else { return "" }
    return members.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }
}
