import Contracts
import HTTP
import Host
import MarketingDomain
import Store

/// The doors of those who are told: lists of people, verdicts, messages; and of what marketing keeps for others.
struct AudienceDoors: Sendable {
  let desk: DepartmentDesk
  let hearing: Hearing

  /// People of one request: some hundred kilobytes, and a write of a few milliseconds.
  private static let peopleMax = 5_000
  private static let pageMax = 1_000

  var routes: [Route] {
    [
      Route(.get, "/v1/audiences", "the lists of people, by name") { request, _ in
        desk.question(request) { snapshot in .json(.object([.init("audiences", .array(try Audiences.all(in: snapshot)))])) }
      },
      Route(
        .post, "/v1/audiences/{id}/people", "adds people to a list, some thousand at once", bodyBytesMax: 1 << 20,
        members: ["people": .list]
      ) {
        request, parameters in
        desk.command(request) { transaction, occasion in
          try add(request, to: parameters["id"], Telling(desk: desk, occasion: occasion), in: transaction)
        }
      },
      Route(
        .get, "/v1/offers/{id}/audience", "verdicts on people, by id: ?version= ?kind= ?after= ?limit=",
        query: [
          "version": .number(1...Int64(Int32.max)), "kind": .text(max: Limits.wordBytesMax), "after": .longID, "limit": .number(1...1_000),
        ]
      ) { request, parameters in
        desk.question(request) { try verdicts(request, parameters["id"], in: $0) }
      },
      Route(.get, "/v1/people/{id}/messages", "what was meant for a person, the last first") { request, parameters in
        desk.question(request) { snapshot in
          guard let person = try? Identifier<Person>(parameters["id"]) else {
            return .problem(status: 400, code: "person_id", detail: "“\(parameters["id"])” is no id of a person")
          }
          return .json(
            .object([.init("person_id", .string(person.text)), .init("messages", .array(try Messages.of(person, in: snapshot)))]))
        }
      },
      Route(.get, "/v1/chain-heads", "the heads of the ledger's chain, kept here: ?after=", query: ["after": .number(0...Int64.max)]) {
        request, _ in
        desk.question(request) { snapshot in
          let after = Int64(request.query("after") ?? "0") ?? 0
          return .json(.object([.init("heads", .array(try ChainHeads.page(after: after, in: snapshot)))]))
        }
      },
    ]
  }

  private func add(
    _ request: Request, to name: String, _ telling: Telling, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let id = try? Identifier<Audience>(name) else {
      return .refused(status: 400, code: "audience_id", sentence: "“\(name)” is no name for a list; give one without spaces")
    }
    let people: [Identifier<Person>]
    do {
      guard let texts = try JSON(parsing: request.body)["people"]?.strings, texts.count <= Self.peopleMax else {
        return .refused(
          status: 400, code: "people", sentence: "the body needs people, at most \(Self.peopleMax) ids of them at once; send more in parts")
      }
      people = try texts.map { text throws(InvalidIdentifier) in try Identifier(text) }
    } catch { return .refused(status: 400, code: "people", sentence: "the people cannot be read: \(error)") }
    let added = try Audiences.add(people, to: id, telling, in: transaction)
    return .done(
      status: 200,
      .object([
        .init("audience_id", .string(id.text)), .init("added", .integer(added)), .init("known", .integer(Int64(people.count) - added)),
        .init("people", .integer(try Audiences.count(id.text, in: transaction) ?? 0)),
      ]))
  }

  private func verdicts(_ request: Request, _ id: String, in snapshot: borrowing Snapshot) throws -> Response {
    let limit = Int(request.query("limit") ?? "100") ?? 0
    guard (1...Self.pageMax).contains(limit) else {
      return .problem(status: 400, code: "limit", detail: "limit is a number from 1 to \(Self.pageMax); correct it or leave it out")
    }
    if let kind = request.query("kind"), Verdict.Kind(rawValue: kind) == nil {
      return .problem(status: 400, code: "kind", detail: "there are send, honour, suppress and defer, and no “\(kind)”")
    }
    guard let offer = try? Identifier<Offer>(id), let known = try Offers.find(offer, in: snapshot),
      let version = OfferVersion(offer: offer, version: request.query("version").map { Int($0) ?? 0 } ?? known.running ?? known.latest),
      let preparation = try Preparations.find(version, in: snapshot)
    else { return .problem(status: 404, code: "no_audience", detail: "nobody was judged for \(id) yet; `accord offer show` tells why") }
    let judging = try Judging(version, heard: hearing.both(desk), at: desk.clock.now(), in: snapshot)
    let rows = try Preparations.verdicts(
      of: preparation, after: request.query("after") ?? "", kind: request.query("kind"), deferred: judging?.deferral, limit: limit,
      in: snapshot)
    var members: [JSON.Member] = [
      .init("offer_id", .string(offer.text)), .init("version", .integer(Int64(version.version))), .init("verdicts", .array(rows)),
    ]
    if rows.count == limit, let last = rows.last?["person_id"] { members.append(.init("next", last)) }
    return .json(.object(members))
  }
}
