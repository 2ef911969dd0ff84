import Contracts
import HTTP
import Host

/// What the commands of care share: asking customer service, and its answers in words.
enum CareReport {
  static let key = Arguments.Option("--key", "KEY", "idempotency key: the same key again gets the same answer (default: a new one)")

  /// Has customer service do something.
  static func command(_ arguments: Arguments, _ path: String, _ members: [JSON.Member]) throws(Complaint) -> JSON {
    try Office(arguments).ask(
      "service", .post, path, headers: [("Idempotency-Key", arguments.value("--key") ?? Key.new())], body: .object(members))
  }

  static func question(_ arguments: Arguments, _ path: String, _ query: [(String, String?)] = []) throws(Complaint) -> JSON {
    let parts = query.compactMap { part in part.1.map { "\(part.0)=\($0.percentEncoded)" } }
    return try Office(arguments).ask("service", .get, path + (parts.isEmpty ? "" : "?" + parts.joined(separator: "&")))
  }

  /// Members for options that were given: `--customer ada` as `person_id`.
  static func members(_ arguments: Arguments, _ names: [(String, String)]) -> [JSON.Member] {
    names.compactMap { name in arguments.value(name.0).map { JSON.Member(name.1, .string($0)) } }
  }

  static func operands(_ arguments: Arguments, _ count: Int, _ form: String) throws(Complaint) -> [String] {
    guard arguments.operands.count == count else {
      throw .usage("\(arguments.operands.count < count ? "something" : "too much") is named after the command", "write accord \(form)")
    }
    return arguments.operands
  }

  /// A single value of a JSON answer as text.
  static func text(_ json: JSON?, _ name: String) -> String { json?[name]?.string ?? json?[name]?.integer.map { "\($0)" } ?? "?" }

  /// What cannot be done exits with 1, with the sentence on standard error, as every refusal does.
  static func refused(_ happened: String) -> Complaint { Complaint(code: .refused, happened: happened, advice: "") }
}
