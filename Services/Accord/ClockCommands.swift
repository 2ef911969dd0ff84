import Contracts
import Host

extension Command {
  static let clockAdvance = Command(
    "clock advance", "Moves the clocks of a sandbox forward, all departments together.", operands: "DURATION",
    examples: ["accord clock advance 29h", "accord clock advance 90s --data /tmp/shop"],
    run: { arguments throws(Complaint) in
      let data = try DataPath.of(arguments)
      do {
        let now = try ManualClock.advance(by: ClockWords.duration(arguments.operand("duration")), in: DataFolder.existing(data))
        Terminal.print(arguments.has("--json") ? "{\"now\":\"\(now)\"}" : "It is now \(now).")
      } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
    })

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
