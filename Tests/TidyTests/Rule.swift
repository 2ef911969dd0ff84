import Testing

/// One rule of the house: what it looks for, and a small bad project that proves that it can fail.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  /// Taste more than law: what it finds is shown and fails nothing.
  let isAdvice: Bool
  /// Breaks the rule; `check` finds something in it.
  let bad: Project
  /// Every place that breaks the rule, each a sentence that says where, what and what to do.
  let check: @Sendable (Project) -> [String]

  init(_ name: String, isAdvice: Bool = false, bad: Project, check: @escaping @Sendable (Project) -> [String]) {
    self.name = name
    self.isAdvice = isAdvice
    self.bad = bad
    self.check = check
  }

  var testDescription: String { name }

  static let all = FloorRules.all + WordRules.all + ShapeRules.all + PageRules.all
}
