import Contracts
import Journal
import Wire

// What a record means that speaks of something whose own record was lost with a damaged stretch. The broker starts all the same: such a
// producer, type or subscription gets a place under its number, and its name as soon as somebody tells it.
//
//  producer       "?" and the source of its events: whoever says hello from there takes it over, and compares the last event's id
//  type           its events say it themselves
//  subscription   whoever subscribes anew from "new" begins at the damage instead: inboxes absorb what comes twice
extension BrokerMachine {
  /// Makes places for what an event speaks of.
  mutating func bridge(_ head: EventHead, _ json: UnsafeRawBufferPointer) {
    let isNamed = head.type < UInt32(types.count) && !types.isLost(Int(head.type))
    guard head.producer >= UInt32(producers.count) || !isNamed else { return }
    // A number far beyond its limit is no number: the record is refused then, as ever.
    guard head.producer < UInt32(limits.producers), head.type < UInt32(limits.types) else { return }
    while producers.count <= Int(head.producer) { producers.addLost(source: nil) }
    guard !isNamed else { return }
    bridge(type: head.type + 1)
    guard let routing = (try? EventScan(json, from: 0))?.routing else { return }
    rename(type: Int(head.type), String(decoding: json[routing.type], as: UTF8.self))
  }

  /// Makes types up to before `number` that nobody has named.
  private mutating func bridge(type number: UInt32) { while types.count < Int(number) { addType("\(Types.lost)\(types.count)") } }

  /// Gives a type its name back, and to subscriptions what they want of it.
  mutating func rename(type number: Int, _ name: String) {
    types.rename(number, name, hash: hash(name))
    for i in subscriptions.indices where subscriptions[i].isOpen && subscriptions[i].row.wants(name) {
      subscriptions[i].types.insert(number)
    }
  }

  /// Makes places for what a record speaks of; false where it is about a subscription that is gone, and is to be left out.
  mutating func bridge(_ record: BrokerRecord) -> Bool {
    switch record {
    case .producer(let number, _, _, _), .refused(let number, _, _):
      guard number < UInt32(limits.producers) else { return true }
      let made = if case .refused = record { Int(number) + 1 } else { Int(number) }
      while producers.count < made { producers.addLost(source: nil) }
    case .type(let number, let name):
      guard number < UInt32(limits.types) else { return true }
      // Named by one of its events before.
      if types.find(name, hash: hash(name)) != nil { return false }
      bridge(type: number)
    case .contract(let number, _):
      guard number < UInt32(limits.types) else { return true }
      bridge(type: number + 1)
    case .subscription(let number, _):
      guard number < UInt32(limits.subscriptions) else { return true }
      while subscriptions.count < Int(number) {
        subscriptions.append(.vacant(UInt32(subscriptions.count), limits: limits, hash: hash))
      }
    case .forgotten(let number): return number < UInt32(subscriptions.count)
    case .settled(let number, _, _), .troubled(let number, _), .dead(let number, _), .passed(let number, _, _, _, _),
      .recalled(let number, _, _), .replayed(let number, _, _, _), .returned(let number, _), .dropped(let number, _, _),
      .paused(let number, _):
      return number < UInt32(subscriptions.count) && subscriptions[Int(number)].isOpen
    case .intervention(let it): return it.subscription < UInt32(subscriptions.count) && subscriptions[Int(it.subscription)].isOpen
    case .manifest, .kept, .loss, .holes: break
    }
    return true
  }
}

extension Producers {
  /// No name that a credential may have.
  static let lost = "?"

  /// A place for a producer whose record is gone.
  mutating func addLost(source: String?) {
    add(Producer(credential: Self.lost, lineage: Self.lineage(source, count), epoch: 0))
  }

  private static func lineage(_ source: String?, _ number: Int) -> String { "\(source ?? "")#\(number)" }

  /// Whose events say this source, and whose record is gone: the newest.
  func findLost(source: String?) -> Int? {
    guard let source, !source.isEmpty else { return nil }
    return list.lastIndex { $0.isLost && $0.lineage.hasPrefix(source + "#") }
  }

  /// Reads from the last events replayed whose they are, before `readIDs` or after it.
  mutating func nameLost(_ find: (UnsafeRawBufferPointer) -> Range<Int>?) {
    for number in list.indices where list[number].isLost {
      guard let source = source(of: number, find) else { continue }
      rename(number, Self.lost, Self.lineage(source, number))
    }
  }
}

extension PassedOver {
  var status: JSON {
    if messages == 0, at == 0 { return .null }
    return .object([
      .init("messages", .integer(Int64(clamping: messages))), .init("through", .integer(Int64(clamping: through))),
      .init("why", .string(why == .retention ? "retention" : "loss")), .init("at", .integer(at)),
    ])
  }
}
