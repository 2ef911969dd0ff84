/// `ledger.period.closed.v1`: the books are closed through a day; what is true of it and heard later counts in the next open one. Keyed by
/// `ledger`.
package struct PeriodClosed: TreeFact {
  package static let type = "ledger.period.closed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "The ledger's books are closed through a day" }

  /// The last day that is closed, in UTC.
  package var through: CivilDate
  /// The number of the last entry before it was closed; 0 where there was none.
  package var sequence: Int64
  /// Its digest, SHA-256 in hexadecimal digits.
  package var head: String

  package init(through: CivilDate, sequence: Int64, head: String) {
    self.through = through
    self.sequence = sequence
    self.head = head
  }

  package var type: String { Self.type }
  package var key: String { "ledger" }
  package var event: DomainEvent { .periodClosed(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      through: try members.needs("through", .day), sequence: try members.needs("sequence", .count),
      head: try members.needs("head", .digest))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("through", through.description)
    writer.member("sequence", sequence)
    writer.member("head", head)
    writer.endObject()
  }
}
