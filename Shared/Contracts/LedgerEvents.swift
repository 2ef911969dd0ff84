/// What the ledger publishes.
package enum LedgerEvents {
  /// Each type with the JSON schema of its data: the `publishes` of the ledger's manifest.
  package static let schemas: [JSON.Member] = [
    JSON.Member(OrderCaptured.type, OrderCaptured.schema)
  ]
}
