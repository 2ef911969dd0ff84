package import Contracts

/// The contract of an event's `data`: the part of JSON Schema 2020-12 that a gate can check in one walk, compiled to flat tables.
///
/// ```
///  nodes     0: anything · 1: the root · 2 …      what a value may be, by number
///  members   name → node                          a slice for each node of an object, in the schema's order
///  listed    value                                a slice for each node with enum or const
///  text      names, words and numbers             what the slices above point into
/// ```
/// PROTOCOL.md, Contracts, says what is checked. Immutable, safe from any thread.
package final class DataSchema: Sendable {
  /// The schema as it was given, all keywords included.
  package let json: JSON
  let nodes: [SchemaNode]
  let members: [SchemaMember]
  let listed: [ListedValue]
  let text: [UInt8]
  let root: Int

  /// Compiles `json`. Throws where it says something that the gate could not hold anybody to.
  package init(_ json: JSON) throws(SchemaFault) {
    var reader = SchemaReader(json)
    root = try reader.readDocument()
    self.json = json
    nodes = reader.nodes
    members = reader.members
    listed = reader.listed
    text = reader.text
  }

  /// A number that stands in `text`.
  func number(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

  func name(of member: Int) -> String { String(decoding: text[members[member].text], as: UTF8.self) }
}

/// What one value may be.
struct SchemaNode: Sendable {
  /// The kinds of JSON value; a number is whole by its value, so 1.0 and 1e0 are (JSON Schema 2020-12 validation, 6.1.1).
  struct Kinds: OptionSet, Sendable {
    let rawValue: UInt8
    static let null = Kinds(rawValue: 1)
    static let boolean = Kinds(rawValue: 2)
    static let whole = Kinds(rawValue: 4)
    static let fraction = Kinds(rawValue: 8)
    static let string = Kinds(rawValue: 16)
    static let array = Kinds(rawValue: 32)
    static let object = Kinds(rawValue: 64)
    static let all = Kinds(rawValue: 127)
    static let number: Kinds = [.whole, .fraction]
  }

  var kinds = Kinds.all
  /// Nothing is asked of the value: it is stepped over.
  var isAnything = false
  /// `enum` and `const`; empty where there is neither, for an empty `enum` is refused.
  var listed = 0..<0
  /// `minimum` and `maximum` as they are written, in `text`; empty where absent.
  var minimum = 0..<0
  var maximum = 0..<0
  /// The same for whole numbers: rounded inwards and cut to what 64 bits hold.
  var wholeMin = Int64.min
  var wholeMax = Int64.max
  /// Characters of a string, as code points.
  var lengthMin = 0
  var lengthMax = Int.max
  /// Elements of an array, and the node of each.
  var countMin = 0
  var countMax = Int.max
  var items = 0
  /// An object's named members; one bit for each that is required, the slice's first lowest.
  var members = 0..<0
  var required: UInt64 = 0

  static let anything: SchemaNode = {
    var node = SchemaNode()
    node.isAnything = true
    return node
  }()
}

/// One named member of an object: its name as text and, for comparing, as its two ends.
struct SchemaMember: Sendable {
  /// The first eight bytes, zero behind a shorter name's end; and the last eight of a name longer than eight, else 0.
  let head: UInt64
  let tail: UInt64
  let count: Int
  let text: Range<Int>
  let node: Int
}

/// One value of an `enum` or `const`: its JSON in `text`, a string without its quotation marks and escapes.
struct ListedValue: Sendable {
  enum Kind: Sendable { case null, yes, no, number, string, container }
  let kind: Kind
  let text: Range<Int>
}
