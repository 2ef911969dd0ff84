import BrokerCore
import Contracts
import Journal
import Testing
import Wire

/// The contract at the gate: manifests are registered for good, events are held to them, and a change that breaks a reader is refused.
struct ContractTests {
  static let type = "ledger.order.captured.v1"
  static let schema: JSON = [
    "type": "object", "required": ["order_id"],
    "properties": ["order_id": ["type": "string"], "quantity": ["type": "integer", "minimum": 0]],
  ]
  static let wider: JSON = [
    "type": "object", "required": ["order_id"], "properties": ["order_id": ["type": "string"], "quantity": ["type": "integer"]],
  ]
  static let stricter: JSON = [
    "type": "object", "required": ["order_id", "channel"],
    "properties": ["order_id": ["type": "string"], "quantity": ["type": "integer", "minimum": 1], "channel": ["type": "string"]],
  ]

  @Test func `an event that breaks its contract uses up its number, also after a crash and a roll`() throws {
    let world = try World()
    try world.hello(1, "ledger", publishes: Self.schema)
    #expect(try world.publish(1, 1, #"{"order_id":"o1","quantity":2,"more":[1]}"#) == "accepted 1")
    let sentence =
      "The event breaks the contract of ledger.order.captured.v1: /data/quantity must not be below 0; correct what makes it, or the contract in the manifest."
    #expect(try world.publish(1, 2, #"{"order_id":"o1","quantity":-1}"#) == "refused 2 contract_mismatch \(sentence), accepted 2")
    #expect(try world.publish(1, 3, #"{"quantity":1}"#).hasPrefix("refused 3 contract_mismatch"))
    #expect(try world.publish(1, 4, nil).contains("/data is missing"))
    #expect(try world.publish(1, 5, #"{"order_id":"o5"}"#) == "accepted 5")
    for restart in 0..<2 {
      if restart == 1 { try world.stage.roll() }
      try world.stage.crash()
      let next = UInt64(6 + restart)
      try world.hello(2, "ledger", epoch: 2 + next)
      #expect(try world.publish(2, next, #"{"order_id":7}"#).contains("/data/order_id must be a string"))
    }
  }

  @Test func `what nobody has registered passes only from those who have said nothing`() throws {
    let world = try World()
    try world.hello(1, "marketing")
    #expect(try world.publish(1, 1, "1", type: "marketing.a.v1") == "accepted 1")
    try world.hello(2, "ledger", publishes: Self.schema)
    let refused = try world.publish(2, 1, "1", type: "ledger.other.v1")
    #expect(refused.hasPrefix("refused 1 contract_unknown The type ledger.other.v1 has no contract"))
    // Having said what it reads is having said what it publishes: nothing.
    try world.hello(3, "marketing", lineage: "M2", reads: [.init("ledger.*")])
    #expect(try world.publish(1, 2, "1", type: "marketing.a.v1").hasPrefix("refused 2 contract_unknown"))
    #expect(try world.publish(3, 1, "1", type: "marketing.a.v1").hasPrefix("refused 1 contract_unknown"))
    try world.stage.crash()
    try world.hello(4, "marketing", epoch: 9)
    #expect(try world.publish(4, 3, "1", type: "marketing.a.v1").hasPrefix("refused 3 contract_unknown"))
  }

  @Test func `a contract that would break a reader keeps its program out and names the reader`() throws {
    let world = try World()
    try world.hello(1, "ledger", publishes: Self.schema)
    try world.hello(2, "service", reads: [.init("ledger.*", fields: ["/order_id"])])
    try world.hello(3, "marketing", reads: [.init(Self.type)])
    let before = world.stage.machine.checkpoint()
    let closed = try world.hello(4, "ledger", epoch: 5, publishes: Self.wider)
    #expect(
      closed
        == "closed contract_incompatible The manifest's contract of ledger.order.captured.v1 would break marketing (/quantity may now be below 0); "
        + "keep what they read as strict as it was, or publish it as a new type.")
    // Nothing of it stays, and who was there goes on.
    #expect(world.stage.machine.checkpoint() == before)
    #expect(try world.publish(1, 1, #"{"order_id":"o1","quantity":-1}"#).hasPrefix("refused 1"))
    #expect(try world.publish(1, 2, #"{"order_id":"o1"}"#) == "accepted 2")
    // Once marketing does not read the field any more, nobody is broken.
    try world.hello(5, "marketing", epoch: 2, reads: [.init(Self.type, fields: ["/order_id"])])
    #expect(try world.hello(6, "ledger", epoch: 5, highest: 2, publishes: Self.wider) == "welcome 2")
    #expect(try world.publish(6, 3, #"{"order_id":"o1","quantity":-1}"#) == "accepted 3")
    #expect(try world.hello(7, "ledger", epoch: 6, highest: 3, publishes: [:]).hasPrefix("closed contract_incompatible"))
  }

  @Test func `what was written before the manifest may keep an older contract`() throws {
    let world = try World()
    try world.hello(1, "ledger", publishes: Self.schema)
    try world.hello(2, "service", reads: [.init("ledger.*")])
    let old = #"{"order_id":"o1","quantity":0}"#
    #expect(try world.publish(1, 1, old) == "accepted 1")
    // Two rows stand in the outbox when the new program starts.
    #expect(try world.hello(3, "ledger", epoch: 2, highest: 3, publishes: Self.stricter) == "welcome 1")
    #expect(try world.publish(3, 2, old) == "accepted 2")
    #expect(try world.publish(3, 3, #"{"order_id":3}"#).hasPrefix("refused 3"))
    #expect(try world.publish(3, 4, old).contains("/data/quantity must not be below 1"))
    #expect(try world.publish(3, 5, #"{"order_id":"o5","channel":"web","quantity":1}"#) == "accepted 5")
    // What was there before may come back, though it is looser.
    #expect(try world.hello(4, "ledger", epoch: 3, highest: 5, publishes: Self.schema) == "welcome 5")
    #expect(try world.publish(4, 6, old) == "accepted 6")
    #expect(try world.stage.remembered() == world.stage.machine.checkpoint())
  }

  @Test func `the same manifest again writes nothing`() throws {
    let world = try World()
    try world.hello(1, "ledger", publishes: Self.schema, reads: [.init("service.*")])
    let before = world.stage.machine.checkpoint()
    try world.hello(2, "ledger", publishes: Self.schema, reads: [.init("service.*")])
    #expect(world.stage.machine.checkpoint() == before)
  }

  @Test(arguments: [
    (
      "ledger.a.v1", #"{"pattern":"x"}"#, "ledger.*",
      "contract_schema The schema of ledger.a.v1 cannot be a contract: the gate does not check “pattern”"
    ),
    ("ledger.a.v1", "7", "ledger.*", "contract_schema"),
    ("marketing.a.v1", "{}", "ledger.*", "type_not_yours The manifest publishes marketing.a.v1"),
    ("ledger.a.v1", "{}", "*", "filter_not_allowed The manifest reads *"),
  ])
  func `a manifest that cannot be kept keeps its program out`(type: String, schema: String, reads: String, words: String) throws {
    let world = try World()
    let json = try JSON(parsing: schema)
    let before = world.stage.machine.checkpoint()
    let closed = try world.hello(1, "ledger", type: type, publishes: json, reads: [.init(reads)], may: ["ledger.*"])
    #expect(closed.hasPrefix("closed \(words)"), "\(closed)")
    #expect(world.stage.machine.checkpoint() == before)
  }

  @Test func `contracts have their limits`() throws {
    var limits = BrokerLimits()
    limits.contractBytes = 400
    limits.contractVersions = 2
    let world = try World(limits)
    var epoch: UInt64 = 1
    func say(_ schema: JSON, type: String = Self.type) throws -> String {
      epoch += 1
      return try world.hello(UInt32(epoch), "ledger", epoch: epoch, type: type, publishes: schema)
    }
    #expect(try say(Self.schema) == "welcome 0")
    let long = JSON.object([.init("title", .string(String(repeating: "x", count: 300)))])
    #expect(try say(long, type: "ledger.b.v1").hasPrefix("closed limit"))
    // Of three versions the oldest is forgotten: coming back it is a new one, here and in what the disk remembers.
    for minimum in [1, 2, 1] { #expect(try say(["minimum": .integer(Int64(minimum))]) == "welcome 0") }
    #expect(world.stage.machine.status()["contracts"]?.array?.first?["versions"] == 2)
    #expect(try world.stage.remembered() == world.stage.machine.checkpoint())
    #expect(try say([:]) == "welcome 0", "nobody reads it")
    let huge = JSON.object([.init("title", .string(String(repeating: "x", count: WireLimits.schemaBytesMax)))])
    #expect(try say(huge, type: "ledger.c.v1").hasPrefix("closed contract_schema"))
  }
}

/// A stage whose frames are decoded as the shell decodes them.
private final class World {
  let stage: Stage
  init(_ limits: BrokerLimits = BrokerLimits()) throws { stage = try Stage(limits: limits) }

  /// Says hello and tells what came back.
  @discardableResult
  func hello(
    _ id: UInt32, _ credential: String, epoch: UInt64 = 1, highest: UInt64 = 0, lineage: String = "L1", type: String = ContractTests.type,
    publishes schema: JSON? = nil, reads: [Manifest.Read] = [], may: [String] = ["*"]
  ) throws -> String {
    // Tests that care say how many rows the outbox holds; in the others they have all been published.
    let hello = Hello(
      version: 1, credential: credential, secret: "s", lineage: lineage, epoch: epoch,
      highestSequence: highest == 0 ? last[credential + lineage] ?? 0 : highest,
      manifest: Manifest(publishes: schema.map { [.init(type, $0)] } ?? [], reads: reads))
    try stage.apply(
      .hello(
        ConnectionID(id), hello, Rights(publish: ["\(credential).*"], subscribe: may, source: "/\(credential)")))
    lineages[id] = credential + lineage
    return try told(id)
  }

  private var last: [String: UInt64] = [:]
  private var lineages: [UInt32: String] = [:]

  func publish(_ id: UInt32, _ sequence: UInt64, _ data: String?, type: String = ContractTests.type) throws -> String {
    let source = type.split(separator: ".")[0]
    let event =
      #"{"specversion":"1.0","id":"e\#(sequence)","source":"/\#(source)","type":"\#(type)""# + (data.map { ",\"data\":\($0)" } ?? "") + "}"
    let payload = Array(#"{"op":"publish","sequence":\#(sequence),"event":\#(event)}"#.utf8)
    try payload.withUnsafeBytes { bytes in
      guard case .publish(let publish) = try ClientMessageDecoder.decode(bytes) else { return }
      try stage.publish(ConnectionID(id), publish, bytes)
    }
    if let lineage = lineages[id] { last[lineage] = max(sequence, last[lineage] ?? 0) }
    return try told(id)
  }

  private func told(_ id: UInt32) throws -> String {
    try stage.turn()
    #expect(try stage.remembered() == stage.machine.checkpoint(), "what the disk remembers is not what the machine knows")
    return stage.takeReleased().compactMap { effect in
      switch effect {
      case .accepted(ConnectionID(id), let through, _): "accepted \(through)"
      case .send(ConnectionID(id), .refused(let sequence, let why)): "refused \(sequence) \(why.code) \(why.sentence)"
      case .send(ConnectionID(id), .welcome(let welcome)): "welcome \(welcome.lastSequence)"
      case .close(ConnectionID(id), let why): "closed \(why.code) \(why.sentence)"
      default: nil
      }
    }.joined(separator: ", ")
  }
}
