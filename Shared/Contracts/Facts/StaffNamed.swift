/// `marketing.staff.named.v1`: whoever brought an offer said who works here. It stands for those of whom the ledger tells nothing, until
/// somebody says it anew. All of them in one fact, under one key.
package struct StaffNamed: TreeFact {
  package static let type = "marketing.staff.named.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Somebody said who works here" }

  package struct One: Sendable, Equatable {
    package var id: Identifier<Colleague>
    package var left: Bool

    package init(id: Identifier<Colleague>, left: Bool = false) {
      self.id = id
      self.left = left
    }

    static let shape = Shape<One>.object { one throws(ContractFault) in
      One(id: try one.needs("id", .id()), left: try one.needs("left", .flag))
    }

    func write(into writer: inout JSONWriter) {
      writer.beginObject()
      writer.member("id", id)
      writer.member("left", left)
      writer.endObject()
    }
  }

  package var people: [One]
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(people: [One], by: Identifier<Colleague>, at: Timestamp) {
    self.people = people
    self.by = by
    self.at = at
  }

  package var type: String { Self.type }
  package var key: String { "staff" }
  package var event: DomainEvent { .staffNamed(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      people: try members.needs("people", .list(of: One.shape, min: 0, max: Limits.staffMax)), by: try members.needs("by", .id()),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("people", people) { $0.write(into: &$1) }
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
