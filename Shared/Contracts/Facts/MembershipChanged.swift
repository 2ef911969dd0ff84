/// `ledger.membership.changed.v1`: who belongs to a segment or is on a list, and from when until when. Some hundred customers a fact, keyed by
/// the group's name.
///
/// Each member is one span of one customer, named by its beginning. Of what is told of the same span the highest revision counts, so that facts
/// fold to the same state in whatever order and however often they come.
package struct MembershipChanged: TreeFact {
  package static let type = "ledger.membership.changed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Customers came onto a list or into a segment, or left it" }

  package struct Member: Sendable, Equatable {
    package var personID: Identifier<Person>
    /// The first instant of the membership; nil where it was so ever since.
    package var from: Timestamp?
    /// The first instant after it; nil while nobody told of an end. The same as `from`: it never was.
    package var until: Timestamp?

    package init(personID: Identifier<Person>, from: Timestamp? = nil, until: Timestamp? = nil) {
      self.personID = personID
      self.from = from
      self.until = until
    }

    static let shape = Shape<Member>.object { member throws(ContractFault) in
      Member(
        personID: try member.needs("person_id", .id()), from: try member.may("from", .time), until: try member.may("until", .time))
    }

    func write(into writer: inout JSONWriter) {
      writer.beginObject()
      writer.member("person_id", personID)
      writer.member("from", ifPresent: from)
      writer.member("until", ifPresent: until)
      writer.endObject()
    }
  }

  package var group: CustomerGroup
  /// Rises with each fact of the group, and never stays behind the ledger's clock in milliseconds: a ledger that was restored from a backup
  /// goes on above what it has told before.
  package var revision: Int64
  package var members: [Member]

  package init(group: CustomerGroup, revision: Int64, members: [Member]) {
    self.group = group
    self.revision = revision
    self.members = members
  }

  package var type: String { Self.type }
  package var key: String { group.id.text }
  package var event: DomainEvent { .membershipChanged(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    let kind: CustomerGroup.Kind = try members.needs("kind", .choice())
    self.init(
      group: CustomerGroup(kind, try members.needs("group_id", .id())), revision: try members.needs("revision", .ordinal),
      members: try members.needs("members", .list(of: Member.shape, min: 1, max: Limits.membersMax)))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("kind", group.kind.rawValue)
    writer.member("group_id", group.id)
    writer.member("revision", revision)
    writer.member("members", members) { $0.write(into: &$1) }
    writer.endObject()
  }
}
