import Contracts

/// Marketing's answers about offers, in words.
enum OfferReport {
  /// A document read back, and what stands against it.
  static func reading(_ reading: JSON) {
    for sentence in reading["sentences"]?.array ?? [] { Terminal.print(sentence.string ?? "?") }
    let findings = reading["findings"]?.array ?? []
    if !findings.isEmpty { Terminal.print("") }
    for finding in findings {
      let severity =
        switch finding["severity"]?.string {
        case "refusal": "refused"
        case "blocks_scheduling": "blocks scheduling"
        case _: "warning"
        }
      let field = finding["field"]?.string ?? ""
      Terminal.print(
        "\(severity): \(field.isEmpty ? "/" : field): \(finding["sentence"]?.string ?? "?"); \(finding["next_step"]?.string ?? "")")
    }
    if reading["schedulable"]?.bool == true { Terminal.print("It can be scheduled: `accord offer schedule FILE`.") }
  }

  /// What came of a deed.
  static func done(_ deed: String, _ answer: JSON) {
    guard let version = version(answer) else { return }
    let name = "\(version["offer_id"]?.string ?? "?")@\(version["version"]?.integer ?? 0)"
    let state = version["state"]?.string ?? "?"
    Terminal.print("\(name) is \(state).\(course(version, answer["offer"] ?? .null))")
    if state == "scheduled" || deed == "waive" { gate(version) }
    if answer["outcome"]?.string == "awaiting" {
      Terminal.print("  The second person confirms with `accord offer confirm \(version["offer_id"]?.string ?? "?")` within the hour.")
    }
    if deed == "save" { Terminal.print("  `accord offer schedule \(version["offer_id"]?.string ?? "?")` would be next.") }
  }

  private static func course(_ version: JSON, _ offer: JSON) -> String {
    switch version["state"]?.string {
    case "scheduled":
      " It begins at \(version["starts_at"]?.string ?? "?") and reaches back to \(version["look_back_from"]?.string ?? "?"); the ledger is asked for "
        + "\(money(version["reserve"]))."
    case "live": " The checkout applies it from \(offer["effective_from"]?.string ?? "?") on; orders before are looked at by the ledger."
    case _: ""
    }
  }

  /// The version that an answer is about.
  static func version(_ answer: JSON) -> JSON? {
    let number = answer["version"]?.integer
    return answer["offer"]?["versions"]?.array?.first { $0["version"]?.integer == number }
  }

  /// Why the last turn was taken.
  static func lastSentence(_ answer: JSON) -> String? { answer["offer"]?["turns"]?.array?.last?["sentence"]?.string }

  /// An offer with all that is known of it.
  static func whole(_ offer: JSON) {
    Terminal.print(
      "\(offer["offer_id"]?.string ?? "?") of campaign \(offer["campaign_id"]?.string ?? "?"), state \(offer["revision"]?.integer ?? 0)")
    for version in offer["versions"]?.array ?? [] { stands(version) }
    for turn in offer["turns"]?.array ?? [] {
      let sentence = turn["sentence"]?.string.map { ": \($0)" } ?? ""
      Terminal.print(
        "  \(turn["at"]?.string ?? "?")  version \(turn["version"]?.integer ?? 0) \(turn["turn"]?.string ?? "?") by "
          + "\(turn["by"]?.string ?? "?")\(sentence)  (\(turn["message_id"]?.string ?? "?"))")
    }
  }

  /// One version: how it reads, and how it stands.
  static func one(_ version: JSON) {
    Terminal.print("\(version["offer_id"]?.string ?? "?")@\(version["version"]?.integer ?? 0), \(version["significance"]?.string ?? "?")")
    for sentence in version["sentences"]?.array ?? [] { Terminal.print("  \(sentence.string ?? "?")") }
    stands(version)
  }

  private static func stands(_ version: JSON) {
    let number = version["version"]?.integer ?? 0
    let window = version["starts_at"]?.string.map { ", from \($0)\(version["ends_at"]?.string.map { " until \($0)" } ?? "")" } ?? ""
    Terminal.print("  version \(number): \(version["state"]?.string ?? "?")\(window)")
    gate(version)
    if let found = version["look_back"] {
      Terminal.print(
        "    look-back: \(found["considered"]?.integer ?? 0) orders considered, \(found["eligible"]?.integer ?? 0) eligible, "
          + "\(found["granted"]?.integer ?? 0) granted (\(found["cut"]?.integer ?? 0) cut), \(money(found["sum"]))")
    }
    if let audience = version["audience"] { self.audience(audience) }
  }

  private static func gate(_ version: JSON) {
    for row in version["gate"]?.array ?? [] {
      let why = row["sentence"]?.string.map { ": \($0)" } ?? ""
      Terminal.print("    gate, \(row["check"]?.string ?? "?"): \(row["state"]?.string ?? "?") since \(row["since"]?.string ?? "?")\(why)")
    }
  }

  private static func audience(_ audience: JSON) {
    if let sentence = audience["sentence"]?.string { return Terminal.print("    audience: \(sentence)") }
    guard let counts = audience["counts"] else { return Terminal.print("    audience: being judged") }
    let words = ["send", "honour", "suppress", "defer"].map { "\($0) \(counts[$0]?.integer ?? 0)" }
    Terminal.print("    audience: \(words.joined(separator: ", "))")
    for reason in audience["reasons"]?.object ?? [] { Terminal.print("      \(reason.name): \(reason.value.integer ?? 0)") }
    for count in audience["messages"]?.object ?? [] { Terminal.print("      messages \(count.name): \(count.value.integer ?? 0)") }
    if let waits = audience["waits"]?.string { Terminal.print("      \(waits)") }
  }

  /// `4500.00 USD`.
  static func money(_ json: JSON?) -> String {
    guard let minor = json?["amount_minor"]?.integer, let currency = json?["currency"]?.string.flatMap({ Currency($0) }) else { return "?" }
    return Money(minor: minor, currency).description
  }
}
