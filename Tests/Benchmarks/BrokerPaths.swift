import BrokerCore
import Contracts
import Journal
import Wire

/// What the broker does for each message between its decoding and its bytes' leaving: hold it to its contract, apply, record, commit,
/// effects.
enum BrokerPaths {
  /// Messages of one turn, all under one commit.
  private static let turn = 256

  /// Nobody listens; one answer is for the whole turn.
  static func publishes(_ count: Int) throws -> Int {
    let stage = try Stage()
    return try stage.run(count, turn: turn, effects: 1) { _ in }
  }

  /// The same from the frame on, for a program that says the same things again and again.
  static func moulded(_ count: Int) throws -> Int {
    let stage = try Stage()
    stage.isMoulding = true
    return try stage.run(count, turn: turn, effects: 1) { _ in }
  }

  /// One subscription hears everything and settles each turn in one range.
  static func settled(_ count: Int) throws -> Int {
    let stage = try Stage()
    try stage.subscribe(credit: turn)
    return try stage.run(count, turn: turn, effects: 2 * turn) { published in
      let numbers = UInt64(published - turn + 1)...UInt64(published)
      stage.apply(.flushed(stage.reader, queuedBytes: 0))
      stage.apply(.settle(stage.reader, handle: 1, Settlement(done: [numbers])))
      stage.apply(.credit(stage.reader, handle: 1, messages: turn, bytes: turn * 1_024))
    }
  }

  /// The machine over the real journal, on a disk that keeps nothing.
  private final class Stage {
    let publisher = ConnectionID(1)
    let reader = ConnectionID(2)
    private let moment = Moment(wall: Timestamp(milliseconds: 1_778_261_467_250), uptime: 1_000)
    private var machine: BrokerMachine
    private var journal: Journal<NoDisk>
    private var commit: Gathering<Effect>?
    private var frames: [(bytes: [UInt8], publish: Publish)] = []
    /// Whether frames are read by their moulds, as the broker does first.
    var isMoulding = false

    init() throws {
      let id = [UInt8](1...16)
      machine = BrokerMachine(journalID: id)
      var options = JournalOptions(newID: id, now: moment.wall)
      // So large that no roll comes between: a million messages and more.
      options.segmentBytes = JournalLimits.segmentBytesMax
      journal = try Journal(opening: NoDisk(), options: options) { _ in }
      machine.recovered()
      commit = journal.gather(Effect.self)
      for number in 0..<Sample.eventsMax {
        let bytes = try Sample.publish(number)
        guard case .publish(let publish) = try bytes.withUnsafeBytes({ try ClientMessageDecoder.decode($0) }) else {
          throw Sample.Unusable()
        }
        frames.append((bytes, publish))
      }
      let hello = Hello(
        version: WireLimits.version, credential: "ledger", secret: "", lineage: "0196afb27c2e7d4b9a513f8e2b6c1d07", epoch: 1,
        highestSequence: 0, manifest: Manifest(publishes: LedgerEvents.schemas))
      apply(.hello(publisher, hello, Rights(publish: ["ledger.*"], subscribe: [], source: "/ledger")))
    }

    func subscribe(credit: Int) throws {
      let hello = Hello(
        version: WireLimits.version, credential: "service", secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest())
      apply(.hello(reader, hello, Rights(publish: [], subscribe: ["*"], source: nil)))
      apply(
        .subscribe(
          reader,
          Subscribe(
            handle: 1, name: "orders", filters: [OrderCaptured.type], start: .beginning, deadKey: .park, creditMessages: credit,
            creditBytes: credit * 1_024)))
      try finish(effects: nil)
    }

    func apply(_ input: Input) {
      guard var now = commit.take() else { return }
      machine.apply(input, at: moment, into: &now)
      commit = consume now
    }

    /// Publishes `count` events in turns; `after` follows each whole turn with the number published so far. `wanted` effects leave with each.
    func run(_ count: Int, turn: Int, effects wanted: Int, after: (Int) -> Void) throws -> Int {
      var effects = 0
      for number in 0..<count {
        let frame = frames[number % frames.count]
        let publish = Publish(sequence: UInt64(number + 1), event: frame.publish.event, routing: frame.publish.routing)
        guard var now = commit.take() else { throw Sample.Unusable() }
        let isMoulded = frame.bytes.withUnsafeBytes { bytes in
          let moulded = isMoulding ? machine.moulded(publisher, bytes) : nil
          machine.publish(publisher, publish, frame: bytes, isMoulded: moulded != nil, at: moment, into: &now)
          return moulded != nil
        }
        if isMoulding, number >= turn, !isMoulded { throw Sample.Unusable() }
        commit = consume now
        guard (number + 1) % turn == 0 else { continue }
        after(number + 1)
        effects &+= try finish(effects: wanted)
      }
      return effects
    }

    /// Ends the turn; throws where fewer than `effects` left with it.
    @discardableResult
    private func finish(effects wanted: Int?) throws -> Int {
      guard let gathered = commit.take() else { throw Sample.Unusable() }
      let released = try journal.finish(try journal.begin(gathered)).release()
      let count = released.effects.count
      guard count >= wanted ?? 0 else { throw Sample.Unusable() }
      commit = journal.gather(reusing: released)
      return count
    }
  }
}
