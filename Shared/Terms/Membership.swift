package import Contracts

/// When somebody belonged to a segment or was on a list, as far as it is told: spans, each half-open.
package struct Membership: Sendable, Equatable {
  package struct Span: Sendable, Equatable {
    /// `.first` where it was so ever since.
    package var from: Timestamp
    /// The first instant after it; `.last` while nobody told of an end.
    package var until: Timestamp

    package init(from: Timestamp = .first, until: Timestamp = .last) {
      self.from = from
      self.until = until
    }

    package func holds(at instant: Timestamp) -> Bool { from <= instant && instant < until }
  }

  /// By their beginnings.
  package var spans: [Span]

  package init(_ spans: [Span] = []) { self.spans = spans }

  /// Ever since and for ever.
  package static let always = Membership([Span()])

  /// Whether somebody was a member at `instant`: for an order that is its placement, whatever is known by now.
  package func holds(at instant: Timestamp) -> Bool { spans.contains { $0.holds(at: instant) } }

  /// The span that holds at `instant`, or the last that was over by then.
  package func span(at instant: Timestamp) -> Span? { spans.first { $0.holds(at: instant) } ?? spans.last { $0.until <= instant } }
}

extension OfferDocument.Eligibility {
  /// The group whose members may have the offer; nil where it asks for none, or for one whose name no list can have.
  package var group: CustomerGroup? {
    switch customers {
    case .everyone, .new, .existing: nil
    case .segment(let name): (try? Identifier(name)).map { CustomerGroup(.segment, $0) }
    case .list(let name): (try? Identifier(name)).map { CustomerGroup(.list, $0) }
    }
  }
}
