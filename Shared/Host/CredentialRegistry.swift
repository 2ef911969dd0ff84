import Contracts
import Glibc

/// Whom the broker lets in: DIR/broker/credentials.json, with a digest for each secret and the rights that go with it.
///
/// Read again at SIGHUP, so that access is given and taken without a restart.
package struct CredentialRegistry: Sendable {
  /// One who may speak to the broker.
  package struct Entry: Sendable, Equatable {
    package let name: String
    /// SHA-256 of the secret.
    package let digest: [UInt8]
    /// Types that may be published: exact, `prefix.*` or `*`.
    package let publish: [String]
    /// Types that may be read.
    package let subscribe: [String]
    /// The `source` its events carry; nil where it may not publish.
    package let source: String?
    /// May use the admin commands.
    package let administers: Bool

    package init(name: String, digest: [UInt8], publish: [String], subscribe: [String], source: String?, administers: Bool) {
      self.name = name
      self.digest = digest
      self.publish = publish
      self.subscribe = subscribe
      self.source = source
      self.administers = administers
    }
  }

  package private(set) var entries: [Entry]

  /// The entry called `name` whose secret is `secret`; nil where there is none. Compares digests, so timing tells nothing of use.
  package func entry(_ name: String, secret: String) -> Entry? {
    let digest = Credential.digest(of: secret)
    return entries.first { $0.name == name && $0.digest == digest }
  }

  /// Reads the registry of `folder`, first minting what a whole installation needs where it is not there yet: a credential for each
  /// department and `operator` for people. Called under the folder's or the broker's lock.
  ///
  /// The credential's file comes first: a crash in between leaves a secret without rights, which the next start takes up.
  package static func open(
    in folder: DataFolder, using random: inout some RandomNumberGenerator
  ) throws(CredentialFault) -> CredentialRegistry {
    var registry = try existing(in: folder)
    let missing = standard.filter { wanted in !registry.entries.contains { $0.name == wanted.name } }
    guard !missing.isEmpty else { return registry }
    for wanted in missing {
      let credential = try Credential.minted(wanted.name, using: &random).kept(in: folder)
      registry.entries.append(
        Entry(
          name: wanted.name, digest: credential.digest, publish: wanted.publish, subscribe: wanted.subscribe, source: wanted.source,
          administers: wanted.administers))
    }
    do throws(FileFault) { try Files.write(registry.json.bytes, to: path(in: folder)) } catch { throw .file(error) }
    return registry
  }

  /// Reads the registry of `folder` as it is; empty where there is none.
  package static func existing(in folder: DataFolder) throws(CredentialFault) -> CredentialRegistry {
    let path = path(in: folder)
    guard Files.exists(path) else { return CredentialRegistry(entries: []) }
    let bytes: [UInt8]
    do throws(FileFault) { bytes = try Files.read(path) } catch { throw .file(error) }
    guard let json = try? JSON(parsing: bytes), case .array(let rows)? = json["credentials"] else { throw .damaged(path) }
    var entries: [Entry] = []
    for row in rows {
      guard let entry = Entry(row) else { throw .damaged(path) }
      entries.append(entry)
    }
    return CredentialRegistry(entries: entries)
  }

  private static let standard =
    ["ledger", "marketing", "service"].map {
      Entry(name: $0, digest: [], publish: ["\($0).*"], subscribe: ["*"], source: "/\($0)", administers: false)
    } + [Entry(name: "operator", digest: [], publish: [], subscribe: ["*"], source: nil, administers: true)]

  private static func path(in folder: DataFolder) -> String { folder.folder(of: .broker) + "/credentials.json" }

  private var json: JSON { .object([.init("credentials", .array(entries.map(\.json)))]) }
}

extension CredentialRegistry.Entry {
  init?(_ json: JSON) {
    guard case .string(let name)? = json["name"], case .string(let hex)? = json["sha256"], let digest = Hex.decode(hex), digest.count == 32,
      let publish = Self.texts(json["publish"]), let subscribe = Self.texts(json["subscribe"])
    else { return nil }
    var source: String?
    if case .string(let text)? = json["source"] { source = text }
    self.init(
      name: name, digest: digest, publish: publish, subscribe: subscribe, source: source, administers: json["administers"] == .bool(true))
  }

  var json: JSON {
    var members: [JSON.Member] = [.init("name", .string(name)), .init("sha256", .string(Hex.encode(digest)))]
    if let source { members.append(.init("source", .string(source))) }
    members += [
      .init("publish", .array(publish.map(JSON.string))), .init("subscribe", .array(subscribe.map(JSON.string))),
      .init("administers", .bool(administers)),
    ]
    return .object(members)
  }

  private static func texts(_ json: JSON?) -> [String]? {
    guard case .array(let values)? = json else { return nil }
    var texts: [String] = []
    for value in values {
      guard case .string(let text) = value else { return nil }
      texts.append(text)
    }
    return texts
  }
}
