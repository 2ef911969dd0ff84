import Contracts
import Host

extension Command {
  static let clockAdvance = Command(
    "clock advance", "Moves the clocks of a sandbox forward, all departments together, from one thing that falls due to the next.",
    operands: "DURATION",
    options: [
      .init("--to", "INSTANT", "up to this instant instead of by a duration"),
      .init("--jump", nil, "at once, without waiting for anybody: as if the machine had slept"),
    ],
    examples: ["accord clock advance 29h", "accord clock advance --to 2026-05-10T00:00:00-04:00"],
    run: { arguments throws(Complaint) in try ClockAdvance.run(arguments) })

  static let clockShow = Command(
    "clock show", "Tells a sandbox's time.",
    run: { arguments throws(Complaint) in
      let data = try DataPath.of(arguments)
      do {
        guard let now = try ManualClock.now(of: DataFolder.existing(data)) else {
          throw Complaint(code: .configuration, happened: "the clock of \(data) was never manual", advice: "it goes by the system's")
        }
        Terminal.print(arguments.has("--json") ? "{\"now\":\"\(now)\"}" : "It is \(now) in \(data).")
      } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
    })
}

/// `accord clock advance`: finds the instant that is meant and moves all clocks there.
enum ClockAdvance {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let data = try DataPath.of(arguments)
    let folder: DataFolder
    let target: Timestamp
    do {
      folder = try DataFolder.existing(data)
      guard let now = try ManualClock.now(of: folder) else { throw ClockFault.neverManual(folder.path) }
      target = try Self.target(arguments, now)
      guard target > now else { throw Complaint.usage("it is \(now) already", "a clock moves forward only: name a later instant") }
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
    let outcome: Stepping.Outcome
    if arguments.has("--jump") {
      do { outcome = .init(now: try ManualClock.advance(to: target, in: folder), moves: 1) } catch { throw Complaint(host: error) }
    } else {
      outcome = try Stepping(folder, try? Office(arguments)).move(to: target)
    }
    if arguments.has("--json") {
      Terminal.print(.object([.init("now", .string(outcome.now.description)), .init("moves", .integer(Int64(outcome.moves)))]))
    } else {
      Terminal.print("It is now \(outcome.now)\(outcome.moves > 1 ? ", in \(outcome.moves) steps" : "").")
    }
  }

  private static func target(_ arguments: Arguments, _ now: Timestamp) throws(Complaint) -> Timestamp {
    guard let text = arguments.value("--to") else { return now.adding(try ClockWords.duration(arguments.operand("duration"))) }
    guard arguments.operands.isEmpty else { throw .usage("--to and a duration were both given", "leave one of them out") }
    guard let instant = try? Timestamp(rfc3339: text) else {
      throw .usage("“\(text)” is no instant", "write one such as 2026-05-10T00:00:00-04:00")
    }
    return instant
  }
}

/// Durations as people write them.
enum ClockWords {
  /// `29h`, `90s`, `15m`, `2h30m`, `500ms`, or ISO 8601 `PT29H`.
  static func duration(_ text: String) throws(Complaint) -> Duration {
    if text.hasPrefix("P"), let duration = try? Duration(iso8601: text) { return duration }
    var total: Int64 = 0
    var rest = Substring(text)
    let units: [(String, Int64)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let letters = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(letters.count)
      guard let number = Int64(digits), let unit = units.first(where: { $0.0 == letters }), number <= 1_000_000 else {
        throw .usage("“\(text)” is no duration", "write 29h, 90s, 2h30m or PT29H")
      }
      total += number * unit.1
    }
    guard total > 0 else { throw .usage("a clock moves forward only", "write a duration above zero") }
    return .milliseconds(total)
  }
}
