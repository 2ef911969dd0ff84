import Contracts
import HTTP
import Host

/// The broker's admin commands as the command line gives them: PROTOCOL.md, Administration, by HTTP.
struct BrokerDesk {
  let office: Office

  init(_ arguments: Arguments) throws(Complaint) { office = try Office(arguments) }

  /// Gives a command with `members` beside its name; who gives it stands in the audit.
  func order(_ name: String, _ members: [JSON.Member] = []) throws(Complaint) -> JSON {
    let environment = Configuration.environment
    let by: [JSON.Member] = (environment["USER"] ?? environment["LOGNAME"]).map { [.init("by", .string($0))] } ?? []
    return try office.ask("broker", .post, "/v1/admin", body: .object([.init("name", .string(name))] + members + by))
  }

  /// `--rate 10/s` or `--rate 10`.
  static func rate(_ arguments: Arguments) throws(Complaint) -> JSON.Member? {
    guard let text = arguments.value("--rate") else { return nil }
    guard let number = Int64(text.hasSuffix("/s") ? String(text.dropLast(2)) : text), (1...100_000).contains(number) else {
      throw .usage("--rate takes messages a second, from 1 to 100000, not “\(text)”", "write it like 10/s")
    }
    return .init("rate", .integer(number))
  }
}

extension Command {
  static let drain = Command(
    "drain", "Ends the broker gently: farewell to all, time to finish, a closed journal. Its supervisor starts it again.",
    options: [.init("--reason", "TEXT", "what those connected are told")],
    examples: ["accord drain --reason 'new version'"],
    run: { arguments throws(Complaint) in try Drain.run(arguments) })
}

/// `accord drain`: the same end as SIGTERM's, asked for from outside.
enum Drain {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let desk = try BrokerDesk(arguments)
    let answer = try desk.order("drain", arguments.value("--reason").map { [.init("reason", .string($0))] } ?? [])
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print("the broker drains: it says farewell, takes what is finished, and ends within 8 s")
  }
}
