/// `ledger.policy.published.v1`: the numbers that decisions go by from now on. Keyed by the policy's name.
package struct PolicyPublished: TreeFact {
  package static let type = "ledger.policy.published.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "The numbers that decisions go by" }

  /// A plain word such as `look-back`.
  package var name: String
  package var version: Int
  package var document: JSON

  package init(name: String, version: Int, document: JSON) {
    self.name = name
    self.version = version
    self.document = document
  }

  package var type: String { Self.type }
  package var key: String { name }
  package var event: DomainEvent { .policyPublished(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      name: try members.needs("name", .word), version: try members.needs("version", .version),
      document: try members.needs("document", .document))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("version", version)
    writer.member("document", document)
    writer.endObject()
  }
}
