/// What a transaction wrote down for those who do long or later work: they are woken once it is durable.
package struct WorkNoted: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// A row that falls due.
  package static let due = WorkNoted(rawValue: 1)
  /// A run that began.
  package static let run = WorkNoted(rawValue: 2)
}
