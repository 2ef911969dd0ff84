/// What `--map` says: which column of the file means what, found in the file's header.
///
/// ```
///   --map order=basket_id,sku=product_id,category=department+product_type
/// ```
/// Only `category` takes several columns, joined by +. A role that is not mapped is absent from every row.
package struct FeedColumns: Equatable, Sendable {
  /// One meaning that a column can have.
  package struct Role: Equatable, Sendable {
    package let name: String
    package let isRequired: Bool
    package let takesSeveral: Bool

    package init(_ name: String, required: Bool = false, takesSeveral: Bool = false) {
      self.name = name
      isRequired = required
      self.takesSeveral = takesSeveral
    }
  }

  package struct Column: Equatable, Sendable {
    package let role: String
    /// As the header has it.
    package let name: String
    /// The place in a record, from 0 on.
    package let index: Int
  }

  /// In the order in which `--map` names them.
  package let columns: [Column]
  /// How many fields every record has.
  package let count: Int

  /// The words of `--map` as pairs, held to `roles`; `near` finds the name that somebody meant.
  package static func pairs(
    _ text: String, roles: [Role], near: (String, [String]) -> String?
  ) throws(FeedFault) -> [(role: String, column: String)] {
    var pairs: [(role: String, column: String)] = []
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else { throw .badMap(String(part), why: "write MEANING=COLUMN") }
      guard let role = roles.first(where: { $0.name == sides[0] }) else {
        let meant = near(sides[0], roles.map(\.name)).map { "; did you mean \($0)=?" } ?? ""
        throw .badMap(String(part), why: "\(sides[0]) means nothing here\(meant); there is \(roles.map(\.name).joined(separator: ", "))")
      }
      guard !pairs.contains(where: { $0.role == role.name }) else { throw .badMap(String(part), why: "\(role.name) stands there twice") }
      let columns = role.takesSeveral ? sides[1].split(separator: "+").map(String.init) : [sides[1]]
      for column in columns { pairs.append((role.name, column)) }
    }
    let missing = roles.filter { role in role.isRequired && !pairs.contains { $0.role == role.name } }.map(\.name)
    guard missing.isEmpty else { throw .unmapped(missing) }
    return pairs
  }

  /// Finds the columns of `pairs` in the names of a header.
  package init(
    _ pairs: [(role: String, column: String)], header: [String], separator: DelimitedText.Separator, near: (String, [String]) -> String?
  ) throws(FeedFault) {
    let names = header.map(Self.trimmed)
    // Nothing of it is told again: it would reach a terminal.
    guard names.allSatisfy(Self.isText) else { throw .noText }
    if names.count == 1, let likely = Self.likelySeparator(names[0], but: separator) { throw .oneColumn(names[0], likely) }
    var columns: [Column] = []
    for pair in pairs {
      guard let index = names.firstIndex(of: pair.column) else {
        throw .noColumn(pair.column, role: pair.role, near: near(pair.column, names), columns: names)
      }
      guard !names[(index + 1)...].contains(pair.column) else { throw .columnTwice(pair.column) }
      columns.append(Column(role: pair.role, name: names[index], index: index))
    }
    self.columns = columns
    count = names.count
  }

  /// The place among `columns` of the first with this role.
  package func place(of role: String) -> Int? { columns.firstIndex { $0.role == role } }

  /// Whether no control characters are in it but those of a quoted name over several lines.
  private static func isText(_ name: String) -> Bool {
    name.utf8.allSatisfy { $0 > 0x1F && $0 != 0x7F || [0x09, 0x0A, 0x0D].contains($0) }
  }

  private static func likelySeparator(_ header: String, but given: DelimitedText.Separator) -> DelimitedText.Separator? {
    [.comma, .semicolon, .tab, .space].first { $0 != given && header.utf8.contains($0.byte) }
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
