package import Contracts
import Glibc

/// Gives, changes and takes credentials of one data folder: the registry that the broker follows, and the secrets beside it.
///
/// ```
///  add, rotate:  secret to DIR/credentials/NAME.json ─▶ registry replaced      cut short: a secret that opens nothing
///  revoke:       registry replaced ─▶ secret removed                           cut short: the same
/// ```
/// One at a time: DIR/credentials/lock. A broker need not run.
package struct CredentialBook {
  /// What is asked for; nil leaves a right as it is, or as a new credential has it.
  package struct Wish: Sendable {
    package var publish: [String]?
    package var subscribe: [String]?
    package var source: String?
    package var administers: Bool?
    package var asks: [String]?
    package var quota: [CredentialQuota.Part: Int64] = [:]
    /// Publishes types that somebody else publishes too, on purpose.
    package var shares = false
    package init() {}
  }

  private let folder: DataFolder
  private let now: Timestamp
  private let lock: FolderLock
  package private(set) var registry: CredentialRegistry

  /// Opens the book of `folder`, minting what a first start would. Waits two seconds for somebody else who has it open.
  package init(_ folder: DataFolder, now: Timestamp) throws {
    self.folder = folder
    self.now = now
    lock = try Self.awaitLock(folder.path + "/credentials")
    var random = SystemRandomNumberGenerator()
    registry = try CredentialRegistry.open(in: folder, using: &random)
  }

  /// Gives `name` a credential. Returns where its secret lies.
  package mutating func add(_ name: String, _ wish: Wish) throws -> String {
    guard CredentialRules.isName(name) else {
      throw CredentialRefusal("“\(name)” cannot be a credential's name", "take 1 to 64 of a-z, 0-9 and -")
    }
    if let known = registry.entry(name) {
      throw CredentialRefusal(
        "there is a credential \(known.name) already", "change it with `accord credential change \(name)`, or take another name")
    }
    guard registry.entries.count < HostLimits.credentialsMax else {
      throw CredentialRefusal("there are \(HostLimits.credentialsMax) credentials, which is the limit", "revoke what nobody uses")
    }
    var entry = CredentialRegistry.Entry(
      name: name, digest: [], publish: [], subscribe: [], source: nil, administers: false, quota: .guest)
    try apply(wish, to: &entry)
    guard !(entry.publish + entry.subscribe + entry.asks).isEmpty || entry.administers else {
      throw CredentialRefusal("\(name) could do nothing", "say what it may do with --publish, --read, --ask or --administers")
    }
    let secret = try mint(&entry)
    // A name that was revoked may be given again; its old row goes.
    registry.entries.removeAll { $0.name == name }
    registry.entries.append(entry)
    try registry.write(to: folder)
    return secret
  }

  /// Changes the rights and quotas of `name` to what `wish` says.
  package mutating func change(_ name: String, _ wish: Wish) throws {
    let at = try place(of: name)
    var entry = registry.entries[at]
    try apply(wish, to: &entry)
    if entry.administers == false { try keepAnAdministrator(without: name) }
    registry.entries[at] = entry
    try registry.write(to: folder)
  }

  /// Takes the credential `name` away. Its row stays, without any secret that could fit.
  package mutating func revoke(_ name: String) throws {
    let at = try place(of: name)
    try keepAnAdministrator(without: name)
    registry.entries[at].revoked = now
    registry.entries[at].previous = nil
    registry.entries[at].digest = [UInt8](repeating: 0, count: 32)
    try registry.write(to: folder)
    Credential.remove(name, in: folder)
  }

  /// Gives `name` a new secret; the old one counts for `grace` longer. Returns where the new one lies.
  package mutating func rotate(_ name: String, grace: Duration) throws -> String {
    let at = try place(of: name)
    let old = registry.entries[at].digest
    let secret = try mint(&registry.entries[at])
    registry.entries[at].previous = grace > .zero ? .init(digest: old, until: now.adding(grace)) : nil
    try registry.write(to: folder)
    return secret
  }

  // MARK: Steps

  private func place(of name: String) throws -> Int {
    guard let at = registry.entries.firstIndex(where: { $0.name == name && $0.revoked == nil }) else {
      let near = Nearest.of(name, among: registry.entries.filter { $0.revoked == nil }.map(\.name)).map { "; did you mean \($0)?" } ?? ""
      throw CredentialRefusal("there is no credential \(name)\(near)", "`accord credential list` shows them all")
    }
    return at
  }

  /// Somebody must be able to give rights back.
  private func keepAnAdministrator(without name: String) throws {
    guard registry.entry(name)?.administers == true else { return }
    if name != OperatorDoor.principal, registry.entries.contains(where: { $0.name != name && $0.administers && $0.revoked == nil }) {
      return
    }
    throw CredentialRefusal(
      "\(name) is the last one who may administer, or the one whom every program lets in", "rotate its secret instead")
  }

  private func mint(_ entry: inout CredentialRegistry.Entry) throws -> String {
    var random = SystemRandomNumberGenerator()
    let credential = Credential.minted(entry.name, using: &random)
    entry.digest = credential.digest
    return try credential.written(to: folder)
  }

  private func apply(_ wish: Wish, to entry: inout CredentialRegistry.Entry) throws {
    let others = registry.entries.filter { $0.name != entry.name && $0.revoked == nil }
    for pattern in (wish.publish ?? []) + (wish.subscribe ?? []) where !CredentialRules.isPattern(pattern) {
      throw CredentialRefusal("“\(pattern)” is no set of event types", "write a type, a prefix such as shop.*, or * for all")
    }
    if let publish = wish.publish, !wish.shares {
      for pattern in publish {
        guard let other = others.first(where: { $0.publish.contains { CredentialRules.overlap($0, pattern) } }) else { continue }
        throw CredentialRefusal(
          "\(other.name) publishes of \(pattern) already, and readers go by the type",
          "publish types of its own, or say --shared where both are meant to")
      }
    }
    if let source = wish.source {
      guard CredentialRules.isSource(source) else {
        throw CredentialRefusal("“\(source)” cannot be a source", "write a path such as /shop")
      }
      if let other = others.first(where: { $0.source.map { CredentialRules.meet($0, source) } ?? false }) {
        throw CredentialRefusal(
          "\(other.name) speaks as \(other.source ?? "")", "nobody else can be told from it there; take a source of its own")
      }
    }
    for name in wish.asks ?? [] where name != "*" && name != entry.name && !others.contains(where: { $0.name == name }) {
      throw CredentialRefusal("there is no credential \(name) to put questions to", "add it first, or correct the name")
    }
    entry.publish = wish.publish ?? entry.publish
    entry.subscribe = wish.subscribe ?? entry.subscribe
    entry.source = wish.source ?? entry.source
    entry.administers = wish.administers ?? entry.administers
    entry.asks = wish.asks ?? entry.asks
    guard entry.publish.isEmpty || entry.source != nil else {
      throw CredentialRefusal("\(entry.name) would publish without a source", "give it one with --source, such as --source /\(entry.name)")
    }
    for (part, number) in wish.quota.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where !entry.quota.set(part, number) {
      throw CredentialRefusal(
        "\(part.flag) \(number) is out of bounds", "take \(part.bounds.lowerBound) to \(part.bounds.upperBound)")
    }
  }

  private static func awaitLock(_ path: String) throws -> FolderLock {
    for _ in 0..<100 {
      do throws(FolderLockFault) { return try FolderLock.take(path) } catch {
        guard case .held = error else { throw error }
        poll(nil, 0, 20)
      }
    }
    return try FolderLock.take(path)
  }
}
