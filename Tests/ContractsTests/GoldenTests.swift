import Contracts
import Foundation
import Testing

/// Events as they were published once: whatever the code becomes, it must still read them, and write them byte for byte.
///
/// A file is never changed after it has landed; a new version of an event, or a new member, gets a file of its own.
@Suite struct GoldenTests {
  /// Each file, sealed by its SHA-256, and whether today's code writes exactly these bytes again. A file from a newer program, with
  /// members that this build skips, is read only.
  static let files: [(name: String, digest: String, isWrittenAgain: Bool)] = orders + facts + care
  private static let orders: [(name: String, digest: String, isWrittenAgain: Bool)] = [
    ("ledger.order.captured.v1.full.json", "644c4061a48d7e17d490a5c7c98140deeef8e848a1b1e62ab568d136df0864d7", true),
    ("ledger.order.captured.v1.least.json", "46457f2b319290c121ab965de55aff5b39c7bd03a72763d9a92b3bc07c8bb2f4", true),
    ("ledger.order.captured.v1.newer.json", "af91a84343190a55867cde4033d1207996553869ab3f0237c07c0c79d1be2b67", false),
  ]

  @Test(arguments: files.map(\.name)) func `reads and writes what was published`(_ name: String) throws {
    let file = try #require(Self.files.first { $0.name == name })
    let bytes = try Self.bytes(name)
    #expect(Hex.encode(SHA256.hash(bytes)) == file.digest, "\(name) was changed; published events do not change")
    let envelope = try Envelope(decoding: bytes)
    #expect(envelope.bytes + [0x0A] == bytes)
    let event = try #require(try DomainEvent.decode(type: envelope.type, data: envelope.data), "\(envelope.type) is not known any more")
    #expect(event.key == envelope.partitionKey)
    let isSame = event.encode() == envelope.data
    #expect(isSame == file.isWrittenAgain)
  }

  @Test func `holds every file of the folder`() throws {
    let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".json") }
    let schemas = FactTests.published.map { "\($0.name).schema.json" }
    #expect(found.sorted() == (Self.files.map(\.name) + schemas).sorted())
  }

  /// The schemas stand beside the events, so that another reader can hold one against the other. They may grow.
  @Test func `keeps the schemas as they are in the code`() throws {
    for schema in FactTests.published {
      #expect(String(decoding: try Self.bytes("\(schema.name).schema.json"), as: UTF8.self) == schema.value.text + "\n")
    }
  }

  @Test func `means the samples`() throws {
    #expect(try Self.event("ledger.order.captured.v1.full.json") == .orderCaptured(OrderCapturedTests.full()))
    #expect(try Self.event("ledger.order.captured.v1.least.json") == .orderCaptured(OrderCapturedTests.least()))
    #expect(try Self.event("ledger.order.captured.v1.newer.json") == .orderCaptured(OrderCapturedTests.full()))
    #expect(try Self.event("ledger.order.captured.v1.grown.json") == .orderCaptured(OrderCapturedTests.grown()))
    for sample in FactTests.samples { #expect(try Self.event(sample.name) == sample.event, "\(sample.name)") }
  }

  static func event(_ name: String) throws -> DomainEvent? {
    let envelope = try Envelope(decoding: bytes(name))
    return try DomainEvent.decode(type: envelope.type, data: envelope.data)
  }

  static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name))) }
  static var folder: URL { URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden") }
}
