import Contracts
import HTTP
import Host

extension Command {
  static let consentGive = Command(
    "consent give", "Records that a customer lets us send something.", operands: "CUSTOMER", options: Consent.options,
    examples: ["accord consent give ada --channel email --source desk --proof form-17"],
    run: { arguments throws(Complaint) in try Consent.say(true, arguments) })

  static let consentWithdraw = Command(
    "consent withdraw", "Records that a customer wants nothing more of it.", operands: "CUSTOMER", options: Consent.options,
    examples: ["accord consent withdraw ada --channel email --source desk"],
    run: { arguments throws(Complaint) in try Consent.say(false, arguments) })
}

/// `accord consent give | withdraw`: one row of the ledger's door for consents.
enum Consent {
  static let options: [Arguments.Option] = [
    .init("--channel", "NAME", "email, phone, letter ..."),
    .init("--purpose", "NAME", "marketing (default), transaction or safety"),
    .init("--source", "NAME", "where it was said (default desk)"),
    .init("--proof", "ID", "where the proof of it lies"),
    .init("--at", "INSTANT", "when it was said, RFC 3339 (default: the ledger's now)"),
  ]

  static func say(_ given: Bool, _ arguments: Arguments) throws(Complaint) {
    let customer = try arguments.operand("customer's ID")
    let channel = try arguments.required("--channel")
    var row: [JSON.Member] = [
      .init("line", .integer(1)), .init("person_id", .string(customer)), .init("given", .bool(given)), .init("channel", .string(channel)),
      .init("source", .string(arguments.value("--source") ?? "desk")),
    ]
    for (flag, name) in [("--purpose", "purpose"), ("--proof", "proof"), ("--at", "at")] {
      if let value = arguments.value(flag) { row.append(.init(name, .string(value))) }
    }
    let body = JSON.object([.init("file", .string("command"))]).bytes + [0x0A] + JSON.object(row).bytes
    let answer = try Office(arguments).command(body, at: "/v1/imports/consents")
    if let refusal = answer["refusals"]?.array?.first {
      throw Complaint(
        code: .refused, happened: "\(refusal["field"]?.string ?? "row"): \(refusal["sentence"]?.string ?? "refused")", advice: "")
    }
    if arguments.has("--json") { return Terminal.print(answer) }
    let word = given ? "lets us write" : "wants nothing more"
    Terminal.print(answer["outcomes"]?.string == "m" ? "Known already: nothing changed." : "Recorded: \(customer) \(word) by \(channel).")
  }
}

extension Office {
  /// Has the ledger do a command whose body is no single JSON value. Each call is a command of its own.
  func command(_ body: [UInt8], at path: String) throws(Complaint) -> JSON {
    let key = "cli/" + Hex.encode((0..<12).map { _ in UInt8.random(in: 0...255) })
    return try ask("ledger", .post, path, headers: [("Idempotency-Key", key)], bytes: body)
  }
}
