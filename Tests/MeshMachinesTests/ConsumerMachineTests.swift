import Contracts
import MeshMachines
import Testing
import Wire

@Suite struct ConsumerMachineTests {
  @Test func `hands out what has gathered, settles when it is durable, and tops up`() {
    var consumer = Consumer.open()
    var batch: Batch<String>?
    #expect(consumer.run() == [])
    for number in 1...6 as ClosedRange<UInt64> { #expect(consumer.deliver("a", number) == .queued) }
    #expect(consumer.run(&batch) == ["working [1...4]: a1 a2 a3 a4"])
    #expect(consumer.run() == [], "one batch at a time; nothing is settled before the commit")
    #expect(consumer.inHand == 6)
    consumer.committed(walked(batch, .done, .done, .done, .done), at: at(1))
    #expect(consumer.run(&batch) == ["settle [1...4]", "credit 4 4", "working [5...6]: a5 a6"])
    consumer.committed(walked(batch, .done, .done), at: at(2))
    #expect(consumer.run() == ["settle [5...6]"])
    #expect(consumer.isQuiet)
  }

  @Test func `a batch ends by bytes, but one large message goes alone`() {
    var consumer = Consumer.open()
    var batch: Batch<String>?
    for (number, bytes) in [(1, 60), (2, 40), (3, 1), (4, 300), (5, 300)] as [(UInt64, Int)] {
      _ = consumer.deliver("k\(number)", number, bytes: bytes)
    }
    for expected in ["working [1...2]: k11 k22", "working [3...3]: k33", "working [4...4]: k44", "working [5...5]: k55"] {
      #expect(consumer.run(&batch).last == expected)
      consumer.committed(walked(batch, .done, .done), at: at(1))
    }
  }

  @Test func `what the transaction did not reach comes first next time, announced once`() {
    var consumer = Consumer.open()
    var batch: Batch<String>?
    for number in 1...4 as ClosedRange<UInt64> { _ = consumer.deliver("a", number) }
    _ = consumer.run(&batch)
    _ = consumer.deliver("a", 5)
    consumer.committed(walked(batch, .done), at: at(6))
    #expect(consumer.run(&batch) == ["settle [1...1]", "working [5...5]: a2 a3 a4 a5"])
  }

  @Test func `followers of a failed message are passed over, in the batch, in the queue and on the way`() {
    var consumer = Consumer.open()
    var batch: Batch<String>?
    for (key, number) in [("a", 1), ("b", 2), ("a", 3), ("b", 4), ("a", 5), ("b", 6)] as [(String, UInt64)] {
      _ = consumer.deliver(key, number)
    }
    _ = consumer.run(&batch)
    consumer.committed(walked(batch, later, .done, .done, .done), at: at(1))
    #expect(consumer.run(&batch) == ["settle [2...2, 4...4] later 1", "working [6...6]: b6"])
    #expect(consumer.deliver("a", 7) == .dropped, "it left before the broker knew")
    consumer.revoked([1...1, 3...3, 5...5, 7...7])
    consumer.committed(walked(batch, .done), at: at(2))
    _ = consumer.run()
    #expect(consumer.deliver("a", 8, position: 10) == .queued)
    #expect(consumer.deliver("a", 9, position: 30) == .queued)
    #expect(consumer.run(&batch).last == "working [8...9]: a8 a9")
  }

  @Test func `a bar lifts by the failed one's revoke or return, or by a second coming a lease later`() {
    enum Lift: CaseIterable { case revokeOfFailed, comesBack, comesBackAlone, secondComing, tooEarly, nothing }
    for verdict in [later, never] {
      for lift in Lift.allCases {
        var consumer = Consumer.open()
        var batch: Batch<String>?
        _ = consumer.deliver("a", 1)
        _ = consumer.run(&batch)
        consumer.committed(walked(batch, verdict), at: at(1))
        _ = consumer.run()
        #expect(consumer.deliver("a", 2) == .dropped)
        // The broker takes back what it knows to have been passed over, before it sends any of the key again.
        if lift != .nothing && lift != .comesBackAlone { consumer.revoked([2...2]) }
        switch lift {
        case .revokeOfFailed: consumer.revoked([1...1])
        case .comesBack: #expect(consumer.deliver("a", 3, position: 10) == .queued)
        case .comesBackAlone:
          // It went to another consumer, and is replayed to this one: the 2 that was passed over here comes when its lease has ended.
          #expect(consumer.deliver("a", 3, position: 10) == .queued)
        case .secondComing: #expect(consumer.deliver("a", 3, position: 20, at: at(30_001)) == .queued)
        case .tooEarly: #expect(consumer.deliver("a", 3, position: 20, at: at(30_000)) == .dropped)
        case .nothing: break
        }
        let isLifted = lift != .nothing && lift != .comesBackAlone && lift != .tooEarly
        #expect(consumer.deliver("a", 4, position: 50) == (isLifted ? .queued : .dropped), "\(lift)")
        #expect(consumer.deliver("b", 5) == .queued, "another key")
        guard lift == .comesBackAlone else { continue }
        consumer.revoked([2...2, 4...4])
        #expect(consumer.deliver("a", 6, position: 20) == .queued && consumer.deliver("a", 7, position: 50) == .queued)
      }
    }
  }

  @Test func `behind a dead letter that holds nobody the followers go on`() {
    var consumer = Consumer(window: .init(messages: 8, batchMessages: 2), deadKey: .pass)
    _ = consumer.opened(lease: .seconds(30))
    var batch: Batch<String>?
    for number in 1...3 as ClosedRange<UInt64> { _ = consumer.deliver("a", number) }
    _ = consumer.run(&batch)
    consumer.committed(walked(batch, never, .done), at: at(1))
    #expect(consumer.run(&batch).prefix(2) == ["settle [2...2] never 1", "working [3...3]: a3"])
  }

  @Test func `taken back while with the store: not settled, its credit free at once`() {
    var consumer = Consumer.open()
    var batch: Batch<String>?
    for number in 1...3 as ClosedRange<UInt64> { _ = consumer.deliver("k\(number)", number) }
    _ = consumer.run(&batch)
    consumer.revoked([2...2])
    consumer.revoked([2...2])
    #expect(consumer.inHand == 2)
    consumer.committed(walked(batch, .done, later, .done), at: at(1))
    #expect(consumer.run() == ["settle [1...1, 3...3]"])
    #expect(consumer.inHand == 0)
  }

  @Test func `taken back from the queue: never handed out`() {
    var consumer = Consumer.open()
    for number in 1...3 as ClosedRange<UInt64> { _ = consumer.deliver("k\(number)", number) }
    consumer.revoked([1...1, 3...9])
    #expect(consumer.run() == ["working [2...2]: k22"])
  }

  @Test func `a rolled back batch settles nothing, stays in hand and comes again after longer and longer pauses`() {
    var consumer = Consumer.open()
    var batch: Batch<String>?
    _ = consumer.deliver("a", 1)
    _ = consumer.deliver("a", 2)
    var now = at(0)
    for (round, pause) in [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000].enumerated() as EnumeratedSequence<[Int64]> {
      #expect(consumer.run(&batch, at: now).last == "working \(round == 0 ? "[1...2]" : "[]"): a1 a2")
      consumer.rolledBack(token: batch?.token ?? 0, at: now, jitter: .max)
      #expect(consumer.isHeldBack)
      #expect(consumer.inHand == 2)
      #expect(consumer.run(&batch, at: now) == [])
      now = at(now.milliseconds + pause - 1)
      #expect((consumer.wake ?? at(0)) <= now)
    }
    #expect(consumer.run(&batch, at: now).last == "working []: a1 a2")
    consumer.committed(walked(batch, .done, .done), at: now)
    #expect(consumer.run(at: now) == ["settle [1...2]"])
    #expect(!consumer.isHeldBack)
  }

  @Test func `a lost link forgets the queue; the running batch settles nothing`() {
    for commits in [true, false] {
      var consumer = Consumer.open()
      var batch: Batch<String>?
      for number in 1...6 as ClosedRange<UInt64> { _ = consumer.deliver("a", number) }
      _ = consumer.run(&batch)
      consumer.lost()
      #expect(consumer.deliver("a", 7) == .dropped)
      #expect(consumer.run() == [])
      #expect(consumer.opened(lease: .seconds(30)) == (8, 1_000))
      #expect(consumer.deliver("a", 1, position: 10) == .queued, "numbers begin again")
      #expect(consumer.run() == [], "the old batch is still with the store")
      if commits {
        consumer.committed(walked(batch, .done, .done, .done, .done), at: at(1))
      } else {
        consumer.rolledBack(token: batch?.token ?? 0, at: at(1), jitter: 0)
      }
      #expect(consumer.run(at: at(600)) == ["working [1...1]: a1"])
    }
  }

  @Test func `a stopped store gets no credit, and again when it is ready`() {
    var consumer = Consumer.open(batchMessages: 8)
    var batch: Batch<String>?
    for number in 1...8 as ClosedRange<UInt64> { _ = consumer.deliver("a", number) }
    _ = consumer.run(&batch)
    consumer.storeStopped()
    consumer.committed(walked(batch, .done, .done, .done, .done), at: at(1))
    #expect(consumer.run(&batch) == ["settle [1...4]", "working [5...8]: a5 a6 a7 a8"])
    consumer.committed(walked(batch, .done, .done, .done, .done), at: at(2))
    #expect(consumer.run() == ["settle [5...8]"])
    consumer.lost()
    #expect(consumer.opened(lease: .seconds(30)) == (0, 0))
    consumer.storeReady()
    #expect(consumer.run() == ["credit 8 1000"])
  }

  @Test func `draining begins nothing new and ends what runs`() {
    var consumer = Consumer.open()
    var batch: Batch<String>?
    for number in 1...6 as ClosedRange<UInt64> { _ = consumer.deliver("a", number) }
    _ = consumer.run(&batch)
    consumer.drain()
    #expect(!consumer.isQuiet)
    consumer.committed(walked(batch, .done, .done, .done, .done), at: at(1))
    #expect(!consumer.isQuiet, "the settle is not told yet")
    #expect(consumer.run() == ["settle [1...4]"])
    #expect(consumer.isQuiet)
  }

  @Test func `leases are extended at half their time, a hanging batch's only for a while`() {
    var consumer = Consumer.open(batchMessages: 1)
    _ = consumer.deliver("a", 1, at: at(0))
    _ = consumer.run(at: at(0))
    _ = consumer.deliver("a", 2, at: at(5_000))
    var extended: [String] = []
    var wakes = 0
    while let wake = consumer.wake, wake <= at(640_000), wakes < 1_000 {
      wakes += 1
      extended += consumer.run(at: wake)
    }
    #expect(extended.prefix(4) == ["extend [1...1]", "extend [2...2]", "extend [1...1]", "extend [2...2]"])
    #expect(extended.count { $0 == "extend [1...1]" } == 39, "every 15 s, below ten minutes")
    #expect(extended.count { $0 == "extend [2...2]" } == 42)
  }

  @Test func `a broker that forgets the credit or the numbers is found out`() {
    var consumer = Consumer.open(messages: 4)
    for number in 1...8 as ClosedRange<UInt64> { #expect(consumer.deliver("a", number) == .queued) }
    for number in 9...16 as ClosedRange<UInt64> { #expect(consumer.deliver("a", number) == .queued) }
    #expect(consumer.deliver("a", 17) == .illegal)
    consumer = .open()
    #expect(consumer.deliver("a", 5) == .queued)
    #expect(consumer.deliver("a", 5) == .illegal)
    #expect(consumer.deliver("a", 4) == .illegal)
  }

  @Test func `credit in bytes is topped up as well`() {
    var consumer = Consumer.open(messages: 100, bytes: 1_000, batchBytes: 10_000)
    var batch: Batch<String>?
    _ = consumer.deliver("a", 1, bytes: 450)
    _ = consumer.run(&batch)
    consumer.committed(walked(batch, .done), at: at(1))
    #expect(consumer.run() == ["settle [1...1]"])
    _ = consumer.deliver("a", 2, bytes: 1_050)
    _ = consumer.run(&batch)
    consumer.committed(walked(batch, .done), at: at(1))
    #expect(consumer.run() == ["settle [2...2]", "credit 2 1500"])
  }

  @Test func `gathers ranges and finds numbers in them`() {
    var gather = DeliveryGather()
    for number in [1, 2, 3, 7, 9, 10] as [UInt64] { gather.add(number) }
    #expect(gather.ranges == [1...3, 7...7, 9...10])
  }
}
