import Contracts

/// The messages that open things: once a connection or once a subscription.
extension ClientMessageDecoder {
  static func hello(_ walk: inout MemberWalk) throws(WireFault) -> Hello {
    var version: UInt64?
    var credential: String?
    var secret: String?
    var hello = Hello(version: 0, credential: "", secret: "", lineage: nil, epoch: 0, highestSequence: 0, manifest: Manifest())
    while try walk.next() {
      switch walk.name {
      case "version": version = try walk.number()
      case "credential": credential = try walk.plainName(WireLimits.credentialBytesMax, of: .credential)
      case "secret": secret = try walk.text(1...WireLimits.secretBytesMax)
      case "lineage": hello.lineage = try walk.plainName(WireLimits.lineageBytesMax, of: .lineage)
      case "epoch": hello.epoch = try walk.number() ?? 0
      case "highest": hello.highestSequence = try walk.number() ?? 0
      case "manifest": hello.manifest = try manifest(&walk)
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let version else { throw .missing("version") }
    guard let credential else { throw .missing("credential") }
    guard let secret else { throw .missing("secret") }
    hello.version = Int(version)
    hello.credential = credential
    hello.secret = secret
    return hello
  }

  private static func manifest(_ outer: inout MemberWalk) throws(WireFault) -> Manifest {
    var manifest = Manifest()
    guard try outer.beginsObject() else { return manifest }
    var walk = unsafe try MemberWalk(outer.bytes, from: outer.offset, depth: outer.depth)
    while try walk.next() {
      switch walk.name {
      case "publishes":
        guard try walk.beginsObject() else { continue }
        manifest.publishes = try walk.json().object ?? []
      case "reads":
        var reads: [Manifest.Read] = []
        let present = try walk.elements("reads", limit: WireLimits.rangesMax) { walk throws(WireFault) in
          reads.append(try read(&walk))
        }
        if present { manifest.reads = reads }
      default: try walk.skip()
      }
    }
    outer.offset = walk.offset
    return manifest
  }

  /// A type, or an object that also says which fields of it.
  private static func read(_ outer: inout MemberWalk) throws(WireFault) -> Manifest.Read {
    guard outer.nextByte == .braceOpen else { return Manifest.Read(try outer.filter()) }
    var type: String?
    var fields: [String] = []
    var walk = unsafe try MemberWalk(outer.bytes, from: outer.offset, depth: outer.depth + 1)
    while try walk.next() {
      switch walk.name {
      case "type": type = try walk.filter()
      case "fields":
        _ = try walk.elements("fields", limit: WireLimits.readFieldsMax) { walk throws(WireFault) in
          guard let field = try walk.text(0...WireLimits.fieldBytesMax, wanted: .pointer), field.isEmpty || field.hasPrefix("/") else {
            throw walk.wrong(.pointer)
          }
          fields.append(field)
        }
      default: try walk.skip()
      }
    }
    outer.offset = walk.offset
    guard let type else { throw .missing("type") }
    return Manifest.Read(type, fields: fields)
  }

  static func subscribe(_ walk: inout MemberWalk) throws(WireFault) -> Subscribe {
    var handle: UInt32?
    var name: String?
    var subscribe = Subscribe(
      handle: 0, name: "", filters: [], start: .new, deadKey: .park, creditMessages: 0, creditBytes: 0)
    while try walk.next() {
      switch walk.name {
      case "handle": handle = try walk.handle()
      case "name": name = try walk.plainName(WireLimits.subscriptionBytesMax, of: .subscription)
      case "filters":
        var filters: [String] = []
        _ = try walk.elements("filters", limit: WireLimits.filtersMax) { walk throws(WireFault) in
          filters.append(try walk.filter())
        }
        subscribe.filters = filters
      case "start": subscribe.start = try start(&walk)
      case "dead_key":
        guard let text = try walk.text(wanted: .deadKey) else { continue }
        guard let deadKey = Subscribe.DeadKey(rawValue: text) else { throw walk.wrong(.deadKey) }
        subscribe.deadKey = deadKey
      case "messages": subscribe.creditMessages = Int(try walk.number() ?? 0)
      case "bytes": subscribe.creditBytes = Int(try walk.number() ?? 0)
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let handle else { throw .missing("handle") }
    guard let name else { throw .missing("name") }
    subscribe.handle = handle
    subscribe.name = name
    return subscribe
  }

  private static func start(_ outer: inout MemberWalk) throws(WireFault) -> Subscribe.Start {
    guard outer.nextByte == .braceOpen else {
      switch try outer.text(wanted: .start) {
      case "new", nil: return .new
      case "beginning": return .beginning
      default: throw outer.wrong(.start)
      }
    }
    var position: UInt64?
    var time: Timestamp?
    var walk = unsafe try MemberWalk(outer.bytes, from: outer.offset, depth: outer.depth)
    while try walk.next() {
      switch walk.name {
      case "position": position = try walk.number()
      case "time": time = try walk.instant()
      default: try walk.skip()
      }
    }
    outer.offset = walk.offset
    switch (position, time) {
    case (let position?, nil): return .position(position)
    case (nil, let time?): return .time(time)
    case (nil, nil), (_?, _?): throw outer.wrong(.start)
    }
  }

  static func unsubscribe(_ walk: inout MemberWalk) throws(WireFault) -> ClientMessage {
    var handle: UInt32?
    var forget = false
    while try walk.next() {
      switch walk.name {
      case "handle": handle = try walk.handle()
      case "forget": forget = try walk.flag() ?? false
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let handle else { throw .missing("handle") }
    return .unsubscribe(handle: handle, forget: forget)
  }
}

/// Names that go into file names, log lines and the broker's tables.
enum PlainName {
  case credential, lineage, subscription

  func allows(_ byte: UInt8) -> Bool {
    switch self {
    case .credential:
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (.zero ... .nine).contains(byte) || byte == .minus
    case .lineage:
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (.zero ... .nine).contains(byte) || byte == .minus || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    case .subscription: byte > 0x20 && byte < 0x7F && byte != .quote && byte != .backslash
    }
  }
}

extension MemberWalk {
  mutating func plainName(_ bytesMax: Int, of kind: PlainName) throws(WireFault) -> String? {
    guard let text = try text(1...bytesMax, wanted: .name) else { return nil }
    for byte in text.utf8 where !kind.allows(byte) { throw wrong(.name) }
    return text
  }

  /// An exact type, `prefix.*`, or `*`.
  mutating func filter() throws(WireFault) -> String {
    guard let text = try text(1...WireLimits.eventTypeBytesMax, wanted: .name) else { throw wrong(.name) }
    if let star = text.utf8.firstIndex(of: UInt8(ascii: "*")) {
      let prefix = text.utf8[..<star]
      guard text.utf8.index(after: star) == text.utf8.endIndex, prefix.isEmpty || prefix.last == UInt8(ascii: ".") else {
        throw wrong(.name)
      }
    }
    return text
  }
}
