import Contracts
import HTTP
import Host

/// What the commands about customer service's words share: asking its doors, and giving the answer as JSON where that is wanted.
enum WordDesk {
  static let key = Arguments.Option("--key", "KEY", "the same key again is the same command, not another one")

  static let all: [Command] = roster + briefing + sheet + answer + channel

  /// Gives a command; nil where the answer was told already, as JSON.
  static func give(_ arguments: Arguments, _ path: String, _ members: [JSON.Member]) throws(Complaint) -> JSON? {
    let answer = try Office(arguments).ask(
      "service", .post, path, headers: [("Idempotency-Key", arguments.value("--key") ?? Key.new())], body: .object(members))
    return told(arguments, answer)
  }

  /// Asks a question; nil where the answer was told already, as JSON.
  static func ask(_ arguments: Arguments, _ path: String) throws(Complaint) -> JSON? {
    told(arguments, try Office(arguments).ask("service", .get, path))
  }

  private static func told(_ arguments: Arguments, _ answer: JSON) -> JSON? {
    guard arguments.has("--json") else { return answer }
    Terminal.print(answer)
    return nil
  }

  /// What options say, as members of a body: `--offer-id` where it is given as `("offer_id", "--offer-id")`.
  static func members(_ arguments: Arguments, _ pairs: (String, String)...) -> [JSON.Member] {
    pairs.compactMap { name, flag in arguments.value(flag).map { JSON.Member(name, .string($0)) } }
  }

  /// The same as a query, empty where nothing is said.
  static func query(_ arguments: Arguments, _ pairs: (String, String)...) -> String {
    let parts = pairs.compactMap { name, flag in arguments.value(flag).map { "\(name)=\($0.percentEncoded)" } }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
  }

  /// The operand that there must be, and how many there may be.
  static func operands(_ arguments: Arguments, _ count: Int, _ usage: String) throws(Complaint) -> [String] {
    guard arguments.operands.count == count else { throw .usage("that is not what it takes", "write accord \(usage)") }
    return arguments.operands
  }

  /// A text that is given on the command line, or stands in a file (`-` is standard input).
  static func text(_ arguments: Arguments, _ flag: String, file: String) throws(Complaint) -> String {
    if let text = arguments.value(flag) { return text }
    guard let path = arguments.value(file) else { throw .usage("\(flag) is missing", "add \(flag) TEXT, or \(file) FILE") }
    return String(decoding: try TypedFile.read(path), as: UTF8.self)
  }
}

extension JSON {
  /// The text of a member, `?` where there is none.
  func word(_ name: String) -> String { self[name]?.string ?? "?" }
}
