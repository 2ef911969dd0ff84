import Contracts
import HTTP
import Host
import Store

/// What marketing knows of who is to be left alone: people see it, and measurements see when it got here.
struct HoldDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(
        .get, "/v1/customers/{id}/holds", "the holds of a customer as marketing has heard of them, latest first: ?limit=N",
        query: ["limit": .number(1...1_000)]
      ) {
        request, parameters in
        desk.question(request) { snapshot in
          guard let person = try? Identifier<Person>(parameters["id"]) else {
            return .problem(status: 400, code: "customer_id", detail: "“\(parameters["id"])” is no customer's id; correct it")
          }
          guard let limit = Int64(request.query("limit") ?? "100"), (1...1_000).contains(limit) else {
            return .problem(status: 400, code: "limit", detail: "limit is a number from 1 to 1000; correct the query")
          }
          let holds = try snapshot.all(
            "SELECT hold_id, scope, scope_id, until_at, at FROM hold WHERE person_id = ?1 ORDER BY at DESC, hold_id LIMIT ?2",
            .text(person.text), .integer(limit)
          ) { row throws(StoreFault) in
            var members: [JSON.Member] = [.init("hold_id", .string(try row.text(0))), .init("scope", .string(try row.text(1)))]
            if let id = try row.optionalText(2) { members.append(.init("scope_id", .string(id))) }
            let until = try row.timestamp(3)
            if until != .last { members.append(.init("until", .string(until.description))) }
            members.append(.init("at", .string(try row.timestamp(4).description)))
            return JSON.object(members)
          }
          return .json(.object([.init("person_id", .string(person.text)), .init("holds", .array(holds))]))
        }
      }
    ]
  }
}
