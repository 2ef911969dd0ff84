import Contracts
import Foundation
import ServiceDomain
import TestKit
import Testing

/// Where a fact belongs at customer service, and how an agent reads it.
struct ServiceDomainTests {
  @Test func `an order stands where it was placed, whoever's it is`() throws {
    var draft = OrderDraft("o-1")
    draft.placedAt = OrderDraft.day.adding(.seconds(-60))
    let place = FactPlace(mark: "", person: Identifier(restoring: "ada"), time: draft.placedAt)
    #expect(ServiceDomain.decide(.orderCaptured(try draft.order()), at: OrderDraft.day) == .keep(place))
    draft.personID = nil
    let nobodys = FactPlace(mark: "", person: nil, time: draft.placedAt)
    #expect(ServiceDomain.decide(.orderCaptured(try draft.order()), at: OrderDraft.day) == .keep(nobodys))
  }

  /// Lines, charges, a tax that is not in the price, and how an agent reads it.
  @Test(
    arguments: [
      ([4_995], [], "ordered o-1 (web): 1 line, 49.95 EUR"), ([4_995, 5], [995], "ordered o-1 (web): 2 lines, 59.95 EUR"),
      ([0], [], "ordered o-1 (web): 1 line, 0.00 EUR"), ([1, 1, 1], [], "ordered o-1 (web): 3 lines, 0.03 EUR"),
    ] as [([Int64], [Int64], String)])
  func `an agent reads what was bought and what it came to`(lines: [Int64], charges: [Int64], sentence: String) throws {
    var draft = OrderDraft("o-1")
    draft.lines = lines.enumerated().map { OrderDraft.line("\($0.offset)", $0.element) }
    draft.charges = charges.map { OrderCaptured.Charge(method: "standard", paid: OrderDraft.euros($0)) }
    #expect(Telling.sentence(.orderCaptured(try draft.order())) == sentence)
  }

  @Test func `the largest order that the contract lets through has a sum`() throws {
    var draft = OrderDraft("o-1")
    draft.lines = (0..<Limits.orderLinesMax).map { OrderDraft.line("\($0)", Limits.amountMax) }
    draft.charges = Array(
      repeating: OrderCaptured.Charge(method: "standard", paid: OrderDraft.euros(Limits.amountMax)), count: Limits.orderChargesMax)
    let sum = Money(minor: Limits.amountMax * 1_050, OrderDraft.euros(0).currency)
    #expect(Telling.sentence(.orderCaptured(try draft.order()))?.hasSuffix(", \(sum)") == true)
  }

  /// By the samples that the contract keeps of every type.
  @Test func `whatever stands on a timeline has a sentence, and nothing else has`() throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("ContractsTests/Golden")
    let names = try FileManager.default.contentsOfDirectory(atPath: golden.path).filter { $0.contains(".full.") }
    #expect(names.count > 60)
    for name in names {
      let envelope = try Envelope(decoding: Array(Data(contentsOf: golden.appendingPathComponent(name))))
      let event = try #require(try DomainEvent.decode(type: envelope.type, data: envelope.data))
      #expect((EntryKind(event) == nil) == (Telling.sentence(event) == nil), "\(name)")
    }
  }
}
