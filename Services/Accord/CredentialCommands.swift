import Contracts
import Glibc
import HTTP
import Host

extension Command {
  private static let rights: [Arguments.Option] = [
    .init("--publish", "TYPES", "may publish these: a type, a prefix such as shop.*, or none; may be repeated", repeats: true),
    .init("--read", "TYPES", "may read these: a type, a prefix, * or none; may be repeated", repeats: true),
    .init("--source", "/PATH", "the source that its events carry, its own alone"),
    .init("--ask", "NAME", "may put questions to this credential; * for all, or none; may be repeated", repeats: true),
    .init("--shared", nil, "publishes types that another credential publishes too, on purpose"),
    .init("--connections", "N", "connections at one time"),
    .init("--messages-per-second", "N", "frames that it may send a second, over all its connections"),
    .init("--bytes-per-second", "N", "bytes that it may send a second"),
    .init("--pending", "N", "deliveries in flight on each connection, and questions without an answer"),
    .init("--subscriptions", "N", "durable subscriptions"),
  ]

  static let credentials: [Command] = [
    Command(
      "credential add", "Lets another program in: mints its secret and says what it may do, and how much.", operands: "NAME",
      options: rights + [.init("--administers", nil, "may use the admin commands")],
      examples: [
        "accord credential add auditor --read '*'",
        "accord credential add shop --publish 'shop.*' --source /shop --read ledger.order.captured.v1 --ask ledger --messages-per-second 500",
      ],
      run: { arguments throws(Complaint) in try CredentialCommands.add(arguments) }),
    Command(
      "credential list", "Shows who may do what, how much, and what of it is used.",
      run: { arguments throws(Complaint) in try CredentialCommands.list(arguments) }),
    Command(
      "credential change", "Changes what a credential may do or use; the running broker follows at once.", operands: "NAME",
      options: rights, examples: ["accord credential change shop --read none", "accord credential change shop --connections 4"],
      run: { arguments throws(Complaint) in try CredentialCommands.change(arguments) }),
    Command(
      "credential revoke", "Takes a credential away; its connections end at once.", operands: "NAME",
      examples: ["accord credential revoke shop"],
      run: { arguments throws(Complaint) in try CredentialCommands.revoke(arguments) }),
    Command(
      "credential rotate", "Gives a credential a new secret; the old one counts for a time of grace.", operands: "NAME",
      options: [.init("--grace", "DURATION", "how long the old secret still counts (default 24h; 0s: not at all)")],
      examples: ["accord credential rotate ledger --grace 1h"],
      run: { arguments throws(Complaint) in try CredentialCommands.rotate(arguments) }),
    Command(
      "credential withdraw", "Forgets what a program that is gone has said it reads, so that contracts may be loosened again.",
      operands: "NAME", examples: ["accord credential withdraw old-report"],
      run: { arguments throws(Complaint) in try CredentialCommands.withdraw(arguments) }),
  ]
}

/// `accord credential ...`: changes the broker's registry in the data folder, then waits until the broker that runs there follows it.
enum CredentialCommands {
  static func add(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("credential's name")
    var wish = try wish(arguments)
    wish.administers = arguments.has("--administers") ? true : nil
    var (book, secret) = (try book(arguments), "")
    try refusing { secret = try book.add(name, wish) }
    try tell(
      arguments, book, "\(name) may come in; its secret is in \(secret), for its own program alone",
      [.init("name", .string(name)), .init("secret_file", .string(secret))])
  }

  static func change(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("credential's name")
    let wish = try wish(arguments)
    var book = try book(arguments)
    try refusing { try book.change(name, wish) }
    try tell(arguments, book, "\(name) is changed", [.init("name", .string(name))])
  }

  static func revoke(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("credential's name")
    var book = try book(arguments)
    try refusing { try book.revoke(name) }
    try tell(
      arguments, book,
      "\(name) is no more; what it reads still binds those who publish it: `accord credential withdraw \(name)` ends that",
      [.init("name", .string(name))])
  }

  static func rotate(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("credential's name")
    let text = arguments.value("--grace") ?? "24h"
    let grace: Duration
    do throws(Unreadable) { grace = try SettingForm.duration.read(text) } catch {
      throw .usage("--grace “\(text)” \(error.reason)", "such as --grace 1h")
    }
    var (book, secret) = (try book(arguments), "")
    try refusing { secret = try book.rotate(name, grace: grace) }
    let until = grace > .zero ? "; the old secret counts for \(text) more: start its program again before that" : ""
    try tell(
      arguments, book, "\(name) has a new secret in \(secret)\(until)",
      [.init("name", .string(name)), .init("secret_file", .string(secret))])
  }

  static func withdraw(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("credential's name")
    let answer = try Office(arguments).ask("broker", .post, "/v1/admin", body: ["name": "withdraw", "credential": .string(name)])
    guard !arguments.has("--json") else { return Terminal.print(answer) }
    Terminal.print("\(name) no longer binds anybody; it had said it reads \((answer["withdrawn"]?.strings ?? []).joined(separator: ", "))")
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    let data = try DataPath.of(arguments)
    let registry: CredentialRegistry
    do { registry = try CredentialRegistry.existing(in: DataFolder.existing(data)) } catch { throw Complaint(host: error) }
    // The broker may be away: then nothing is known of what is used.
    let broker = (try? Office(arguments))?.askIfThere("broker", "/v1/credentials")
    let used = broker?["credentials"]?.array ?? []
    if arguments.has("--json") {
      let rows = registry.entries.map { entry -> JSON in
        let live = used.first { $0["name"]?.string == entry.name }
        return .object(
          [.init("name", .string(entry.name))] + entry.rights
            + ["connections", "questions", "put_off"].map { .init($0, live?[$0] ?? .null) })
      }
      return Terminal.print(
        .object([
          .init("credentials", .array(rows)), .init("followed", broker.map { .bool($0["revision"]?.string == registry.revision) } ?? .null),
          .init("problem", broker?["problem"] ?? .null),
        ]))
    }
    for entry in registry.entries { Terminal.print(row(entry, used.first { $0["name"]?.string == entry.name })) }
    if let problem = broker?["problem"]?.string { Terminal.note("the broker does not follow the file: \(problem)") }
  }

  private static func row(_ entry: CredentialRegistry.Entry, _ used: JSON?) -> String {
    if let revoked = entry.revoked { return "\(entry.name): revoked \(revoked)" }
    var parts: [String] = []
    if !entry.publish.isEmpty { parts.append("publishes \(entry.publish.joined(separator: " ")) as \(entry.source ?? "?")") }
    if !entry.subscribe.isEmpty { parts.append("reads \(entry.subscribe.joined(separator: " "))") }
    if !entry.asks.isEmpty { parts.append("asks \(entry.asks.joined(separator: " "))") }
    if entry.administers { parts.append("administers") }
    let quota = CredentialQuota.Part.allCases.compactMap { part in entry.quota[part].map { "\(part.flag.dropFirst(2)) \($0)" } }
    if !quota.isEmpty { parts.append("at most \(quota.joined(separator: ", "))") }
    if let previous = entry.previous { parts.append("its old secret counts until \(previous.until)") }
    if let connections = used?["connections"]?.integer {
      let late = used?["put_off"]?.integer ?? 0
      parts.append("\(connections) connected" + (late > 0 ? ", put off \(late) times" : ""))
    }
    return "\(entry.name): " + parts.joined(separator: "; ")
  }

  // MARK: Steps

  private static func wish(_ arguments: Arguments) throws(Complaint) -> CredentialBook.Wish {
    func list(_ flag: String) throws(Complaint) -> [String]? {
      let values = arguments.all(flag)
      guard values.contains("none") else { return values.isEmpty ? nil : values }
      guard values.count == 1 else { throw .usage("\(flag) is none and something else", "say one of both") }
      return []
    }
    var wish = CredentialBook.Wish()
    wish.publish = try list("--publish")
    wish.subscribe = try list("--read")
    wish.asks = try list("--ask")
    wish.source = arguments.value("--source")
    wish.shares = arguments.has("--shared")
    for part in CredentialQuota.Part.allCases {
      if let number = try arguments.integer(part.flag) { wish.quota[part] = number }
    }
    return wish
  }

  private static func book(_ arguments: Arguments) throws(Complaint) -> CredentialBook {
    do {
      return try CredentialBook(DataFolder.existing(DataPath.of(arguments)), now: Clock.system().now())
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
  }

  private static func refusing(_ body: () throws -> Void) throws(Complaint) {
    do { try body() } catch { throw Complaint(host: error) }
  }

  /// Waits until the broker follows, then tells.
  private static func tell(_ arguments: Arguments, _ book: CredentialBook, _ sentence: String, _ members: [JSON.Member]) throws(Complaint) {
    let followed = try awaitBroker(arguments, book.registry.revision)
    guard !arguments.has("--json") else {
      return Terminal.print(.object(members + [.init("followed", followed.map(JSON.bool) ?? .null)]))
    }
    Terminal.print(sentence)
    if followed == nil { Terminal.note("no broker runs on this folder now; it holds from the next start on") }
  }

  /// True once the broker follows `revision`; nil where none runs here. Throws where it runs and does not follow.
  private static func awaitBroker(_ arguments: Arguments, _ revision: String) throws(Complaint) -> Bool? {
    guard let office = try? Office(arguments) else { return nil }
    let end = Clock.uptimeMilliseconds + followMillisecondsMax
    var problem: String?
    repeat {
      guard let state = office.askIfThere("broker", "/v1/credentials") else { return nil }
      if state["revision"]?.string == revision { return true }
      problem = state["problem"]?.string
      usleep(pauseMicroseconds)
    } while Clock.uptimeMilliseconds < end
    throw Complaint(
      code: .temporary, happened: "it is written down, but the broker does not follow it (\(problem ?? "it has not looked yet"))",
      advice: "`accord status` and the broker's log tell why")
  }

  private static let followMillisecondsMax: Int64 = 5_000
  private static let pauseMicroseconds: UInt32 = 50_000
}
