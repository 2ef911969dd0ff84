/// The limits of what is read from a shop's export, each with its reason.
package enum FeedLimits {
  /// One record: a thousand columns of text fit; a quotation mark that is never closed is found before it has eaten the file.
  package static let recordBytesMax = 1 << 20
  /// One field that is taken: the longest text of a contract, and room for what it says to be read in the refusal.
  package static let fieldBytesMax = 4_096
  package static let columnsMax = 4_096
  /// Orders in one piece for the ledger: about 50 ms of its writer's time, so that a person's command waits no longer.
  package static let ordersPerBatch = 1_000
  /// Bytes in one piece, whatever the orders hold.
  package static let batchBytesMax = 2 << 20
  /// Bytes that one order may have in a piece: the fact made of it must fit into a message.
  package static let orderBytesMax = 512 << 10
  /// Rows that belong together in one order; the contract's own bound, and one more to be refused by.
  package static let rowsPerOrderMax = 1_001
}
