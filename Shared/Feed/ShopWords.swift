/// The words in which shops tell of an order's state and of what it was paid with.
enum ShopWords {
  /// Whether a status (in small letters) is that of an order, or of something that never was paid; nil where nobody knows.
  static func isOrder(status: String) -> Bool? {
    switch status {
    case "captured", "complete", "completed", "paid", "processing", "authorized", "fulfilled", "partial", "shipped", "delivered", "closed",
      "refunded", "partially_refunded", "partially refunded", "returned":
      true
    case "cancelled", "canceled", "voided", "void", "failed", "draft", "pending", "open", "abandoned", "expired", "on-hold", "on hold":
      false
    case _: nil
    }
  }

  /// The tender of the contract that a shop's word means; nil where it means none that is known.
  static func tender(_ given: String) -> String? {
    let word = String(given.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
    return switch word {
    case "card", "cash", "invoice", "unknown", "gift_card", "customer_credit": word
    case "credit_card", "debit_card", "credit", "debit", "visa", "mastercard", "amex", "creditcard": "card"
    case "giftcard", "voucher": "gift_card"
    case "store_credit": "customer_credit"
    case "bank_transfer", "purchase_order", "on_account": "invoice"
    case _: nil
    }
  }
}
