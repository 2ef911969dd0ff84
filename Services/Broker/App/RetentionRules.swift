/// What the operator has said about letting go of old segments.
struct RetentionRules: Sendable {
  /// Older than that may go; nil: however old.
  var age: Duration?
  /// No more than so many bytes of segments; nil: as many as the disk holds.
  var bytes: Int?
  /// Limits hold even for what subscriptions have yet to read.
  var dropsUnread = false

  static let none = RetentionRules()

  var hasLimit: Bool { age != nil || bytes != nil }
}
