/// What a credential may do. The shell reads it beside the secret that it verifies.
package struct Rights: Sendable, Equatable {
  /// Types that it may publish.
  package var publish: [TypePattern]
  /// Types that it may read; filters must lie within.
  package var subscribe: [TypePattern]
  /// The `source` that its events carry: this one, or one below it (`/ledger/import`). Nil: it may not publish.
  package var source: String?
  /// May use the admin commands.
  package var administers: Bool
  /// Credentials that it may put questions to; `*` for all.
  package var asks: [String]
  package var quota: Quota

  /// `publish` and `subscribe`: exact types, `prefix.*`, or `*` for all.
  package init(
    publish: [String], subscribe: [String], source: String?, administers: Bool = false, asks: [String] = ["*"], quota: Quota = Quota()
  ) {
    self.publish = publish.map(TypePattern.init)
    self.subscribe = subscribe.map(TypePattern.init)
    self.source = source
    self.administers = administers
    self.asks = asks
    self.quota = quota
  }

  func mayRead(_ pattern: TypePattern) -> Bool { subscribe.contains { $0.covers(pattern) } }
  func mayPublish(_ type: String) -> Bool { publish.contains { $0.matches(type) } }
  func mayAsk(_ credential: String) -> Bool { asks.contains { $0 == credential || $0 == "*" } }
}

/// A set of event types: one, those below a prefix, or all.
package enum TypePattern: Sendable, Hashable, CustomStringConvertible {
  case all
  /// With its dot at the end.
  case below(String)
  case exactly(String)

  /// Reads `*`, `prefix.*` or a type.
  package init(_ text: String) {
    if text == "*" {
      self = .all
    } else if text.hasSuffix(".*") {
      self = .below(String(text.dropLast()))
    } else {
      self = .exactly(text)
    }
  }

  package var description: String {
    switch self {
    case .all: "*"
    case .below(let prefix): prefix + "*"
    case .exactly(let type): type
    }
  }

  /// Whether `type` is one of the set.
  package func matches(_ type: String) -> Bool {
    switch self {
    case .all: true
    case .below(let prefix): type.hasPrefix(prefix)
    case .exactly(let name): type == name
    }
  }

  /// Whether every type of `other` is one of this.
  func covers(_ other: TypePattern) -> Bool {
    switch (self, other) {
    case (.all, _): true
    case (_, .all): false
    case (.below(let prefix), .below(let narrower)): narrower.hasPrefix(prefix)
    case (.below(let prefix), .exactly(let type)): type.hasPrefix(prefix)
    case (.exactly, .below): false
    case (.exactly(let a), .exactly(let b)): a == b
    }
  }

  func overlaps(_ other: TypePattern) -> Bool { covers(other) || other.covers(self) }
}
