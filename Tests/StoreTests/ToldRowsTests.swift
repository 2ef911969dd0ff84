import Contracts
import Store
import Synchronization
import Testing

/// What a write put into the outbox, as it is told to whoever carries it on.
struct ToldRowsTests {
  private final class Heard: Sendable {
    private let rows = Mutex<[[String]]>([])
    func add(_ told: [Outbox.Waiting]) {
      rows.withLock { $0.append(told.map { "\($0.sequence) \(String(decoding: $0.event, as: UTF8.self))" }) }
    }
    func take() -> [[String]] {
      rows.withLock { rows in
        defer { rows = [] }
        return rows
      }
    }
  }

  let desk: Desk
  let store: Store
  private let heard = Heard()
  init() throws {
    desk = try Desk()
    store = try desk.open()
    store.afterTelling { [heard] in heard.add($0) }
  }

  private func append(_ words: String..., in transaction: borrowing Transaction) throws {
    for word in words { try Outbox.append(event: Array(word.utf8), id: id(word), at: instant(1), in: transaction) }
  }

  @Test func `each write tells its own rows once they are durable`() throws {
    try store.write { try append("a", "b", in: $0) }
    try store.write { _ in }
    try store.write { try append("c", in: $0) }
    #expect(heard.take() == [["1 a", "2 b"], ["3 c"]])
  }

  @Test func `what was taken back is not told`() throws {
    #expect(throws: Stop()) {
      try store.write { transaction in
        try append("gone", in: transaction)
        throw Stop()
      }
    }
    try store.write { transaction in
      try append("a", in: transaction)
      _ = try? transaction.savepoint { transaction in
        try append("x", "y", in: transaction)
        throw Stop()
      }
      try transaction.savepoint { transaction in try append("b", in: transaction) }
    }
    #expect(heard.take() == [["1 a", "2 b"]])
  }

  @Test func `of more than may be held the first rows are told, without gaps`() throws {
    let large = [UInt8](repeating: 0x61, count: StoreLimits.eventBytesMax)
    for _ in 1...2 {
      try store.write { transaction in
        for number in 1...6 { try Outbox.append(event: large, id: id("\(number)"), at: instant(1), in: transaction) }
        try append("small", in: transaction)
      }
    }
    #expect(heard.take().map(\.count) == [4, 4])
  }
}
