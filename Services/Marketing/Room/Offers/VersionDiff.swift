import Contracts
import HTTP
import Store
import Terms

/// What one version of an offer changes of another, line by line, and which lines change what is promised.
enum VersionDiff {
  static func of(
    _ known: Offers.Known, _ request: Request, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Response {
    func number(_ name: String, _ otherwise: Int) throws -> Int? {
      guard let text = request.query(name) else { return otherwise }
      return Int(text)
    }
    guard let to = try number("to", known.latest) else { return wrong("to", request) }
    guard let from = try number("from", to - 1) else { return wrong("from", request) }
    guard let old = try document(known.id, from, in: reading) else { return missing(known, from) }
    guard let new = try document(known.id, to, in: reading) else { return missing(known, to) }
    // That the number is another goes without saying.
    let lines = new.changes(from: old).filter { $0 != "/version" }.map { pointer -> JSON in
      var members: [JSON.Member] = [.init("field", .string(pointer)), .init("material", .bool(OfferDocument.isMaterial(pointer)))]
      if let before = value(old.json, at: pointer) { members.append(.init("before", before)) }
      if let after = value(new.json, at: pointer) { members.append(.init("after", after)) }
      return .object(members)
    }
    return .json(
      .object([
        .init("offer_id", .string(known.id.text)), .init("from", .integer(Int64(from))), .init("to", .integer(Int64(to))),
        .init("material", .bool(lines.contains { $0["material"] == true })), .init("changes", .array(lines)),
      ]))
  }

  private static func document(
    _ id: Identifier<Offer>, _ number: Int, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> OfferDocument? {
    guard let offer = OfferVersion(offer: id, version: number), let version = try Offers.version(offer, in: reading) else { return nil }
    return try OfferDocument(try JSON(parsing: version.document))
  }

  private static func value(_ json: JSON, at pointer: String) -> JSON? {
    pointer.split(separator: "/").reduce(Optional(json)) { $0?[String($1)] }.flatMap { $0.isNull ? nil : $0 }
  }

  private static func wrong(_ name: String, _ request: Request) -> Response {
    let text = request.query(name) ?? ""
    return .problem(status: 422, code: name, detail: "\(name): \"\(text)\" is no version; versions are numbers from 1 on")
  }

  static func missing(_ known: Offers.Known, _ number: Int) -> Response {
    .problem(
      status: 404, code: "no_version", detail: "there is no \(known.id)@\(number): versions go from 1 to \(known.latest)")
  }
}
