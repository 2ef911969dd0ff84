import Contracts
import Host
import MarketingDomain
import Store

/// Where messages lie for whoever sends them: one file each beside the store, made once and whole.
struct Spool {
  /// What a sender needs; who the person is and where they live it asks the ledger.
  struct Letter {
    let id: Identifier<Contracts.Letter>
    let offer: OfferVersion
    let person: Identifier<Person>
    let purpose: Purpose
    let channel: String
    let judged: Judging.Judged
    let revision: Int64
    let handedOverAt: Timestamp
    let template: String?
    let remedies: [Remedies.Untold]
  }

  private let folder: String

  init(_ desk: DepartmentDesk) {
    let store = desk.store.path
    folder = (store.lastIndex(of: "/").map { String(store[..<$0]) } ?? ".") + "/spool"
  }

  func holds(_ id: Identifier<Contracts.Letter>) -> Bool { Files.exists(path(id)) }

  /// Makes the file, durably; one that is there stays as it is.
  func put(_ letter: Letter) throws {
    try Files.makeFolder(folder)
    _ = try Files.create(letter.json.bytes, at: path(letter.id))
  }

  private func path(_ id: Identifier<Contracts.Letter>) -> String { "\(folder)/\(id.text).json" }
}

extension Spool.Letter {
  fileprivate var json: JSON {
    var members: [JSON.Member] = [
      .init("message_id", .string(id.text)), .init("offer_id", .string(offer.offer.text)), .init("version", .integer(Int64(offer.version))),
      .init("person_id", .string(person.text)), .init("purpose", .string(purpose.rawValue)), .init("channel", .string(channel)),
      .init("verdict", .string(judged.verdict.kind.rawValue)), .init("reason", .string(judged.verdict.reason)),
      .init("revision", .integer(revision)), .init("invites", .bool(judged.verdict.invites)),
      .init("handed_over_at", .string(handedOverAt.description)),
    ]
    if let locale = judged.locale { members.append(.init("locale", .string(locale))) }
    if let template { members.append(.init("template_id", .string(template))) }
    if !remedies.isEmpty {
      members.append(
        .init(
          "remedies",
          .array(
            remedies.map { remedy in
              [
                "remedy_id": .string(remedy.remedyID), "basis": .string(remedy.basis),
                "amount": ["amount_minor": .integer(remedy.amount), "currency": .string(remedy.currency)],
              ]
            })))
    }
    return .object(members)
  }
}
