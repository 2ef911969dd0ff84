import Contracts
import Wire

/// What the programs have said in their manifests: the contracts of event types, and who reads what.
///
/// A type has versions, the newest last. An event is held to the newest; one that its program had written before it said its manifest
/// may match an older one, for it stands in the outbox and could never be written anew.
struct ContractBook: Sendable {
  struct Version: Sendable {
    let text: String
    let schema: DataSchema
  }

  /// What a credential has said last.
  struct Reader: Sendable {
    let credential: String
    var reads: [Manifest.Read]
  }

  /// By the type's number; empty for a type that nobody has registered.
  private(set) var versions: [[Version]] = []
  /// In the order of their first manifest.
  private(set) var readers: [Reader] = []
  /// Bytes of all schemas and reads.
  private(set) var bytes = 0
  /// The newest of each type. HOT.
  private(set) var newest: [DataSchema?] = []
  /// Changes with every contract that is registered: what was made under another one is void.
  private(set) var revision: UInt64 = 0

  mutating func addType() {
    versions.append([])
    newest.append(nil)
  }

  /// Makes `schema` the newest of `type`; one that was there before comes to the front again, and more than `versionsMax` are not kept.
  mutating func register(_ text: String, _ schema: DataSchema, for type: Int, versionsMax: Int) {
    bytes -= size(type)
    versions[type].removeAll { $0.text == text }
    versions[type].append(Version(text: text, schema: schema))
    versions[type].removeFirst(max(0, versions[type].count - versionsMax))
    newest[type] = schema
    revision += 1
    bytes += size(type)
  }

  mutating func note(_ reads: [Manifest.Read], of credential: String) {
    if let known = readers.firstIndex(where: { $0.credential == credential }) {
      bytes += size(reads) - size(readers[known].reads)
      readers[known].reads = reads
    } else {
      readers.append(Reader(credential: credential, reads: reads))
      bytes += size(reads)
    }
  }

  private func size(_ type: Int) -> Int { versions[type].reduce(0) { $0 + $1.text.utf8.count } }

  func size(_ reads: [Manifest.Read]) -> Int {
    reads.reduce(0) { $0 + $1.type.utf8.count + $1.fields.reduce(0) { $0 + $1.utf8.count + 4 } + 8 }
  }

  // MARK: Asking

  /// Whether anybody has registered the type.
  func knows(_ type: Int) -> Bool { newest[type] != nil }

  /// Whether the credential has ever said a manifest: then it may not publish what nobody knows.
  func hasManifest(_ credential: String) -> Bool { readers.contains { $0.credential == credential } }

  func reads(of credential: String) -> [Manifest.Read]? { readers.first { $0.credential == credential }?.reads }

  /// Nil where the event's data keeps the contract of `type`, or there is none. `isOlder`: it was written before its program's manifest
  /// was said. HOT.
  @inline(__always)
  func mismatch(_ type: Int, _ bytes: UnsafeRawBufferPointer, data: Range<Int>, isOlder: Bool) -> DataMismatch? {
    guard let mismatch = newest[type]?.mismatch(bytes, data: data) else { return nil }
    if isOlder, versions[type].dropLast().contains(where: { $0.schema.mismatch(bytes, data: data) == nil }) { return nil }
    return mismatch
  }
}
