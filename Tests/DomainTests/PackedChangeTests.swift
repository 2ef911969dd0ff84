import Contracts
import MarketingDomain
import Testing

/// What remedies changed about orders, as marketing keeps it.
struct PackedChangeTests {
  private let order = Identifier<Order>(restoring: "o-1")

  private func remedy(_ change: RemedyChanged.Change) throws -> RemedyChanged {
    let euros = try #require(Currency("EUR"))
    let offer = try #require(OfferVersion("spring-sale@12"))
    return RemedyChanged(
      change: change, remedyID: RemedyID(key: RemedyKey(offer: offer.offer, order: order), ordinal: 3), offer: offer, orderID: order,
      kind: .priceAdjustment, basis: .honourFor, amount: Money(minor: 995, euros),
      lines: [.init(lineID: Identifier(restoring: "a"), amount: Money(minor: 990, euros)), .init(amount: Money(minor: 5, euros))],
      destination: .init(.customerCredit), state: .clawedBack, reason: "granted_cut", inputs: ["used": ["units": 7]])
  }

  @Test func `what bears on offers comes back, for each change`() throws {
    for change in RemedyChanged.Change.allCases {
      let fact = try remedy(change)
      let bytes = try #require(PackedChange.pack(fact))
      #expect(PackedChange.isPacked(bytes) && bytes.count < 90)
      #expect(try PackedChange.unpack(bytes, order: order) == fact)
      #expect(!PackedChange.isPacked(DomainEvent.remedyChanged(fact).encode()), "JSON is told apart")
    }
  }

  @Test func `each word has a code`() throws {
    var fact = try remedy(.posted)
    for kind in RemedyChanged.Kind.allCases {
      for basis in RemedyChanged.Basis.allCases {
        for state in RemedyChanged.State.allCases {
          for destination in RemedyChanged.Destination.Kind.allCases {
            (fact.kind, fact.basis, fact.state, fact.destination) = (kind, basis, state, .init(destination))
            #expect(try PackedChange.unpack(try #require(PackedChange.pack(fact)), order: order) == fact)
          }
        }
      }
    }
  }

  @Test func `bytes that are cut are no change and no crash`() throws {
    let bytes = try #require(PackedChange.pack(try remedy(.posted)))
    for count in 0..<bytes.count {
      #expect(throws: PackedFault.self) { try PackedChange.unpack(Array(bytes.prefix(count)), order: order) }
    }
  }
}
