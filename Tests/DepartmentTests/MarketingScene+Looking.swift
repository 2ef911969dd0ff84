import Contracts
import Host
import Store
import Testing
import Wire

/// What marketing told and handed over, for tests that look.
extension MarketingScene {
  /// What marketing has told, in order.
  func told() throws -> [DomainEvent] {
    try store.read { try Outbox.rows(after: 0, limit: 100_000, bytesMax: .max, in: $0) }.map { row in
      let envelope = try Envelope(decoding: row.event)
      return try #require(try DomainEvent.decode(type: envelope.type, data: envelope.data))
    }
  }

  /// The types that marketing has told, without what stands around the word.
  func words() throws -> [String] { try told().map { $0.type.split(separator: ".").dropFirst().dropLast().joined(separator: ".") } }

  func spool() -> [JSON] {
    let folder = store.path.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/spool"
    return ((try? Files.names(in: folder)) ?? []).sorted().compactMap { try? JSON(parsing: Files.read("\(folder)/\($0)")) }
  }

  func messages() throws -> [MessageTurned] {
    try told().compactMap { if case .messageTurned(let message) = $0 { message } else { nil } }
  }

  func prepared() throws -> [AudiencePrepared] {
    try told().compactMap { if case .audiencePrepared(let fact) = $0 { fact } else { nil } }
  }

  func turns() throws -> [OfferTurned] {
    try told().compactMap { if case .offerTurned(let turned) = $0 { turned } else { nil } }
  }
}
