import Contracts

/// One thing that a new schema allows and the old one did not: what a reader of the old one may stumble over.
package struct Loosening: Sendable, Equatable, CustomStringConvertible {
  /// A JSON pointer into the data; elements of an array are `*`.
  package let pointer: String
  /// "may now be below 0".
  package let change: String

  package var description: String { "\(pointer.isEmpty ? "data" : pointer) \(change)" }
}

extension DataSchema {
  /// What this schema allows at `fields` that `old` did not; empty where it is at least as strict. No fields: the whole data.
  ///
  /// Nothing is reported only where each value that this schema admits there is one that `old` admits. The reverse holds but for schemas
  /// that contradict themselves or leave a handful of values without listing them.
  package func loosenings(from old: DataSchema, fields: [String] = []) -> [Loosening] {
    var comparison = SchemaComparison(new: self, old: old)
    if fields.isEmpty { comparison.compare(root, old.root, at: "") }
    for field in fields {
      let steps = field.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
      comparison.follow(steps.map { String($0.replacing("~1", with: "/").replacing("~0", with: "~")) }, root, old.root, at: "")
    }
    return comparison.found
  }
}

/// Goes through two schemas side by side.
private struct SchemaComparison {
  let new: DataSchema
  let old: DataSchema
  private(set) var found: [Loosening] = []
  private var compared: Set<Pair> = []

  private struct Pair: Hashable {
    let new: Int
    let old: Int
  }

  init(new: DataSchema, old: DataSchema) {
    self.new = new
    self.old = old
  }

  /// More would not fit into a sentence.
  private static let foundMax = 16

  private mutating func note(_ pointer: String, _ change: String) {
    let loosening = Loosening(pointer: pointer, change: change)
    if found.count < Self.foundMax, !found.contains(loosening) { found.append(loosening) }
  }

  // MARK: The way to a field

  /// Along the way only what decides whether the field is there: kinds, required members, elements that must be there.
  mutating func follow(_ steps: [String], _ mine: Int, _ its: Int, at pointer: String) {
    let (node, was) = (new.nodes[mine], old.nodes[its])
    guard !was.isAnything else { return }
    guard let step = steps.first, was.listed.isEmpty else { return compare(mine, its, at: pointer) }
    compareKinds(node, was, at: pointer)
    let rest = Array(steps.dropFirst())
    if let member = old.member(step, of: was) {
      requireAsBefore(step, node, was, at: pointer)
      follow(rest, new.child(step, of: node), old.members[member].node, at: pointer + "/" + step)
    }
    if was.kinds.contains(.array), step == "*" || !step.isEmpty && step.utf8.allSatisfy({ (.zero ... .nine).contains($0) }) {
      if node.kinds.contains(.array), node.countMin < was.countMin { note(pointer, "may now have fewer than \(was.countMin) elements") }
      follow(rest, node.items, was.items, at: pointer + "/*")
    }
  }

  // MARK: Whole values

  mutating func compare(_ mine: Int, _ its: Int, at pointer: String) {
    let (node, was) = (new.nodes[mine], old.nodes[its])
    // What contains itself is compared once.
    guard !was.isAnything, found.count < Self.foundMax, compared.insert(Pair(new: mine, old: its)).inserted else { return }
    if let values = finite(node) {
      for value in values where new.admits(value, at: mine) && !old.admits(value, at: its) { note(pointer, "may now be \(value.text)") }
      return
    }
    guard was.listed.isEmpty else { return note(pointer, "is no longer one of a list") }
    compareKinds(node, was, at: pointer)
    if !node.kinds.isDisjoint(with: .number), !was.kinds.isDisjoint(with: .number) { compareBounds(node, was, at: pointer) }
    if node.kinds.contains(.string), was.kinds.contains(.string) {
      if node.lengthMin < was.lengthMin { note(pointer, "may now be shorter than \(was.lengthMin) characters") }
      if node.lengthMax > was.lengthMax { note(pointer, "may now be longer than \(was.lengthMax) characters") }
    }
    if node.kinds.contains(.array), was.kinds.contains(.array) {
      if node.countMin < was.countMin { note(pointer, "may now have fewer than \(was.countMin) elements") }
      if node.countMax > was.countMax { note(pointer, "may now have more than \(was.countMax) elements") }
      if node.countMax > 0 { compare(node.items, was.items, at: pointer + "/*") }
    }
    guard node.kinds.contains(.object), was.kinds.contains(.object) else { return }
    for member in was.members {
      let name = old.name(of: member)
      requireAsBefore(name, node, was, at: pointer)
      compare(new.child(name, of: node), old.members[member].node, at: pointer + "/" + name)
    }
  }

  /// The values that a node admits where they can be counted: listed ones, true, false and null.
  private func finite(_ node: SchemaNode) -> [JSON]? {
    if !node.listed.isEmpty { return new.values(node) }
    guard node.kinds.isSubset(of: [.null, .boolean]) else { return nil }
    return (node.kinds.contains(.null) ? [.null] : []) + (node.kinds.contains(.boolean) ? [.bool(true), .bool(false)] : [])
  }

  private mutating func compareKinds(_ node: SchemaNode, _ was: SchemaNode, at pointer: String) {
    let more = node.kinds.subtracting(was.kinds)
    if !more.isEmpty { note(pointer, "may now be \(DataSchema.words(more))") }
  }

  private mutating func requireAsBefore(_ name: String, _ node: SchemaNode, _ was: SchemaNode, at pointer: String) {
    guard old.requires(name, of: was), node.kinds.contains(.object), !new.requires(name, of: node) else { return }
    note(pointer + "/" + name, "may now be missing")
  }

  private mutating func compareBounds(_ node: SchemaNode, _ was: SchemaNode, at pointer: String) {
    // Where only whole numbers pass, 0.5 and 1 are the same least; but beyond 64 bits only what is written tells.
    let wholeOnly = !node.kinds.contains(.fraction) || !was.kinds.contains(.fraction)
    func tells(_ bound: Int64) -> Bool { wholeOnly && bound != .min && bound != .max }
    if !was.minimum.isEmpty, !isAtLeast(node.minimum, was.minimum, sign: 1), !tells(was.wholeMin) || node.wholeMin < was.wholeMin {
      note(pointer, "may now be below \(old.number(was.minimum))")
    }
    if !was.maximum.isEmpty, !isAtLeast(node.maximum, was.maximum, sign: -1), !tells(was.wholeMax) || node.wholeMax > was.wholeMax {
      note(pointer, "may now be above \(old.number(was.maximum))")
    }
  }

  private func isAtLeast(_ bound: Range<Int>, _ was: Range<Int>, sign: Int) -> Bool {
    guard !bound.isEmpty else { return false }
    return unsafe new.text.withUnsafeBytes { mine in
      unsafe old.text.withUnsafeBytes { its in
        unsafe WrittenNumber(mine, bound).compared(to: WrittenNumber(its, was)) * sign >= 0
      }
    }
  }
}

extension DataSchema {
  /// The member called `name` of an object node.
  fileprivate func member(_ name: String, of node: SchemaNode) -> Int? { node.members.first { self.name(of: $0) == name } }

  /// What `name` may be there: anything where the node does not say.
  fileprivate func child(_ name: String, of node: SchemaNode) -> Int { member(name, of: node).map { members[$0].node } ?? 0 }

  fileprivate func requires(_ name: String, of node: SchemaNode) -> Bool {
    member(name, of: node).map { node.required & 1 << UInt64($0 - node.members.lowerBound) != 0 } ?? false
  }
}
