import Contracts
import Dispatch
import Feed
import HTTP
import Host
import Synchronization

/// Carries batches to the ledger's door over a few kept connections: while one is being written there, the next is on its way.
///
/// A batch's key comes from its content, so that one which is sent again after a broken connection happens once; where the same content may
/// mean something again later (a price that goes up and down), the run's own name is part of the key.
final class Courier: Sendable {
  /// What came back for one batch.
  struct Answer: Sendable {
    let batch: Batch
    /// A letter for each row of the batch, in its order.
    let outcomes: [UInt8]
    let refusals: [JSON]
  }

  /// A body on its way, and what the report needs to know of its rows.
  struct Batch: Sendable {
    var body: [UInt8] = []
    /// Rows of the file that went into it.
    var rows: Int64 = 0
    /// Of each thing in the body: its line in the file, and its id where somebody wants a report of everything.
    var lines: [Int64] = []
    var ids: [String] = []
  }

  private struct State {
    var waiting: [Batch] = []
    var inFlight = 0
    var trouble: Complaint?
  }

  /// Connections: with two the ledger reads one batch while it writes another; with one the rows keep their order.
  private let lanes: Int
  /// Part of each key.
  private let run: String
  private let office: Office
  private let address: Address
  private let path: String
  private let program: String
  private let state = Mutex(State())
  private let room = DispatchSemaphore(value: 3)
  private let work = DispatchSemaphore(value: 0)
  private let carriers = DispatchGroup()
  private let answered: @Sendable (Answer) -> Void

  /// `answered` is called from several threads, one at a time.
  init(
    _ office: Office, path: String, lanes: Int = 2, run: String = "", to program: String = "ledger",
    answered: @escaping @Sendable (Answer) -> Void
  ) throws(Complaint) {
    self.office = office
    self.lanes = lanes
    self.run = run
    self.path = path
    self.program = program
    address = try office.address(of: program)
    self.answered = answered
    for number in 0..<lanes {
      DispatchQueue(label: "accord.import.\(number)").async(group: carriers) { [self] in carry() }
    }
  }

  /// A name that no other run has.
  static var newRun: String { Hex.encode((0..<8).map { _ in UInt8.random(in: 0...255) }) + "/" }

  /// Hands a batch over; waits while enough are on their way. Throws what ended the carrying.
  func send(_ batch: Batch) throws(Complaint) {
    room.wait()
    if let trouble = state.withLock({ $0.trouble }) { throw trouble }
    state.withLock { $0.waiting.append(batch) }
    work.signal()
  }

  /// Waits until everything is answered, or throws what ended it.
  func finish() throws(Complaint) {
    for _ in 0..<lanes { work.signal() }
    carriers.wait()
    if let trouble = state.withLock({ $0.trouble }) { throw trouble }
  }

  private func carry() {
    var session: Session?
    while true {
      work.wait()
      guard
        let batch = state.withLock({ state -> Batch? in state.waiting.isEmpty || state.trouble != nil ? nil : state.waiting.removeFirst() })
      else { return giveUp() }
      do throws(Complaint) {
        let answer = try deliver(batch, &session)
        state.withLock { _ in answered(answer) }
      } catch {
        state.withLock { state in if state.trouble == nil { state.trouble = error } }
        return giveUp()
      }
      room.signal()
    }
  }

  /// Lets those who wait find the trouble, if there is any.
  private func giveUp() {
    for _ in 0...lanes + 1 { room.signal() }
    for _ in 0..<lanes { work.signal() }
  }

  /// Holds a noncopyable session where an optional is wanted.
  private final class Session {
    var session: HTTPSession
    init(_ session: consuming HTTPSession) { self.session = session }
  }

  private func deliver(_ batch: Batch, _ session: inout Session?) throws(Complaint) -> Answer {
    let key = "import/\(run)" + Hex.encode(SHA256.hash(batch.body).prefix(16))
    var headers = Headers()
    for (name, value) in [office.authorization, ("Content-Type", "application/x-ndjson"), ("Idempotency-Key", key)] {
      headers.set(name, value)
    }
    var last = Complaint(code: .unavailable, happened: "\(program) did not answer", advice: "run the import again: it goes on where it was")
    for attempt in 0..<Self.attemptsMax {
      if attempt > 0 { DispatchSemaphore(value: 0).pause(.milliseconds(min(1_000, 100 << attempt))) }
      headers.set("Idempotency-Key", key)
      let response: Response
      do throws(HTTPFault) {
        let open: Session
        if let kept = session, kept.session.isAlive {
          open = kept
        } else {
          open = Session(try HTTPSession(host: address.host, port: address.port))
        }
        session = open
        response = try open.session.send(.post, path, headers: headers, body: batch.body, timeout: .seconds(60))
      } catch {
        session = nil
        last.happened = "\(program) cannot be reached at \(address.host):\(address.port) (\(error)); part of the file may be taken in"
        continue
      }
      let json = (try? JSON(parsing: response.body)) ?? .null
      if response.status == 200 {
        return try answer(batch, json, isRepeated: attempt == 0 && response.header("Idempotent-Replay") == "true")
      }
      let sentence = json["detail"]?.string ?? "it answered \(response.status)"
      guard response.status == 503 || response.status == 429 else {
        throw Complaint(code: response.status >= 500 ? .temporary : .refused, happened: "\(program): \(sentence)", advice: "")
      }
      last = Complaint(
        code: .temporary, happened: "\(program): \(sentence); part of the file may be taken in, each order whole or not at all",
        advice: "run the import again when that is mended: it goes on where it was")
    }
    throw last
  }

  /// A quarter of a minute together: several times what a restart takes.
  private static let attemptsMax = 18

  private func answer(_ batch: Batch, _ json: JSON, isRepeated: Bool) throws(Complaint) -> Answer {
    guard let outcomes = json["outcomes"]?.string, outcomes.utf8.count == batch.lines.count else {
      throw Complaint(
        code: .software, happened: "\(program) answered an import with something else than its outcomes",
        advice: "are all programs of one version?")
    }
    // What an earlier run had created was there before this one.
    let letters = outcomes.utf8.map { isRepeated && $0 == UInt8(ascii: "c") ? UInt8(ascii: "m") : $0 }
    return Answer(batch: batch, outcomes: letters, refusals: json["refusals"]?.array ?? [])
  }
}

extension DispatchSemaphore {
  fileprivate func pause(_ time: DispatchTimeInterval) { _ = wait(timeout: .now() + time) }
}
