package import Contracts

/// The log of one program: JSON lines on stderr that never hold up the caller.
///
/// ```
/// caller ── renders a line ──▸ LogQueue (bounded) ──▸ own thread ──▸ write(2)
///                                └ full: dropped and counted; the count is the next line
/// ```
/// A line: `{"time":"2026-03-01T09:00:00.000Z","level":"info","program":"accord-ledger","event":"relay.resumed","message":"...",...}`.
/// `event` is a stable dotted name to search for, `message` a sentence for people; fields follow. Correlation travels as the fields
/// `correlationid`, `causationid`, `messageid` and `traceparent`. Fields named like a secret or like personal data are masked (Redaction).
package struct Log: Sendable {
  /// How important a line is.
  package enum Level: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    private var rank: Int {
      switch self {
      case .debug: 0
      case .info: 1
      case .warning: 2
      case .error: 3
      }
    }

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
  }

  private let queue: LogQueue
  private let program: String
  private let level: Level
  private let now: @Sendable () -> Timestamp
  private let context: [UInt8]

  /// A log of `program` to `descriptor`, which stays open for as long as the program runs. Lines below `level` cost one comparison.
  package init(program: String, level: Level = .info, descriptor: Int32 = 2, now: @escaping @Sendable () -> Timestamp) {
    self.init(queue: LogQueue(descriptor: descriptor), program: program, level: level, now: now, context: [])
  }

  private init(queue: LogQueue, program: String, level: Level, now: @escaping @Sendable () -> Timestamp, context: [UInt8]) {
    self.queue = queue
    self.program = program
    self.level = level
    self.now = now
    self.context = context
  }

  /// The same log with `fields` on every line, such as the correlation id of what is being handled.
  package func with(_ fields: KeyValuePairs<String, LogValue>) -> Log {
    var line = LogLine(bytes: context)
    for (name, value) in fields { line.append(name, value) }
    return Log(queue: queue, program: program, level: level, now: now, context: line.bytes)
  }

  /// One line for whoever follows the program step by step.
  package func debug(_ event: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.debug, event, message(), fields)
  }

  /// One line on what went as it should and is worth knowing.
  package func info(_ event: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.info, event, message(), fields)
  }

  /// One line on what the program got over and somebody should look at.
  package func warning(_ event: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.warning, event, message(), fields)
  }

  /// One line on what was lost or refused.
  package func error(_ event: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.error, event, message(), fields)
  }

  /// Puts one line into the queue and returns: no IO, from any thread, at any time.
  package func write(
    _ level: Level, _ event: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]
  ) {
    guard level >= self.level else { return }
    let time = now()
    queue.append(line(level, time, event, message(), fields)) { dropped in
      line(
        .warning, time, "log.dropped", "\(dropped) lines were dropped because nobody read them fast enough; read stderr or raise the level",
        ["dropped": .integer(Int64(dropped))])
    }
  }

  /// Waits until every line so far is written, but not beyond `limit`: a reader that sleeps must not keep a program from ending.
  /// Returns whether all was written.
  @discardableResult
  package func flush(within limit: Duration = .milliseconds(500)) -> Bool { queue.flush(within: limit) }

  /// How many lines were dropped so far, for the metric of that name.
  package var dropped: Int64 { queue.dropped }

  private func line(
    _ level: Level, _ time: Timestamp, _ event: String, _ message: String, _ fields: KeyValuePairs<String, LogValue>
  ) -> [UInt8] {
    var line = LogLine(time: time, level: level.rawValue, program: program, event: event, message: message)
    line.append(context)
    for (name, value) in fields { line.append(name, value) }
    return line.ended()
  }
}

/// What a field of a log line may hold.
package enum LogValue: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral
{
  case text(String)
  case integer(Int64)
  case bool(Bool)

  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}
