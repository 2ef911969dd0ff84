/// Something in an offer document that must or should be changed.
package struct OfferFinding: Sendable, Hashable, CustomStringConvertible {
  package enum Severity: String, Sendable, CaseIterable, Comparable {
    /// Cannot even be saved.
    case refusal
    /// May be saved, not scheduled.
    case blocksScheduling = "blocks_scheduling"
    case warning

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .refusal: 0
      case .blocksScheduling: 1
      case .warning: 2
      }
    }
  }

  package var severity: Severity
  /// A JSON pointer (RFC 6901) to the place.
  package var field: String
  /// What is wrong, and why.
  package var sentence: String
  /// What to do now.
  package var nextStep: String

  package init(_ severity: Severity, _ field: String, _ sentence: String, next: String) {
    self.severity = severity
    self.field = field
    self.sentence = sentence
    nextStep = next
  }

  package var description: String { "\(field.isEmpty ? "/" : field): \(sentence); \(nextStep)" }
}

/// Why a document is no offer.
package struct OfferRefusals: Error, Sendable, Equatable, CustomStringConvertible {
  /// At least one, in the order of the document.
  package let findings: [OfferFinding]

  package init(_ findings: [OfferFinding]) { self.findings = findings }

  package var description: String { findings.map(\.description).joined(separator: "\n") }
}
