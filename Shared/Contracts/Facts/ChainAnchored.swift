/// `ledger.chain.anchored.v1`: where the chain of the ledger's entries stands, for others to keep. Keyed by `ledger`.
package struct ChainAnchored: TreeFact {
  package static let type = "ledger.chain.anchored.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "The head of the chain of all entries, for others to keep" }

  /// What all entries of one currency add up to.
  package struct Sum: Sendable, Equatable {
    package var currency: Currency
    package var debits: Int64
    package var credits: Int64
    package init(currency: Currency, debits: Int64, credits: Int64) {
      self.currency = currency
      self.debits = debits
      self.credits = credits
    }
  }

  /// The number of the last entry.
  package var sequence: Int64
  /// Its digest, SHA-256 in hexadecimal digits.
  package var head: String
  package var sums: [Sum]

  package init(sequence: Int64, head: String, sums: [Sum]) {
    self.sequence = sequence
    self.head = head
    self.sums = sums
  }

  package var type: String { Self.type }
  package var key: String { "ledger" }
  package var event: DomainEvent { .chainAnchored(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    let sum = Shape<Sum>.object { sum throws(ContractFault) in
      Sum(
        currency: try sum.needs("currency", .currency), debits: try sum.needs("debits", .count), credits: try sum.needs("credits", .count))
    }
    self.init(
      sequence: try members.needs("sequence", .count), head: try members.needs("head", .digest),
      sums: try members.needs("sums", .list(of: sum, max: Limits.tallyMax)))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("sequence", sequence)
    writer.member("head", head)
    writer.member("sums", sums) { sum, writer in
      writer.beginObject()
      writer.member("currency", sum.currency.code)
      writer.member("debits", sum.debits)
      writer.member("credits", sum.credits)
      writer.endObject()
    }
    writer.endObject()
  }
}
