import Contracts
import Host
import Wire

extension Command {
  static let schemaCheck = Command(
    "schema check", "Tells whom a changed contract would break: two schemas, or two manifests.", operands: "OLD NEW [READER...]",
    options: [Arguments.Option("--type", "TYPE", "the type that two plain schemas are of (default: readers of any type count)")],
    examples: [
      "accord schema check order.json order-new.json",
      "accord schema check ledger-manifest.json ledger-manifest-new.json marketing.json service.json --json",
    ],
    run: { arguments throws(Complaint) in try SchemaCheck.run(arguments) })
}

/// `accord schema check`: the broker's own rule, before anything is installed.
///
/// A file is a JSON schema, or a manifest with `publishes`, `reads` or both. Readers are manifests, named by their files; without any, a
/// reader of everything is assumed. Exit code 0: nobody is broken; 1: somebody would be, or the new contract is none.
enum SchemaCheck {
  private struct Side {
    /// By type; of a plain schema the type is not known.
    let schemas: [(type: String?, schema: JSON)]

    func schema(_ type: String?) -> JSON? { schemas.first { $0.type == type }?.schema }
  }

  static func run(_ arguments: Arguments) throws(Complaint) {
    let files = arguments.operands
    guard files.count >= 2 else { throw .usage("an old and a new contract are needed", "accord schema check OLD NEW [READER...]") }
    let (old, new) = (try side(files[0]), try side(files[1]))
    guard (old.schemas.first?.type == nil) == (new.schemas.first?.type == nil) || old.schemas.isEmpty || new.schemas.isEmpty else {
      throw .usage("one of \(files[0]) and \(files[1]) is a manifest and the other is a schema", "compare two of a kind")
    }
    var readers: [(name: String, reads: [Manifest.Read])] = []
    for path in files.dropFirst(2) { readers.append((name(of: path), try reads(path))) }
    if readers.isEmpty { readers = [("whoever reads all of it", [Manifest.Read("*")])] }

    var found: [(type: String, breaks: [ContractBreak])] = []
    for (type, json) in new.schemas {
      let shown = type ?? arguments.value("--type") ?? name(of: files[1])
      let after = try compile(json, shown)
      guard let earlier = old.schema(type) else { continue }
      let reading =
        type == nil && arguments.value("--type") == nil
        ? readers.map { ($0.name, $0.reads.map { Manifest.Read("*", fields: $0.fields) }) } : readers
      let breaks = ContractBreak.found(type: shown, from: try compile(earlier, shown), to: after, readers: reading)
      if !breaks.isEmpty { found.append((shown, breaks)) }
    }
    tell(found, json: arguments.has("--json"))
    guard found.isEmpty else {
      throw Complaint(
        code: .refused, happened: "the change would break those who read \(found.map(\.type).joined(separator: ", "))",
        advice: "keep what they read as strict as it was, change them first, or publish a new type")
    }
  }

  private static func tell(_ found: [(type: String, breaks: [ContractBreak])], json: Bool) {
    guard json else {
      if found.isEmpty { Terminal.print("nobody is broken") }
      for (type, breaks) in found { for each in breaks { Terminal.print("\(type) would break \(each)") } }
      return
    }
    let rows: [JSON] = found.flatMap { type, breaks in
      breaks.map { each -> JSON in
        let changes = each.loosenings.map { JSON.object([.init("field", .string($0.pointer)), .init("change", .string($0.change))]) }
        return .object([.init("type", .string(type)), .init("reader", .string(each.reader)), .init("changes", .array(changes))])
      }
    }
    Terminal.print(.object([.init("compatible", .bool(found.isEmpty)), .init("breaks", .array(rows))]))
  }

  private static func compile(_ json: JSON, _ type: String) throws(Complaint) -> DataSchema {
    do { return try DataSchema(json) } catch {
      throw Complaint(code: .refused, happened: "the schema of \(type) cannot be a contract: \(error)", advice: "")
    }
  }

  // MARK: Files

  private static func side(_ path: String) throws(Complaint) -> Side {
    let json = try file(path)
    guard json["publishes"] != nil || json["reads"] != nil else { return Side(schemas: [(nil, json)]) }
    return Side(schemas: (json["publishes"]?.object ?? []).map { ($0.name, $0.value) })
  }

  private static func reads(_ path: String) throws(Complaint) -> [Manifest.Read] {
    guard let rows = try file(path)["reads"]?.array else {
      throw Complaint(
        code: .refused, happened: "\(path) says nothing of what it reads", advice: "give it an array called reads, as manifests have")
    }
    var reads: [Manifest.Read] = []
    for row in rows {
      guard let type = row.string ?? row["type"]?.string, let fields = row["fields"].map({ $0.strings }) ?? [] else {
        throw Complaint(
          code: .refused, happened: "\(path) reads \(row.text), which is no type", advice: "write a type, or {\"type\":…,\"fields\":[…]}")
      }
      reads.append(Manifest.Read(type, fields: fields))
    }
    return reads
  }

  private static func file(_ path: String) throws(Complaint) -> JSON {
    let bytes: [UInt8]
    do { bytes = try Files.read(path) } catch { throw Complaint(code: .noInput, happened: "\(error)", advice: "") }
    do { return try JSON(parsing: bytes) } catch {
      throw Complaint(code: .refused, happened: "\(path) is not JSON: \(error)", advice: "mend it there")
    }
  }

  /// The file's name without its folder and ending.
  private static func name(of path: String) -> String {
    let file = path.split(separator: "/").last ?? "?"
    return String(file.split(separator: ".").first ?? file)
  }
}
