/// What a return takes back of a remedy: the customer gets back what was really paid.
package enum ClawBack {
  /// Of a remedy's `share` on a line: for `returned` of `quantity` so far, less what was clawed back `already`.
  package static func due(share: Int64, returned: Int64, of quantity: Int64, already: Int64) -> Int64 {
    guard quantity > 0, let due = Rounding.share(of: share, min(returned, quantity), by: quantity) else { return 0 }
    return max(0, due - already)
  }

  /// On a downgrade of a plan: for the days of the period that were not used.
  package static func due(share: Int64, unusedDays: Int64, of days: Int64, already: Int64) -> Int64 {
    due(share: share, returned: unusedDays, of: days, already: already)
  }
}
