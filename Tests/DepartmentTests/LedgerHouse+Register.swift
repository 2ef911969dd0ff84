import Contracts
import HTTP

/// What tests of the register of disconnects begin with, and how they look at it.
extension LedgerHouse {
  /// So many people, p-0 and on, have ordered a lamp with shipping, O-0 and on, before `offer` begins; now it has begun.
  static func begun(_ offer: PlannedOffer, orders: Int) throws -> LedgerHouse {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    for number in 0..<orders {
      try house.capture(.dollars("O-\(number)", at: house.now, [("LAMP", 4_000)], shipping: 995, person: "p-\(number)"))
    }
    try house.launch(offer)
    try house.advance(to: offer.startsAt)
    return house
  }

  func register(_ query: [(String, String)] = []) throws -> [JSON] {
    try premises.ask(.get, "/v1/disconnects", query: query).json["disconnects"]?.array ?? []
  }

  /// Outcomes of one kind, by what they are about.
  func outcomes(_ kind: String) throws -> [String] { try register([("kind", kind)]).compactMap { $0["outcome"]?.string }.sorted() }

  func causes(_ kind: String, _ outcome: String) throws -> [String] {
    try register([("kind", kind), ("outcome", outcome)]).compactMap { $0["cause"]?.string }
  }
}
