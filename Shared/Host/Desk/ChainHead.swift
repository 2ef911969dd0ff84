/// Where the ledger's chain of entries stood: after which entry, and its digest in hexadecimal digits.
package struct ChainHead: Sendable, Equatable {
  package let sequence: Int64
  package let head: String

  package init(sequence: Int64, head: String) {
    self.sequence = sequence
    self.head = head
  }
}
