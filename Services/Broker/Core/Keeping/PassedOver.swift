/// What a subscription was moved over because it cannot be had any more.
struct PassedOver: Sendable, Equatable {
  enum Why: UInt8, Sendable {
    /// The operator's limit let go of what was unread.
    case retention = 0
    /// The operator accepted that damage took it.
    case loss = 1
  }

  /// Ever.
  var messages: UInt64 = 0
  /// Of the last time: up to which position, why, and when (milliseconds since 1970).
  var through: UInt64 = 0
  var why = Why.retention
  var at: Int64 = 0
}
