import Contracts
import Glibc
import HTTP
import Host

extension Command {
  static let audienceImport = Command(
    "audience import",
    "Puts people on a list by which offers are told: one id on each line. Whoever is on it already stays on it. Who may have an offer is"
      + " another list: import lists.",
    operands: "FILE", options: [.init("--id", "NAME", "the list, as an offer's audience_id names it")],
    examples: ["accord audience import newsletter.txt --id newsletter-us"],
    run: { arguments throws(Complaint) in try AudienceImport.run(arguments) })
}

/// `accord audience import`: reads ids line by line and sends them in parts, in constant memory.
enum AudienceImport {
  private static let peopleAtOnce = 5_000

  static func run(_ arguments: Arguments) throws(Complaint) {
    let path = try arguments.operand("file")
    let name = try arguments.required("--id")
    let office = try Office(arguments)
    guard let file = fopen(path == "-" ? "/dev/stdin" : path, "r") else { throw .system("\(path) cannot be read", errno) }
    defer { fclose(file) }
    var totals = (added: Int64(0), known: Int64(0), people: Int64(0))
    var batch: [JSON] = []
    var number = 0
    var part = 0
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    let run = "\(getpid())-\(Clock.uptimeMilliseconds)"
    while true {
      let count = getline(&line, &capacity, file)
      if count >= 0, let line {
        number += 1
        let text = String(cString: line).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if !text.isEmpty {
          do throws(InvalidIdentifier) { batch.append(.string(try Identifier<Person>(text).text)) } catch {
            throw Complaint(code: .refused, happened: "\(path), line \(number): “\(text)” is no id of a person: \(error)", advice: "")
          }
        }
      }
      guard count < 0 || batch.count == peopleAtOnce else { continue }
      if !batch.isEmpty || part == 0 {
        part += 1
        let answer = try office.ask(
          "marketing", .post, "/v1/audiences/\(name.percentEncoded)/people",
          headers: [("Idempotency-Key", "audience/\(run)/\(part)")], body: ["people": .array(batch)])
        totals.added += answer["added"]?.integer ?? 0
        totals.known += answer["known"]?.integer ?? 0
        totals.people = answer["people"]?.integer ?? 0
        batch.removeAll(keepingCapacity: true)
      }
      guard count >= 0 else { break }
    }
    if arguments.has("--json") {
      return Terminal.print([
        "audience_id": .string(name), "added": .integer(totals.added), "known": .integer(totals.known), "people": .integer(totals.people),
      ])
    }
    Terminal.print("\(totals.added) people were added to \(name), \(totals.known) were on it; it has \(totals.people) now.")
  }
}
