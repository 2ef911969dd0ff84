import Contracts
import Host
import Shop
import Store
import Terms

/// Who works here: as the ledger tells of them; of whom it tells nothing, those whom somebody named with an offer, else the built-in shop's.
enum Staff {
  /// Where `handedOn`, somebody who left and whose list went to somebody who is here counts as here.
  static func known(handedOn: Bool, in reading: borrowing some StoreReading & ~Copyable) throws -> [OfferContext.Staff] {
    let given = try named(in: reading).map { OfferContext.Staff(id: $0.id.text, hasLeft: $0.left) }
    let others = given.isEmpty ? Shop.staff.map { OfferContext.Staff(id: $0.id, hasLeft: $0.leftOn != nil) } : given
    let told = try Colleagues.all(in: reading)
    let known = Set(told.map(\.colleagueID.text))
    return try told.map { one in
      let isHeld = handedOn && !one.active ? try Colleagues.holder(of: one.colleagueID, in: reading) != nil : one.active
      return OfferContext.Staff(id: one.colleagueID.text, hasLeft: !isHeld)
    } + others.filter { !known.contains($0.id) }
  }

  /// Reads `[{"id": "marketer/maya", "left": false}, "agent/ines"]`; nil where it is something else. Of one who stands in it twice the last
  /// word counts.
  static func read(_ json: JSON) -> [StaffNamed.One]? {
    guard let elements = json.array, elements.count <= Limits.staffMax else { return nil }
    var staff: [String: StaffNamed.One] = [:]
    for element in elements {
      guard let id = (element.string ?? element["id"]?.string).flatMap({ try? Identifier<Colleague>($0) }) else { return nil }
      staff[id.text] = StaffNamed.One(id: id, left: element["left"]?.bool ?? (element["left_on"]?.string != nil))
    }
    return staff.sorted { $0.key < $1.key }.map(\.value)
  }

  /// From now on these work here, and nobody else; said again nothing is told.
  static func name(_ staff: [StaffNamed.One], _ telling: Telling, in transaction: borrowing Transaction) throws {
    guard try named(in: transaction) != staff else { return }
    try telling.tell(.staffNamed(StaffNamed(people: staff, by: telling.by, at: telling.now)), in: transaction)
  }

  static func fold(_ fact: StaffNamed, in transaction: borrowing Transaction) throws {
    try transaction.run("DELETE FROM staff")
    for one in fact.people {
      try transaction.run(
        "INSERT INTO staff (person_id, has_left) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET has_left = ?2", .text(one.id.text),
        .integer(one.left ? 1 : 0))
    }
  }

  private static func named(in reading: borrowing some StoreReading & ~Copyable) throws -> [StaffNamed.One] {
    try reading.all("SELECT person_id, has_left FROM staff ORDER BY person_id LIMIT ?1", .integer(Int64(Limits.staffMax))) {
      row throws(StoreFault) in StaffNamed.One(id: Identifier(restoring: try row.text(0)), left: try row.bool(1))
    }
  }
}
