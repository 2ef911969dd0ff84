package import Contracts

/// Where a program stands in time: what it is still busy with, and when it next has something to do by itself.
///
/// Told over the clock's socket of a sandbox, to whoever moves the clocks of the whole mesh together (ClockSteps).
package struct Standing: Sendable, Equatable {
  package let program: String
  /// Its clock; nil for the broker, which keeps the machine's time.
  package var now: Timestamp?
  /// The earliest instant that something here waits for.
  package var next: Timestamp?
  /// What goes on at this moment, as what follows the program's name in a sentence; nil where it is at rest.
  package var busy: String?
  /// The number of its last fact, or the broker's last position: grows with everything that others may hear.
  package var told: UInt64
  /// Up to when it has heard the others, by their sources.
  package var heard: [String: Timestamp]

  package init(
    program: String, now: Timestamp? = nil, next: Timestamp? = nil, busy: String? = nil, told: UInt64 = 0, heard: [String: Timestamp] = [:]
  ) {
    self.program = program
    self.now = now
    self.next = next
    self.busy = busy
    self.told = told
    self.heard = heard
  }

  /// Reads what `json` writes; nil where it is something else.
  package init?(_ json: JSON) {
    func instant(_ json: JSON?) -> Timestamp? { (json?.string).flatMap { try? Timestamp(rfc3339: $0) } }
    guard let program = json["program"]?.string, let told = json["told"]?.integer else { return nil }
    var heard: [String: Timestamp] = [:]
    for member in json["heard"]?.object ?? [] { heard[member.name] = instant(member.value) }
    self.init(
      program: program, now: instant(json["now"]), next: instant(json["next"]), busy: json["busy"]?.string, told: UInt64(max(0, told)),
      heard: heard)
  }

  package var json: JSON {
    var members: [JSON.Member] = [.init("program", .string(program)), .init("told", .integer(Int64(clamping: told)))]
    if let now { members.append(.init("now", .string(now.description))) }
    if let next { members.append(.init("next", .string(next.description))) }
    if let busy { members.append(.init("busy", .string(busy))) }
    let words = heard.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value.description)) }
    return .object(members + [.init("heard", .object(words))])
  }
}
