/// A named group of customers, by whom an offer may be had: a segment, or a list. A list and a segment of one name are two groups.
package struct CustomerGroup: Hashable, Comparable, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable, CaseIterable { case list, segment }

  package let kind: Kind
  package let id: Identifier<CustomerGroup>

  package init(_ kind: Kind, _ id: Identifier<CustomerGroup>) {
    self.kind = kind
    self.id = id
  }

  /// Reads `list/panel-8`, as `description` writes it.
  package init?(_ text: String) {
    guard let slash = text.firstIndex(of: "/"), let kind = Kind(rawValue: String(text[..<slash])),
      let id = try? Identifier<CustomerGroup>(String(text[text.index(after: slash)...]))
    else { return nil }
    self.init(kind, id)
  }

  package var description: String { "\(kind.rawValue)/\(id)" }
  package static func < (a: Self, b: Self) -> Bool { (a.kind.rawValue, a.id) < (b.kind.rawValue, b.id) }
}
