/// `ledger.policy.proposed.v1`: somebody wants other numbers; they count when another confirms them. Keyed by the policy's name.
package struct PolicyProposed: TreeFact {
  package static let type = "ledger.policy.proposed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Somebody wants decisions to go by other numbers" }

  /// A plain word such as `look-back`.
  package var name: String
  /// The version that it becomes when it is confirmed.
  package var version: Int
  package var document: JSON
  package var by: Identifier<Colleague>
  package var sentence: String?
  package var at: Timestamp

  package init(
    name: String, version: Int, document: JSON, by: Identifier<Colleague>, sentence: String? = nil, at: Timestamp
  ) {
    self.name = name
    self.version = version
    self.document = document
    self.by = by
    self.sentence = sentence
    self.at = at
  }

  package var type: String { Self.type }
  package var key: String { name }
  package var event: DomainEvent { .policyProposed(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      name: try members.needs("name", .word), version: try members.needs("version", .version),
      document: try members.needs("document", .document), by: try members.needs("by", .id()),
      sentence: try members.may("sentence", .text(max: Limits.sentenceBytesMax)), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("version", version)
    writer.member("document", document)
    writer.member("by", by)
    writer.member("sentence", ifPresent: sentence)
    writer.member("at", at)
    writer.endObject()
  }
}
