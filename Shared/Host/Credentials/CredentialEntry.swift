package import Contracts

extension CredentialRegistry {
  /// One who may speak to the broker: how to know him, what he may do, and how much of it.
  package struct Entry: Sendable, Equatable {
    /// A secret that has been replaced, and until when it still counts.
    package struct Previous: Sendable, Equatable {
      package let digest: [UInt8]
      package let until: Timestamp
    }

    package let name: String
    /// SHA-256 of the secret.
    package internal(set) var digest: [UInt8]
    /// Types that may be published: exact, `prefix.*` or `*`.
    package internal(set) var publish: [String]
    /// Types that may be read.
    package internal(set) var subscribe: [String]
    /// The `source` its events carry; nil where it may not publish.
    package internal(set) var source: String?
    /// May use the admin commands.
    package internal(set) var administers: Bool
    /// Credentials that it may put questions to; `*` for all.
    package internal(set) var asks: [String]
    package internal(set) var quota: CredentialQuota
    package internal(set) var previous: Previous?
    /// When it was taken away; its row stays, so that the name is not given out anew by a start.
    package internal(set) var revoked: Timestamp?

    package init(
      name: String, digest: [UInt8], publish: [String], subscribe: [String], source: String?, administers: Bool, asks: [String] = [],
      quota: CredentialQuota = CredentialQuota()
    ) {
      self.name = name
      self.digest = digest
      self.publish = publish
      self.subscribe = subscribe
      self.source = source
      self.administers = administers
      self.asks = asks
      self.quota = quota
    }

    /// Whether who brings the secret with this digest is let in at `now`.
    package func accepts(_ digest: [UInt8], at now: Timestamp) -> Bool {
      guard revoked == nil else { return false }
      if digest == self.digest { return true }
      return previous.map { $0.digest == digest && now < $0.until } ?? false
    }
  }
}

/// How much one credential may use of the broker; nil is the broker's own default.
package struct CredentialQuota: Sendable, Equatable {
  /// One of the numbers: its name in the file and, with dashes, on the command line.
  package enum Part: String, Sendable, CaseIterable {
    case connections, pending, subscriptions
    case messagesPerSecond = "messages_per_second"
    case bytesPerSecond = "bytes_per_second"

    /// What may stand there: below, nothing would pass; above, the broker's own limits hold.
    package var bounds: ClosedRange<Int64> {
      switch self {
      case .connections: 1...4_096
      case .pending: 1...8_192
      case .subscriptions: 1...256
      case .messagesPerSecond: 1...10_000_000
      case .bytesPerSecond: 1_024...10_737_418_240
      }
    }

    package var flag: String { "--" + rawValue.replacing("_", with: "-") }
  }

  private var numbers: [Part: Int64] = [:]

  package init() {}

  /// For somebody from outside: one program, at the pace of a busy shop, that nobody will notice.
  package static let guest: CredentialQuota = {
    var quota = CredentialQuota()
    quota.numbers = [.connections: 16, .pending: 1_024, .subscriptions: 16, .messagesPerSecond: 2_000, .bytesPerSecond: 8_388_608]
    return quota
  }()

  package subscript(part: Part) -> Int? { numbers[part].map { Int($0) } }

  /// Sets one number; false where it is out of bounds.
  mutating func set(_ part: Part, _ number: Int64) -> Bool {
    guard part.bounds.contains(number) else { return false }
    numbers[part] = number
    return true
  }

  package var json: JSON {
    .object(Part.allCases.compactMap { part in numbers[part].map { JSON.Member(part.rawValue, .integer($0)) } })
  }
}

extension CredentialRegistry.Entry {
  /// Reads a row. Throws a clause that says what is wrong with it.
  init(_ json: JSON) throws(CredentialRowFault) {
    guard let name = json["name"]?.string, CredentialRules.isName(name) else { throw CredentialRowFault("a row has no usable name") }
    func wrong(_ what: String) -> CredentialRowFault { CredentialRowFault("the row of \(name) \(what)") }
    func texts(_ member: String) throws(CredentialRowFault) -> [String]? {
      guard let value = json[member] else { return nil }
      guard let texts = value.strings else { throw wrong("has a \(member) that is no list of texts") }
      return texts
    }
    guard let hex = json["sha256"]?.string, let digest = Hex.decode(hex), digest.count == 32 else {
      throw wrong("has no sha256 of 32 bytes")
    }
    guard let publish = try texts("publish"), let subscribe = try texts("subscribe") else {
      throw wrong("does not say what it may publish and subscribe")
    }
    for pattern in publish + subscribe where !CredentialRules.isPattern(pattern) { throw wrong("names \(pattern), which is no type") }
    self.init(
      name: name, digest: digest, publish: publish, subscribe: subscribe, source: json["source"]?.string,
      administers: json["administers"] == .bool(true),
      // Rows from before there was this right have what a new installation gives.
      asks: try texts("asks") ?? CredentialRegistry.standard.first { $0.name == name }?.asks ?? [])
    for member in json["quota"]?.object ?? [] {
      guard let part = CredentialQuota.Part(rawValue: member.name), let number = member.value.integer, quota.set(part, number) else {
        throw wrong("has a quota of \(member.name) that is none")
      }
    }
    if let earlier = json["previous"], !earlier.isNull {
      guard let hex = earlier["sha256"]?.string, let digest = Hex.decode(hex), let until = Self.instant(earlier["until"]) else {
        throw wrong("has a previous secret that is none")
      }
      previous = Previous(digest: digest, until: until)
    }
    if let instant = json["revoked"], !instant.isNull {
      revoked = Self.instant(instant)
      if revoked == nil { throw wrong("was revoked at no instant") }
    }
  }

  var json: JSON {
    var members: [JSON.Member] = [.init("name", .string(name)), .init("sha256", .string(Hex.encode(digest)))]
    members += rights
    if let previous {
      members.append(
        .init("previous", ["sha256": .string(Hex.encode(previous.digest)), "until": .string(previous.until.description)]))
    }
    return .object(members)
  }

  /// All but what knows the secret.
  package var rights: [JSON.Member] {
    var members: [JSON.Member] = []
    if let source { members.append(.init("source", .string(source))) }
    members += [
      .init("publish", .array(publish.map(JSON.string))), .init("subscribe", .array(subscribe.map(JSON.string))),
      .init("administers", .bool(administers)), .init("asks", .array(asks.map(JSON.string))), .init("quota", quota.json),
    ]
    if let revoked { members.append(.init("revoked", .string(revoked.description))) }
    return members
  }

  private static func instant(_ json: JSON?) -> Timestamp? { (json?.string).flatMap { try? Timestamp(rfc3339: $0) } }
}

/// What is wrong with a row of the registry, as a clause.
struct CredentialRowFault: Error, Equatable {
  let clause: String
  init(_ clause: String) { self.clause = clause }
}
