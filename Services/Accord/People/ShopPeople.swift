import Contracts
import HTTP
import Host
import Shop

extension Command {
  static let colleagueShop = Command(
    "colleague shop", "Lets everybody of the built-in shop work in a sandbox, each with a token that --as finds by their first name.",
    examples: ["accord colleague shop", "accord honour FRIDAY-1 sunday-free-shipping --as ines"],
    run: { arguments throws(Complaint) in try ShopPeople.run(arguments) })
}

/// `accord colleague shop`: six agents, three marketers and a supervisor begin, and two who had left before. In a sandbox only: what can be
/// read beside the data is nobody's secret.
enum ShopPeople {
  static func run(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.isEmpty else { throw .usage("colleague shop takes no operand", "leave out “\(arguments.operands[0])”") }
    let office = try Office(arguments)
    let folder: String
    do {
      let data = try DataFolder.existing(office.data)
      guard data.isSandbox else {
        throw Complaint(
          code: .refused, happened: "\(office.data) holds real data, and the people of the built-in shop are invented; nothing was changed",
          advice: "`accord colleague add` lets real people in; `accord up --sandbox` makes a sandbox")
      }
      folder = TokenFiles.folder(in: office.data)
      try Files.makeFolder(folder)
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }

    let known = try office.ask("ledger", .get, "/v1/colleagues")["colleagues"]?.array?.compactMap { $0["colleague_id"]?.string } ?? []
    var (rows, secrets): ([JSON], [String]) = ([], [])
    for one in Shop.staff { rows.append(try begin(one, isKnown: known.contains(one.id), office, folder, &secrets)) }
    TokenDoors.awaitOpen(secrets, office)
    if arguments.has("--json") { return Terminal.print(.object([.init("colleagues", .array(rows))])) }
    let here = Shop.staff.filter(\.isActive)
    Terminal.print("They work here now: \(here.map(\.id).joined(separator: ", ")).")
    Terminal.print("Any command is one of theirs with --as and a first name, such as --as ines.")
  }

  /// Makes one of them known; whoever is known already stays as they are, with the token that they have.
  private static func begin(
    _ one: Shop.Colleague, isKnown: Bool, _ office: Office, _ folder: String, _ secrets: inout [String]
  ) throws(Complaint) -> JSON {
    let path = "\(folder)/\(one.name).json"
    if !isKnown {
      let token = one.isActive ? try MintedToken(for: one.id, at: path) : nil
      let body: [JSON.Member] = [
        .init("colleague_id", .string(one.id)), .init("roles", .array([.string(one.role.rawValue)])),
        .init("locales", .array(one.locales.map { .string($0) })),
      ]
      _ = try say("", body + (token.map { [.init("token_digest", .string($0.digest))] } ?? []), office)
      if let token {
        _ = try token.keep()
        secrets.append(token.secret)
      } else {
        _ = try say("/\(one.id.percentEncoded)/leave", [], office)
      }
    }
    return .object([
      .init("colleague_id", .string(one.id)), .init("outcome", .string(isKnown ? "exists" : "told")), .init("active", .bool(one.isActive)),
      .init("token_file", one.isActive ? .string(path) : .null),
    ])
  }

  private static func say(_ path: String, _ body: [JSON.Member], _ office: Office) throws(Complaint) -> JSON {
    try office.ask("ledger", .post, "/v1/colleagues\(path)", headers: [("Idempotency-Key", Key.new())], body: .object(body))
  }
}

/// Where a sandbox keeps the tokens of its invented people.
enum TokenFiles {
  static func folder(in data: String) -> String { data + "/people" }

  /// The file that `--as` means: one of that name, else the token of somebody of a sandbox whose first name it is.
  static func find(_ word: String, in data: String) -> String {
    let named = "\(folder(in: data))/\(word).json"
    return !Files.exists(word) && !word.contains("/") && Files.exists(named) ? named : word
  }
}
