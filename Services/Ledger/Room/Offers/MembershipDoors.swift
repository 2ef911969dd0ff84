import Contracts
import HTTP
import Host
import Store
import Terms

/// What can be asked about segments and lists: which there are, and who belongs to one.
struct MembershipDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(
        .get, "/v1/groups", "segments and lists by name: ?kind=list|segment&after=KIND/NAME&limit=",
        query: ["kind": .text(max: Limits.wordBytesMax), "after": .longID, "limit": .number(1...Int64(MemberLimits.pageMax))]
      ) { request, _ in
        desk.question(request) { snapshot in try Self.groups(request, in: snapshot) }
      },
      Route(
        .get, "/v1/groups/{kind}/{id}", "a segment or list and who belongs to it: ?at=TIME&customer=ID&after=NEXT&limit=",
        query: ["at": .instant, "customer": .id, "after": .longID, "limit": .number(1...Int64(MemberLimits.pageMax))]
      ) { request, parameters in
        desk.question(request) { snapshot in
          try Self.group(parameters["kind"], parameters["id"], request, at: desk.clock.now(), in: snapshot)
        }
      },
    ]
  }

  private static func limit(_ request: Request) -> Int? {
    guard let text = request.query("limit") else { return 100 }
    return Int(text).flatMap { (1...MemberLimits.pageMax).contains($0) ? $0 : nil }
  }

  private static func noLimit() -> Response {
    .problem(status: 400, code: "limit", detail: "limit is a number from 1 to \(MemberLimits.pageMax); correct it or leave it out")
  }

  private static func noKind(_ text: String) -> Response {
    .problem(status: 400, code: "kind", detail: "there are lists and segments, and no “\(text)”; write list or segment")
  }

  private static func groups(_ request: Request, in snapshot: borrowing Snapshot) throws -> Response {
    guard let limit = limit(request) else { return noLimit() }
    let kind = request.query("kind").map { (word: $0, kind: CustomerGroup.Kind(rawValue: $0)) }
    if let kind, kind.kind == nil { return noKind(kind.word) }
    let found = try Memberships.all(kind?.kind, after: request.query("after") ?? "", limit: limit, in: snapshot)
    var members: [JSON.Member] = [.init("groups", .array(found.map { .object(Self.members($0)) }))]
    if found.count == limit, let last = found.last { members.append(.init("next", .string(last.group.description))) }
    return .json(.object(members))
  }

  private static func members(_ known: Memberships.Known) -> [JSON.Member] {
    [
      .init("kind", .string(known.group.kind.rawValue)), .init("group_id", .string(known.group.id.text)),
      .init("revision", .integer(known.revision)), .init("changed_at", .string(known.changedAt.description)),
      .init("people", .integer(known.people)),
    ]
  }

  private static func group(
    _ kindText: String, _ idText: String, _ request: Request, at now: Timestamp, in snapshot: borrowing Snapshot
  ) throws -> Response {
    guard let kind = CustomerGroup.Kind(rawValue: kindText) else { return noKind(kindText) }
    guard let limit = limit(request) else { return noLimit() }
    var instant = now
    if let text = request.query("at") {
      do { instant = try Timestamp(rfc3339: text) } catch { return .problem(status: 400, code: "at", detail: "at: \(error)") }
    }
    guard let id = try? Identifier<CustomerGroup>(idText), let known = try Memberships.find(CustomerGroup(kind, id), in: snapshot) else {
      return .problem(
        status: 404, code: "no_group",
        detail: "there is no \(kind.rawValue) “\(idText)”; `accord \(kind.rawValue)` tells which there are, `accord import` fills them")
    }
    let after = request.query("after").flatMap { $0.isEmpty ? nil : $0 }.map { (text: $0, row: Memberships.Row(place: $0)) }
    if let after, after.row == nil {
      return .problem(
        status: 400, code: "after", detail: "after takes what the last page gave as next, and “\(after.text)” is none; leave it out")
    }
    let rows = try Memberships.rows(
      of: known, after: after?.row, only: request.query("customer"), limit: limit,
      in: snapshot)
    var members = Self.members(known)
    members.append(.init("at", .string(instant.description)))
    members.append(.init("members_at", .integer(try Memberships.count(known, at: instant, in: snapshot))))
    members.append(.init("members", .array(rows.map { row($0, at: instant) })))
    if rows.count == limit, let last = rows.last { members.append(.init("next", .string(last.place))) }
    return .json(.object(members))
  }

  private static func row(_ row: Memberships.Row, at instant: Timestamp) -> JSON {
    var members: [JSON.Member] = [.init("person_id", .string(row.person.text))]
    if row.span.from > .first { members.append(.init("from", .string(row.span.from.description))) }
    if row.span.until < .last { members.append(.init("until", .string(row.span.until.description))) }
    members.append(.init("is_member", .bool(row.span.holds(at: instant))))
    return .object(members)
  }
}
