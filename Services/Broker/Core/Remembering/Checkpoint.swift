import Contracts
import Wire

// The machine's whole durable memory in one piece, for the head of each segment. Little-endian, as records are:
//
//  u32 version (1, or 2 where sections follow), i64 newest instant of acceptance, u64 position of the newest event
//  producers      list of: text credential, text lineage, u64 epoch, u64 last, u64 last position, u64 forget,
//                 u64 next forget, u64 its position, text id of the last event (empty: not known)
//  types          list of text
//  subscriptions  list of: u8 open; where open: row, u64 floor, islands, troubles, list of letters
//  contracts      list of: u32 type, list of text schemas, the newest last
//  manifests      list of: text credential, list of reads
//  sections       list of: u8 number, u32 length, its bytes; ascending, empty ones left out, and with none of them the version is 1:
//                 1 disk (CheckpointDisk.swift)
//                 2 interventions (Interventions.swift)
//                 3 holes (HoleNote.swift), as record 30
//
// What a record tells and what a checkpoint tells are the same: replaying into an empty machine and restoring the checkpoint
// of a machine that lived through it give equal checkpoints.
extension BrokerMachine {
  private static let version: UInt32 = 1
  /// Of a checkpoint with sections at its end.
  private static let versionOfSections: UInt32 = 2

  /// What has come to the checkpoint since version 1, each in its own file: its number, what it holds now, how it is taken back.
  private func sections() -> [(number: UInt8, bytes: [UInt8])] {
    [(1, diskSection()), (2, interventionSection()), (3, holeSection())].filter { !$0.bytes.isEmpty }
  }

  private mutating func restore(section number: UInt8, _ bytes: inout ByteReader) throws(MemoryFault) {
    switch number {
    case 1: try restoreDisk(&bytes)
    case 2: try restoreInterventions(&bytes)
    case 3: noted = try bytes.holeNote()
    case let other: throw .value("a checkpoint's section", UInt64(other))
    }
  }

  /// All that must survive, as of everything that was applied. Equal states give equal bytes.
  package func checkpoint() -> [UInt8] {
    var out = ByteWriter()
    let sections = sections()
    out.put(sections.isEmpty ? Self.version : Self.versionOfSections)
    out.put(lastAccepted)
    out.put(newest)
    out.put(count: producers.count)
    for (number, producer) in producers.list.enumerated() {
      out.put(producer.credential)
      out.put(producer.lineage)
      out.put(producer.epoch)
      out.put(producer.last)
      out.put(producer.lastPosition)
      out.put(producer.forget)
      out.put(producer.nextForget)
      out.put(producer.nextForgetPosition)
      out.put(producers.lastID(number) ?? "")
    }
    out.put(types.names) { $0.put($1) }
    out.put(subscriptions) { out, subscription in
      out.put(subscription.isOpen)
      guard subscription.isOpen else { return }
      subscription.row.encode(into: &out)
      out.put(subscription.progress.floor)
      out.put(subscription.progress.islands) { $0.put($1) }
      out.put(subscription.troubles.list) { $0.put($1) }
      out.put(subscription.dead.list) { $0.put($1) }
    }
    out.put(contracts.versions.indices.filter(contracts.knows)) { out, type in
      out.put(UInt32(type))
      out.put(contracts.versions[type]) { $0.put($1.text) }
    }
    out.put(contracts.readers) { out, reader in
      out.put(reader.credential)
      out.put(reader.reads) { $0.put($1) }
    }
    if sections.isEmpty { return out.bytes }
    out.put(sections) { out, section in
      out.put(section.number)
      out.put(count: section.bytes.count)
      out.put(bytes: section.bytes)
    }
    return out.bytes
  }

  /// Takes back what `checkpoint` gave. Into a fresh machine, before any `replay`.
  package mutating func restore(checkpoint: UnsafeRawBufferPointer) throws {
    var bytes = ByteReader(checkpoint)
    let version = try bytes.u32()
    guard version == Self.version || version == Self.versionOfSections else { throw MemoryFault.version(version) }
    lastAccepted = try bytes.instant()
    newest = try bytes.place()
    clock.remember(lastAccepted)
    for _ in 0..<(try bytes.u32()) {
      var producer = Producers.Producer(credential: try bytes.text(), lineage: try bytes.text(), epoch: try bytes.u64())
      producer.last = try bytes.sequence()
      producer.lastPosition = try bytes.place()
      producer.forget = try bytes.sequence()
      producer.nextForget = try bytes.sequence()
      producer.nextForgetPosition = try bytes.place()
      producers.add(producer)
      var id = try bytes.text()
      id.withUTF8 { producers.note(id: UnsafeRawBufferPointer($0), of: producers.count - 1) }
    }
    for _ in 0..<(try bytes.u32()) { addType(try bytes.text()) }
    for number in 0..<(try bytes.u32()) {
      guard try bytes.bool() else {
        subscriptions.append(.vacant(number, limits: limits, hash: hash))
        continue
      }
      let row = try SubscriptionRow(&bytes)
      var subscription = Subscription(number, row, floor: 0, limits: limits, hash: hash)
      subscription.progress = Progress(floor: try bytes.place(), islands: try bytes.islands())
      subscription.troubles = Troubles(try bytes.troubles())
      subscription.dead = DeadLetters(
        try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.letter() })
      subscription.types = wantedTypes(row)
      subscriptions.append(subscription)
    }
    try restoreContracts(&bytes)
    if version == Self.versionOfSections { try restoreSections(&bytes) }
    guard bytes.isAtEnd else { throw MemoryFault.long }
  }

  private mutating func restoreSections(_ bytes: inout ByteReader) throws(MemoryFault) {
    for _ in 0..<(try bytes.u32()) {
      let number = try bytes.u8()
      var section = try bytes.part(Int(try bytes.u32()))
      try restore(section: number, &section)
      guard section.isAtEnd else { throw .long }
    }
  }

  private mutating func restoreContracts(_ bytes: inout ByteReader) throws(MemoryFault) {
    for _ in 0..<(try bytes.u32()) {
      let type = try bytes.u32()
      for _ in 0..<(try bytes.u32()) { try foldContract(type, try bytes.text()) }
    }
    for _ in 0..<(try bytes.u32()) {
      let credential = try bytes.text()
      contracts.note(try bytes.reads(), of: credential)
    }
  }
}
