import Contracts
import HTTP
import Host

extension Command {
  private static let details: [Arguments.Option] = [
    .init("--role", "ROLE", "agent, lead, supervisor, marketer or operator; may be repeated", repeats: true),
    .init("--department", "NAME", "marketing, service, ledger or other (default: by the role)"),
    .init("--locale", "TAG", "a language they work in, such as en-US; may be repeated", repeats: true),
    .init("--customer", "ID", "who they are as a customer: to these they grant nothing"),
    .init("--household", "ID", "a customer who lives with them; may be repeated", repeats: true),
  ]
  private static let tokenFile = Arguments.Option(
    "--token-file", "FILE", "write the token into a new file for this user alone, for --as; otherwise it is printed, once")

  static let colleagues: [Command] = [
    Command(
      "colleague add", "Makes it known that somebody works here, with a token of their own.", operands: "ID",
      options: details + [tokenFile, .init("--no-token", nil, "without a token: somebody who only has work to show for")],
      examples: ["accord colleague add agent/ines --role agent --locale en-US --locale es-US --token-file ines.json"],
      run: { arguments throws(Complaint) in try ColleagueCommands.add(arguments) }),
    Command(
      "colleague list", "Shows who works here, and who left.",
      options: [.init("--all", nil, "those too who left"), .init("--role", "ROLE", "those with this role")],
      run: { arguments throws(Complaint) in try ColleagueCommands.list(arguments) }),
    Command(
      "colleague show", "Shows one colleague, and what hangs on them in each department.", operands: "ID",
      examples: ["accord colleague show ines"],
      run: { arguments throws(Complaint) in try ColleagueCommands.show(arguments) }),
    Command(
      "colleague change", "Changes what somebody may do, in which languages, or who they are as a customer.", operands: "ID",
      options: details + [.init("--back", nil, "somebody who left works here again")],
      examples: ["accord colleague change ines --role agent --role lead"],
      run: { arguments throws(Complaint) in try ColleagueCommands.change(arguments) }),
    Command(
      "colleague leave", "Says that somebody leaves: no door lets them in any more. Lists what hangs on them.", operands: "ID",
      examples: ["accord colleague leave ines"],
      run: { arguments throws(Complaint) in try ColleagueCommands.leave(arguments) }),
    Command(
      "colleague hand-on", "Gives what hangs on somebody who left to somebody who is here.", operands: "ID",
      options: [.init("--to", "ID", "who takes it")], examples: ["accord colleague hand-on ines --to ruth"],
      run: { arguments throws(Complaint) in try ColleagueCommands.handOn(arguments) }),
    Command(
      "colleague token", "Gives somebody a new token; the earlier ones end.", operands: "ID",
      options: [tokenFile, .init("--keep", nil, "the earlier ones go on beside it")],
      examples: ["accord colleague token ines --token-file ines.json"],
      run: { arguments throws(Complaint) in try ColleagueCommands.token(arguments) }),
  ]
}

/// `accord colleague ...`: who works here. A token is made here and told to nobody: the ledger gets its digest.
enum ColleagueCommands {
  static func add(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("colleague's ID")
    var body: [JSON.Member] = [.init("colleague_id", .string(id))] + details(arguments)
    if arguments.all("--role").isEmpty, let role = id.split(separator: "/").first, id.contains("/") {
      body.append(.init("roles", .array([.string(String(role))])))
    }
    let minted = arguments.has("--no-token") ? nil : try MintedToken(arguments, for: id)
    if let minted { body.append(.init("token_digest", .string(minted.digest))) }
    let answer = try say("", body, arguments)
    // Known before, the same: whatever token they have is theirs still.
    let isNew = answer["outcome"]?.string == "told"
    try tell(arguments, answer, isNew ? minted : nil) {
      isNew ? "\(line($0))" : "\(line($0)); that was known, and their token is what it was"
    }
  }

  static func change(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("colleague's ID")
    let body = details(arguments) + (arguments.has("--back") ? [.init("back", .bool(true))] : [])
    guard !body.isEmpty else { throw .usage("nothing is to be changed", "say what, such as --role lead") }
    try tell(arguments, try say("/\(id.percentEncoded)/change", body, arguments)) { line($0) }
  }

  static func token(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("colleague's ID")
    let known = try Office(arguments).ask("ledger", .get, "/v1/colleagues/\(id.percentEncoded)")
    let minted = try MintedToken(arguments, for: known["colleague_id"]?.string ?? id)
    let body: [JSON.Member] = [.init("token_digest", .string(minted.digest)), .init("keep", .bool(arguments.has("--keep")))]
    let answer = try say("/\(id.percentEncoded)/token", body, arguments)
    try tell(arguments, answer, minted) { line($0) }
  }

  static func leave(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("colleague's ID")
    let answer = try say("/\(id.percentEncoded)/leave", [], arguments)
    let whole = answer["colleague"]?["colleague_id"]?.string ?? id
    let hanging = Hangings(of: whole, try Office(arguments))
    if arguments.has("--json") { return Terminal.print(hanging.beside(answer)) }
    Terminal.print(
      answer["outcome"]?.string == "exists" ? "\(whole) had left already." : "\(whole) has left: no door lets them in any more.")
    hanging.print()
    if !hanging.isEmpty, answer["colleague"]?["handed_to"] == nil {
      Terminal.print("`accord colleague hand-on \(whole) --to ID` gives it to somebody who is here.")
    }
  }

  static func handOn(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("colleague's ID")
    let answer = try say("/\(id.percentEncoded)/hand-on", [.init("to", .string(try arguments.required("--to")))], arguments)
    let colleague = answer["colleague"]
    try tell(arguments, answer) { _ in
      "What hung on \(colleague?["colleague_id"]?.string ?? id) is \(colleague?["handed_to"]?.string ?? "?")'s now."
    }
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    var query = arguments.has("--all") ? "?" : "?active=true"
    if let role = arguments.value("--role") { query += "&role=\(role.percentEncoded)" }
    let answer = try Office(arguments).ask("ledger", .get, "/v1/colleagues\(query)")
    if arguments.has("--json") { return Terminal.print(answer) }
    let found = answer["colleagues"]?.array ?? []
    if found.isEmpty { Terminal.print("Nobody is known yet. `accord colleague add ID --role ROLE` adds somebody.") }
    for one in found { Terminal.print(line(one)) }
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("colleague's ID")
    let office = try Office(arguments)
    let known = try office.ask("ledger", .get, "/v1/colleagues/\(id.percentEncoded)")
    let hanging = Hangings(of: known["colleague_id"]?.string ?? id, office)
    if arguments.has("--json") { return Terminal.print(hanging.beside(known)) }
    Terminal.print(line(known))
    hanging.print()
  }

  // MARK: Steps

  private static func details(_ arguments: Arguments) -> [JSON.Member] {
    var members: [JSON.Member] = []
    for (flag, name) in [("--role", "roles"), ("--locale", "locales"), ("--household", "household")] {
      let values = arguments.all(flag)
      if !values.isEmpty { members.append(.init(name, .array(values.map { .string($0) }))) }
    }
    for (flag, name) in [("--department", "department"), ("--customer", "person_id")] {
      if let value = arguments.value(flag) { members.append(.init(name, .string(value))) }
    }
    return members
  }

  private static func say(_ path: String, _ body: [JSON.Member], _ arguments: Arguments) throws(Complaint) -> JSON {
    try Office(arguments).ask(
      "ledger", .post, "/v1/colleagues\(path)", headers: [("Idempotency-Key", Key.new())], body: .object(body))
  }

  private static func tell(
    _ arguments: Arguments, _ answer: JSON, _ minted: MintedToken? = nil, _ sentence: (JSON) -> String
  ) throws(Complaint) {
    let file = try minted?.keep()
    if let minted { TokenDoors.awaitOpen([minted.secret], try Office(arguments)) }
    if arguments.has("--json") {
      let token = minted.map { [file == nil ? JSON.Member("token", .string($0.secret)) : .init("token_file", .string(file ?? ""))] } ?? []
      return Terminal.print(.object((answer.object ?? []) + token))
    }
    Terminal.print(sentence(answer["colleague"] ?? .null))
    guard let minted else { return }
    Terminal.print(
      file.map { "Their token is in \($0); `accord --as \($0)` and every command with it is theirs." }
        ?? "Their token, shown this once: \(minted.secret)")
  }

  private static func line(_ one: JSON) -> String {
    var parts = [(one["roles"]?.strings ?? []).joined(separator: ", ")].filter { !$0.isEmpty }
    if let department = one["department"]?.string { parts.append("of \(department)") }
    let locales = one["locales"]?.strings ?? []
    if !locales.isEmpty { parts.append(locales.joined(separator: " ")) }
    if one["active"]?.bool == false {
      parts.append("has left" + (one["handed_to"]?.string.map { "; \($0) took what hung on them" } ?? ""))
    } else if one["tokens"]?.integer == 0 {
      parts.append("without a token")
    }
    return "\(one["colleague_id"]?.string ?? "?")  \(parts.joined(separator: ", "))"
  }
}
