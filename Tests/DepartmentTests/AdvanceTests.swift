import Contracts
import HTTP
import TestKit
import Testing

/// Customer service hears what it pays in advance for campaigns without money, and when it has it back.
struct AdvanceTests {
  private func budget(_ kind: BudgetChanged.Kind, _ minor: Int64, owed: Int64, entry: Int64?) -> DomainEvent {
    .budgetChanged(
      BudgetChanged(
        kind: kind, campaignID: Identifier(restoring: "spring"), offerID: Identifier(restoring: "sunday"), amount: OrderDraft.euros(minor),
        outstanding: OrderDraft.euros(owed), entry: entry))
  }

  private func line(_ scene: CareScene) throws -> String {
    let one = try #require(try scene.get("/v1/advances")["advances"]?.array?.first)
    return ["outstanding", "advanced", "repaid"].map { "\(one[$0]?["amount_minor"]?.integer ?? -1)" }.joined(separator: " ")
      + (one["exhausted_since"] == nil ? "" : " used up")
  }

  @Test func `used up, advanced, repaid, used up again; what is told twice counts once`() throws {
    let scene = try CareScene()
    #expect(try scene.get("/v1/advances")["advances"]?.array?.isEmpty == true)
    try scene.hear(budget(.exhausted, 995, owed: 995, entry: nil))
    #expect(try line(scene) == "995 0 0 used up")
    try scene.hear(budget(.advanced, 995, owed: 995, entry: 7))
    try scene.hear(budget(.advanced, 995, owed: 995, entry: 7), budget(.advanced, 500, owed: 1_495, entry: 9))
    #expect(try line(scene) == "1495 1495 0 used up")
    try scene.hear(budget(.repaid, 1_495, owed: 0, entry: 12))
    #expect(try line(scene) == "0 1495 1495")
    try scene.advance(by: .seconds(60))
    try scene.hear(budget(.exhausted, 10, owed: 10, entry: nil), budget(.advanced, 10, owed: 10, entry: 20))
    #expect(try line(scene) == "10 1505 1495 used up")
    #expect(try scene.premises.findings() == [])
  }
}
