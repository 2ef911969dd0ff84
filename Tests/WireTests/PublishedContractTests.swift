import Contracts
import Foundation
import Testing
import Wire

/// The departments' own contracts, as the gate and the broker see them.
@Suite struct PublishedContractTests {
  static let manifests = [
    Manifest(publishes: LedgerEvents.schemas), Manifest(publishes: MarketingEvents.schemas), Manifest(publishes: ServiceEvents.schemas),
  ]

  @Test(arguments: manifests) func `are taken by the gate, and fit into a hello with as much again`(_ manifest: Manifest) throws {
    _ = try ContractGate(manifest)
    let bytes = manifest.publishes.reduce(0) { $0 + $1.name.utf8.count + $1.value.bytes.count }
    #expect(bytes < WireLimits.helloBytesMax / 2, "\(bytes)")
  }

  @Test func `let every event pass that was ever published`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "ContractsTests/Golden")
    let gate = try ContractGate(Manifest(publishes: Self.manifests.flatMap(\.publishes)))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasSuffix(".schema.json") }
    #expect(names.count > 60)
    for name in names {
      let event = [UInt8](try Data(contentsOf: folder.appending(path: name)))
      #expect(throws: Never.self, "\(name)") { try gate.check(event) }
    }
  }
}
