import Contracts
import HTTP
import Testing

/// What a careful route refuses by itself, and what it lets through to its handler.
struct CarefulRouteTests {
  private static let route = Route(
    .post, "/v1/things/{id}", "does something", path: ["id": .id],
    query: ["limit": .number(1...10), "at": .instant, "all": .flag, "tag": .language, "kind": .oneOf(["a", "b"])],
    members: ["name": .text, "by": .id, "why": .sentence, "much": .number, "now": .flag, "parts": .list, "whole": .object]
  ) { _, _ in .text("let in") }.careful

  private func ask(
    id: String = "x-1", query: [(String, String)] = [], type: String? = nil, body: String = ""
  ) -> Response {
    var headers = Headers()
    if let type { headers.set("Content-Type", type) }
    return Self.route.handler(
      Request(
        method: .post, path: "/v1/things/x", segments: ["v1", "things", id],
        query: query.map { Request.QueryItem(name: $0.0, value: $0.1) }, headers: headers, body: Array(body.utf8)),
      PathParameters([("id", id)]))
  }

  @Test func `what is declared is let in, and null is nothing`() {
    #expect(ask().status == 200)
    let query = [("limit", "10"), ("at", "2026-05-10T04:00:00Z"), ("all", "false"), ("tag", "es-US"), ("kind", "b")]
    let body = """
      {"name": "n", "by": "agent/ines@2", "why": "because", "much": 3, "now": true, "parts": [], "whole": {}}
      """
    #expect(ask(query: query, type: "application/json; charset=utf-8", body: body).status == 200)
    #expect(ask(type: "application/cloudevents+json", body: "{\"name\": null, \"much\": null}").status == 200)
    #expect(ask(type: "APPLICATION/X-NDJSON", body: "{}\n{}").status == 200)
    // What is no object the door refuses in its own words.
    #expect(ask(body: "[1]").status == 200)
  }

  @Test(arguments: [
    ("limit", "11"), ("limit", "0"), ("limit", "ten"), ("at", "noon"), ("all", "yes"), ("tag", "a_b"), ("kind", "c"), ("other", "1"),
  ]) func `what the query cannot hold is refused under its name`(name: String, value: String) throws {
    try refused(ask(query: [(name, value)]), 400, name)
  }

  @Test(arguments: [
    ("name", "{\"name\": 7}"), ("by", "{\"by\": \"a b\"}"), ("by", "{\"by\": {}}"), ("much", "{\"much\": 1.5}"),
    ("much", "{\"much\": \"3\"}"), ("now", "{\"now\": 1}"), ("parts", "{\"parts\": {}}"), ("whole", "{\"whole\": []}"),
    ("other", "{\"name\": \"n\", \"other\": null}"),
  ]) func `what a body cannot hold is refused under its name`(name: String, body: String) throws {
    try refused(ask(body: body), 400, name)
  }

  @Test func `what is too long, doubled, no id or in another tongue is refused`() throws {
    try refused(ask(body: "{\"name\": \"\(String(repeating: "x", count: 256))\"}"), 400, "name")
    try refused(ask(body: "{\"why\": \"\(String(repeating: "x", count: 1_001))\"}"), 400, "why")
    try refused(ask(query: [("limit", "1"), ("limit", "2")]), 400, "limit")
    try refused(ask(id: "x y"), 400, "id")
    try refused(ask(type: "text/csv", body: "a,b"), 415, "Content-Type")
    let long = ask(body: "{\"name\": \"\(String(repeating: "x", count: Route.commandBytesMax))\"}")
    #expect(long.status == 413)
  }

  private func refused(_ answer: Response, _ status: Int, _ field: String) throws {
    let problem = try JSON(parsing: answer.body)
    #expect(answer.status == status && problem["field"]?.string == field, "\(problem.text)")
    #expect(problem["detail"]?.string?.contains(field) == true, "\(problem.text)")
  }
}
