import Contracts
import Journal
import Wire

// Manifests coming in: may this credential say that, can the gate hold anybody to it, and whom would it break?
extension BrokerMachine {
  /// What a manifest changes. Nothing of it is written before all of it is known to be right.
  struct Registration {
    fileprivate(set) var contracts: [(type: String, text: String)] = []
    /// Nil where the credential has said the same before.
    fileprivate(set) var reads: [Manifest.Read]?
  }

  /// Judges a manifest, before anything of its hello is done. Throws why its program cannot be let in.
  func judge(_ manifest: Manifest, of credential: String, _ rights: Rights) throws(Refusal) -> Registration {
    var registration = Registration()
    guard manifest != Manifest() else { return registration }
    var (bytes, fresh) = (0, 0)
    for member in manifest.publishes {
      let type = member.name
      guard rights.mayPublish(type), !type.isEmpty, type.utf8.count <= WireLimits.eventTypeBytesMax else {
        throw Refusal(
          code: "type_not_yours",
          sentence: "The manifest publishes \(type), but the credential \(credential) may not; ask for the right or correct the type.")
      }
      let text = member.value.text
      let known = types.find(type, hash: hash(type)).map { contracts.versions[$0] }
      if known?.last?.text == text { continue }
      let schema = try Self.compile(member.value, text, of: type)
      if known == nil { fresh += 1 }
      // What was registered before may come back: its events stand in the journal, and every reader meets them there.
      if let newest = known?.last, known?.contains(where: { $0.text == text }) == false {
        try refuseBreaks(type, from: newest.schema, to: schema)
      }
      registration.contracts.append((type, text))
      bytes += text.utf8.count
    }
    for read in manifest.reads where !rights.mayRead(TypePattern(read.type)) {
      throw Refusal(
        code: "filter_not_allowed",
        sentence: "The manifest reads \(read.type), but the credential \(credential) may not; ask for the right or correct the type.")
    }
    if contracts.reads(of: credential) != manifest.reads {
      registration.reads = manifest.reads
      bytes += contracts.size(manifest.reads)
    }
    guard types.count + fresh <= limits.types, contracts.bytes + bytes <= limits.contractBytes else {
      throw Refusal(
        code: "limit",
        sentence: "The broker keeps \(limits.types) types and \(limits.contractBytes) bytes of contracts, which is its limit; "
          + "register fewer or smaller ones.")
    }
    return registration
  }

  private static func compile(_ json: JSON, _ text: String, of type: String) throws(Refusal) -> DataSchema {
    guard text.utf8.count <= WireLimits.schemaBytesMax else {
      throw Refusal(
        code: "contract_schema",
        sentence: "The schema of \(type) has more than \(WireLimits.schemaBytesMax) bytes; describe less of the data.")
    }
    do { return try DataSchema(json) } catch {
      throw Refusal(code: "contract_schema", sentence: "The schema of \(type) cannot be a contract: \(error).")
    }
  }

  private func refuseBreaks(_ type: String, from old: DataSchema, to new: DataSchema) throws(Refusal) {
    let breaks = ContractBreak.found(type: type, from: old, to: new, readers: contracts.readers.map { ($0.credential, $0.reads) })
    guard !breaks.isEmpty else { return }
    throw Refusal(
      code: "contract_incompatible",
      sentence: "The manifest's contract of \(type) would break \(breaks.map(\.description).joined(separator: " and ")); keep what they "
        + "read as strict as it was, or publish it as a new type.")
  }

  /// Writes what a judged manifest changes.
  mutating func register(_ registration: Registration, of credential: String, into commit: inout Gathering<Effect>) {
    for (type, text) in registration.contracts {
      var number = types.find(type, hash: hash(type))
      if number == nil {
        number = types.count
        write(.type(UInt32(types.count), name: type), into: &commit)
        types.listen(subscriptions)
      }
      if let number { write(.contract(UInt32(number), schema: text), into: &commit) }
    }
    guard let reads = registration.reads else { return }
    write(.manifest(credential: credential, reads), into: &commit)
    // What its connections learned before may have become what nobody knows.
    for slot in connections.indices where connections[slot].credential == credential { connections[slot].typeSpelled = [] }
  }

  /// Folds a contract; one that this program cannot compile was written by a newer one.
  mutating func foldContract(_ type: UInt32, _ text: String) throws(MemoryFault) {
    guard type < UInt32(types.count) else { throw .unknown("type", type) }
    guard let json = try? JSON(parsing: text), let schema = try? DataSchema(json) else { throw .value("a contract", UInt64(type)) }
    contracts.register(text, schema, for: Int(type), versionsMax: limits.contractVersions)
  }
}

extension BrokerMachine {
  /// The contracts for people: which types have one, in how many versions, and who reads what of them.
  var contractRows: [JSON] {
    contracts.versions.indices.filter(contracts.knows).prefix(limits.answerRows).map { type in
      let name = types.names[type]
      let readers = contracts.readers.filter { $0.reads.contains { $0.matches(name) } }
      return .object([
        .init("type", .string(name)), .init("versions", .integer(Int64(contracts.versions[type].count))),
        .init("readers", .array(readers.map { .string($0.credential) })),
      ])
    }
  }
}
