/// Who set something going, kept beside what happens later because of it: a due row, a run.
package struct Origin: Sendable, Equatable {
  /// The credential behind it.
  package let principal: String
  /// What that is, in the words of CloudEvents' `authtype`.
  package let principalKind: String
  package let correlation: String

  package init(principal: String, principalKind: String, correlation: String) {
    self.principal = principal
    self.principalKind = principalKind
    self.correlation = correlation
  }

  /// Out of three columns from `column` on; nil where nobody was noted.
  init?(_ row: borrowing Row, from column: Int) throws(StoreFault) {
    guard let principal = try row.optionalText(column), let kind = try row.optionalText(column + 1),
      let correlation = try row.optionalText(column + 2)
    else { return nil }
    self.init(principal: principal, principalKind: kind, correlation: correlation)
  }
}

extension Origin? {
  /// Three columns: principal, its kind, correlation.
  var values: (SQLValue, SQLValue, SQLValue) {
    guard let self else { return (.null, .null, .null) }
    return (.text(self.principal), .text(self.principalKind), .text(self.correlation))
  }
}
