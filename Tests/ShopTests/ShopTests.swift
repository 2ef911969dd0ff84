import Contracts
import Shop
import TestKit
import Testing

/// The built-in shop keeps its own promises: others build on what it says.
@Suite struct ShopTests {
  @Test(arguments: Shop.orders.map(\.id))
  func `an order keeps the contract, and its tenders pay for it`(_ id: String) throws {
    let sale = try #require(Shop.orders.first { $0.id == id })
    let order = try sale.captured()
    #expect(order.orderID.text == sale.id && order.personID?.text == sale.customer)
    #expect(order.placedAt <= order.capturedAt)
    #expect(sale.tenders.reduce(0) { $0 + $1.amount } == sale.total, "\(sale.total)")
    for line in sale.lines { #expect(!line.isKnown || Shop.product(line.sku) != nil, "\(line.sku)") }
    for charge in sale.shipping { #expect(Shop.shippingMethods.contains { $0.id == charge.method }, "\(charge.method)") }
    if let customer = sale.customer { #expect(Shop.customers.contains { $0.id == customer }, "\(customer)") }
  }

  @Test func `ids name one thing each`() {
    for ids in [
      Shop.orders.map(\.id), Shop.customers.map(\.id), Shop.staff.map(\.id), Shop.products.map(\.sku), Shop.offers.map(\.id),
      Shop.campaigns.map(\.id), Shop.shippingMethods.map(\.id),
    ] { #expect(Set(ids).count == ids.count) }
  }

  @Test func `six agents, three marketers and a supervisor work here`() {
    func active(_ role: Shop.Colleague.Role) -> Int { Shop.staff.count { $0.role == role && $0.isActive } }
    #expect(active(.agent) == 6 && active(.marketer) == 3 && active(.supervisor) == 1)
    #expect(Shop.colleague("marketer/otto")?.isActive == false && Shop.colleague("marketer/nobody") == nil)
  }

  @Test func `what points at people points at somebody`() {
    let customers = Set(Shop.customers.map(\.id))
    for customer in Shop.customers { #expect(customers.isSuperset(of: customer.members + [customer.guardian].compactMap(\.self))) }
    for (audience, people) in Shop.audiences { #expect(customers.isSuperset(of: people), "\(audience)") }
    for campaign in Shop.campaigns {
      #expect(Shop.colleague(campaign.owner)?.isActive == true && Shop.colleague(campaign.approvedBy)?.role == .supervisor)
    }
    #expect(Shop.customersWithoutEmail.allSatisfy { $0.email.address == nil && $0.agreedAt == nil })
    #expect(Shop.customers.allSatisfy { !$0.isChild || $0.agreedAt == nil }, "nothing is marketed to a child")
  }

  @Test(arguments: Shop.offers)
  func `an offer's document reads as JSON and names what is there`(_ offer: Shop.OfferText) throws {
    let document = try JSON(parsing: Array(offer.text.utf8))
    #expect(document["offer_id"]?.string == offer.id && document["schema"] == "accord.offer/1")
    for member in ["owner", "service_contact"] {
      let colleague = try #require(Shop.colleague(document[member]?.string ?? ""))
      #expect(colleague.isActive, "\(colleague.id)")
    }
    let campaign = try #require(Shop.campaigns.first { $0.id == document["campaign_id"]?.string })
    let reserve = try #require(document["budget"]?["reserve"]?["amount_minor"]?.integer)
    #expect(reserve <= campaign.budget)
    #expect(Shop.audiences[document["targeting"]?["audience_id"]?.string ?? ""] != nil)
  }

  @Test func `nobody's name, street, phone or email stands in an order or an offer`() {
    let told = Shop.orders.map { String(decoding: $0.json.bytes, as: UTF8.self) } + Shop.offers.map(\.text)
    for customer in Shop.customers {
      for secret in [customer.name, customer.street, customer.phone, customer.email.address].compactMap(\.self) {
        #expect(!told.contains { $0.contains(secret) }, "\(secret)")
      }
    }
  }
}
