import Contracts
import HTTP
import Host
import MarketingDomain

/// Marketing's doors.
struct API: Sendable {
  let desk: DepartmentDesk
  let hearing: Hearing

  var routes: [Route] { offers + HoldDoors(desk: desk).routes }

  private var offers: [Route] {
    buyers + CampaignDoors(desk: desk).routes + OfferDoors(desk: desk, hearing: hearing).routes
      + AudienceDoors(desk: desk, hearing: hearing).routes
      + QuestionDoors(desk: desk).routes
  }

  private var buyers: [Route] {
    [
      Route(.get, "/v1/buyers", "how many people have bought, and how many orders there were") { request, _ in
        desk.question(request) { snapshot in
          let totals = try Buyers.totals(in: snapshot)
          return .json(.object([.init("buyers", .integer(totals.buyers)), .init("orders", .integer(totals.orders))]))
        }
      },
      Route(.get, "/v1/buyers/{id}", "one buyer: orders, first and last") { request, parameters in
        desk.question(request) { snapshot in
          guard let id = try? Identifier<Person>(parameters["id"]), let buyer = try Buyers.find(id, in: snapshot) else {
            return .problem(
              status: 404, code: "no_buyer", detail: "\(parameters["id"]) has not bought anything yet, as far as marketing has heard")
          }
          return .json(
            .object([
              .init("person_id", .string(buyer.person.text)), .init("orders", .integer(buyer.orders)),
              .init("first_placed_at", .string(buyer.firstPlacedAt.description)),
              .init("last_placed_at", .string(buyer.lastPlacedAt.description)),
            ]))
        }
      },
    ]
  }
}
