import Contracts
import Host

extension Command {
  static let why = Command(
    "why", "Tells a message's way: who said it, when it was durable, who handled it and what came of it.", operands: "MESSAGE-ID",
    examples: ["accord why 5f3a9c-1"],
    run: { arguments throws(Complaint) in try Why.run(arguments) })
}

/// `accord why`: asks each department what it knows of the message, then the broker where it stands in the journal.
enum Why {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("message id")
    let office = try Office(arguments)
    var told: [(program: String, story: JSON)] = []
    var silent: [String] = []
    for name in Programs.departments {
      guard let story = office.askIfThere(name, "/v1/messages/\(id.percentEncoded)") else {
        silent.append(name)
        continue
      }
      if story["known"]?.bool == true { told.append((name, story)) }
    }
    let position = told.lazy.compactMap { $0.story["position"]?.integer }.first
    let record = position.flatMap { office.askIfThere("broker", "/v1/events/\($0)") }
    if arguments.has("--json") {
      Terminal.print(
        .object([
          .init("message_id", .string(id)), .init("journal", record ?? .null),
          .init("departments", .object(told.map { .init($0.program, $0.story) })), .init("silent", .array(silent.map { .string($0) })),
        ]))
    } else {
      for (program, story) in told where story["role"]?.string == "publisher" { tell(program, story) }
      if let record {
        Terminal.print(
          "broker: took it from \(record["producer"]?.string ?? "?") as its number \(record["sequence"]?.integer ?? 0), durable at position "
            + "\(record["position"]?.integer ?? 0), \(record["accepted_at"]?.string ?? "?")")
      }
      for (program, story) in told where story["role"]?.string != "publisher" { tell(program, story) }
      if !silent.isEmpty { Terminal.note("\(silent.joined(separator: ", ")) could not be asked") }
    }
    guard !told.isEmpty else {
      throw Complaint(
        code: .refused, happened: "nobody knows a message \(id)",
        advice: silent.isEmpty ? "`accord tail` shows the ids of what happens" : "ask again when \(silent.joined(separator: ", ")) answers")
    }
  }

  private static func tell(_ program: String, _ story: JSON) {
    for sentence in story["sentences"]?.array ?? [] { Terminal.print("\(program): \(sentence.string ?? "?")") }
  }
}
