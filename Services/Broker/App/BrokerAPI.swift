import BrokerCore
import Contracts
import Disk
import HTTP
import Host
import Journal
import Synchronization
import Telemetry
import Transport

/// What the broker answers over HTTP: its health, its figures, who is behind, and the events as they stand in the journal.
struct BrokerAPI: Sendable {
  let reactor: Reactor
  /// Asked on the reactor's thread alone.
  let status: @Sendable () -> JSON
  /// Asked on the reactor's thread alone.
  let producerName: @Sendable (UInt32) -> String
  let metrics: Metrics
  let mark: DurableMark
  let journal: JournalWindow
  let door: OperatorDoor
  let readiness: Readiness
  /// Asked on the reactor's thread alone.
  let credentials: @Sendable () -> JSON
  /// Asked on the reactor's thread alone: carries out an admin command.
  let ask: @Sendable (JSON, @escaping (JSON) -> Void) -> Void
  let segmentBytes: UInt64
  let disk: JournalRoutes
  /// Asked on the reactor's thread alone: where an event's bytes stand now, and where the journal begins.
  let place: @Sendable (Position) -> (place: Position, kept: Position)

  var routes: [Route] {
    CommonRoutes.health(readiness, ready: "recovered and taking connections", metrics) + [
      Route(.get, "/v1/status", "subscriptions, producers, dead letters: who is behind, why, since when") { request, _ in
        door.guarding(request) {
          guard let answer = reactor.perform(status) else { return Readiness.stopping }
          return .json(answer)
        }
      },
      Route(.get, "/v1/credentials", "who may do what, how much, and what of it is used; whether the file is followed") { request, _ in
        door.guarding(request) { reactor.perform(credentials).map { .json($0) } ?? Readiness.stopping }
      },
      Route(.get, "/v1/events", "events after a position: ?after=POSITION&limit=N&type=TYPE|PREFIX.*&key=KEY") { request, _ in
        door.guarding(request) { page(request) }
      },
      Route(.get, "/v1/events/{position}", "the event at a position") { request, parameters in
        door.guarding(request) { one(parameters["position"]) }
      },
    ] + operatorRoutes + disk.routes
  }

  private func page(_ request: Request) -> Response {
    guard let after = UInt64(request.query("after") ?? "0"), let limit = Int(request.query("limit") ?? "100"), (1...1_000).contains(limit)
    else {
      return .problem(status: 400, code: "query", detail: "after is a position and limit a number from 1 to 1000; correct the query")
    }
    let wanted = request.query("type").map(TypePattern.init)
    let key = request.query("key")
    var events: [JSON] = []
    let outcome = journal.scan(after: Position(after), before: mark.position, limit: limit) { record in
      guard let event = try? JSON(parsing: record.json) else { return false }
      if let wanted, !wanted.matches(event["type"]?.string ?? "") { return false }
      if let key, (event["partitionkey"] ?? event["subject"] ?? event["id"])?.string != key { return false }
      events.append(describe(record, event))
      return true
    }
    var members: [JSON.Member] = [.init("events", .array(events)), .init("next", .integer(Int64(clamping: outcome.next.value)))]
    if let kept = reactor.perform({ [place] in place(Position(after)).kept }), kept.value > after + 1, kept.value > 0 {
      members.append(.init("forgotten_before", .integer(Int64(clamping: kept.value))))
    }
    if let damaged = outcome.damaged { members.append(.init("damaged", .string(damaged))) }
    return .json(.object(members))
  }

  private func one(_ text: String) -> Response {
    guard let position = UInt64(text), position > 0 else {
      return .problem(status: 400, code: "position", detail: "“\(text)” is no position; take one from /v1/events")
    }
    guard let (place, kept) = reactor.perform({ [place] in place(Position(position)) }) else { return Readiness.stopping }
    var found: JSON?
    if position < mark.position.value {
      _ = journal.scan(after: Position(place.value - 1), before: mark.position, limit: 1) { record in
        if record.position.value == position { found = (try? JSON(parsing: record.json)).map { describe(record, $0) } }
        return true
      }
    }
    guard let found else {
      guard position >= kept.value else {
        return .problem(
          status: 404, code: "forgotten",
          detail: "what stood at position \(position) was let go of; the journal begins at \(kept.value), and nobody needed it any more")
      }
      return .problem(status: 404, code: "no_event", detail: "no event stands at position \(position); take one from /v1/events")
    }
    return .json(found)
  }

  func describe(_ record: JournalWindow.Event, _ event: JSON) -> JSON {
    let number = record.head.producer
    let producer = reactor.perform { [producerName] in producerName(number) } ?? "?"
    return .object([
      .init("position", .integer(Int64(clamping: record.position.value))),
      .init("accepted_at", .string(record.head.acceptedAt.description)),
      .init("producer", .string(producer)), .init("sequence", .integer(Int64(clamping: record.head.sequence))), .init("event", event),
    ])
  }
}

/// The journal as HTTP's workers look into it: one reader, one at a time.
final class JournalWindow: Sendable {
  /// One event where it stands.
  struct Event {
    let position: Position
    let head: EventHead
    let json: UnsafeRawBufferPointer
  }

  private let reader: Mutex<JournalReader<FileDisk>>

  init(_ reader: sending JournalReader<FileDisk>) { self.reader = Mutex(reader) }

  /// Shows `each` event behind `after` until it took `limit` of them or enough was read for one answer; tells where to go on.
  func scan(after: Position, before: Position, limit: Int, _ each: (Event) -> Bool) -> (next: Position, damaged: String?) {
    // Records stand at multiples of eight: such a place is the event that was seen last, read again and left out. Any other is the last
    // byte of a piece that was read to its end.
    var at = after.value % 8 == 0 ? after : after.advanced(by: 1)
    var next = after
    var taken = 0
    var readBytes = 0
    while at < before, taken < limit, readBytes < Self.scanBytesMax {
      let reading: JournalReading?
      // The lock is held while the disk is read: readers of this window stand in line behind each other, nobody else does.
      reading = reader.withLock { try? $0.read(from: at, bytesMax: Self.pieceBytes, before: before) }
      switch reading {
      case .slice(let slice):
        readBytes += slice.bytes.count
        let full = slice.bytes.withUnsafeBytes { bytes in
          var cursor = RecordCursor(bytes, base: slice.base)
          while let record = cursor.next() {
            guard record.position > after else { continue }
            guard let (head, json) = record.event else {
              // One that was copied on is shown to who asks for its place, under its old position; it is no further event.
              if record.position.value == after.value + 1, let (event, json) = CarriedRecord.read(record) {
                _ = each(
                  Event(
                    position: Position(event.position),
                    head: EventHead(
                      producer: event.producer, type: event.type, sequence: event.sequence, key: event.key,
                      acceptedAt: Timestamp(milliseconds: event.acceptedAt)), json: json))
                return true
              }
              continue
            }
            next = record.position
            guard each(Event(position: record.position, head: head, json: json)) else { continue }
            taken += 1
            if taken == limit { return true }
          }
          return false
        }
        if full { return (next, nil) }
        // Behind the last event of a piece only other records stand; a reader that comes again begins behind them.
        next = max(next, Position(slice.next.value - 1))
        guard slice.next > at else { return (next, nil) }
        at = slice.next
      case .damaged(let range):
        return (
          Position(range.upperBound.value - 1),
          "nothing can be read from \(range.lowerBound.value) to \(range.upperBound.value): the first is no event's position, or the journal is damaged there; run accord verify"
        )
      case .forgotten(let oldest):
        next = Position(oldest.value - 1)
        at = oldest
      case nil: return (next, "the journal cannot be read there; run accord verify")
      }
    }
    return (next, nil)
  }

  private static let pieceBytes = 256 << 10
  /// One answer reads no more, however few events match.
  private static let scanBytesMax = 16 << 20
}
