import Contracts

/// A schema's JSON -> the flat tables of `DataSchema`. Every keyword is either checked by the gate, known to ask nothing, or refused.
struct SchemaReader {
  private(set) var nodes: [SchemaNode] = [.anything]
  private(set) var members: [SchemaMember] = []
  private(set) var listed: [ListedValue] = []
  private(set) var text: [UInt8] = []
  private let document: JSON
  /// The nodes of what `$ref` has led to.
  private var references: [String: Int] = [:]

  init(_ document: JSON) { self.document = document }

  /// Remarks (JSON Schema 2020-12 core 8, 9; validation 7, 8, 9): kept with the schema and not checked.
  private static let remarks: Set<String> = [
    "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly",
    "writeOnly", "format", "contentEncoding", "contentMediaType",
  ]

  /// Reads the whole schema; returns the number of its root.
  mutating func readDocument() throws(SchemaFault) -> Int { try read(document, at: "") }

  private mutating func read(_ json: JSON, at pointer: String) throws(SchemaFault) -> Int {
    guard let members = json.object else {
      guard json == .bool(true) else { throw .notASchema(at: pointer) }
      return 0
    }
    if let reference = json["$ref"] { return try follow(reference, beside: members, at: pointer) }
    return try read(members, into: try reserve(), at: pointer)
  }

  private mutating func reserve() throws(SchemaFault) -> Int {
    guard nodes.count <= WireLimits.schemaNodesMax else { throw .tooMuch("places", limit: WireLimits.schemaNodesMax) }
    nodes.append(.anything)
    return nodes.count - 1
  }

  // MARK: References

  /// `#`, `#/$defs/name` or `#/definitions/name`; nothing that is checked may stand beside it.
  private mutating func follow(_ json: JSON, beside others: [JSON.Member], at pointer: String) throws(SchemaFault) -> Int {
    guard let name = json.string else { throw .value(of: "$ref", at: pointer, wanted: "a string") }
    for other in others where other.name != "$ref" && !isRemark(other) { throw .keyword("\(other.name) beside $ref", at: pointer) }
    if let known = references[name] { return known }
    guard let target = target(of: name), let members = target.object, target["$ref"] == nil else {
      guard target(of: name) == .bool(true) else { throw .reference(name, at: pointer) }
      return 0
    }
    // Known before it is read: a schema may contain itself, as deep as the data goes.
    let number = try reserve()
    references[name] = number
    return try read(members, into: number, at: String(name.dropFirst()))
  }

  private func target(of reference: String) -> JSON? {
    if reference == "#" { return document }
    for place in ["$defs", "definitions"] where reference.hasPrefix("#/\(place)/") {
      return document[place]?[String(reference.dropFirst(place.utf8.count + 3)).replacing("~1", with: "/").replacing("~0", with: "~")]
    }
    return nil
  }

  private func isRemark(_ member: JSON.Member) -> Bool {
    if Self.remarks.contains(member.name) || member.name.hasPrefix("x-") { return true }
    // Allowing what is allowed anyway asks nothing.
    return member.value == .bool(true) && (member.name.hasPrefix("additional") || member.name.hasPrefix("unevaluated"))
  }

  // MARK: One node

  private mutating func read(_ keywords: [JSON.Member], into number: Int, at pointer: String) throws(SchemaFault) -> Int {
    var node = SchemaNode()
    var asks = false
    var required: [String] = []
    var properties: [JSON.Member] = []
    for keyword in keywords {
      let (name, value) = (keyword.name, keyword.value)
      if isRemark(keyword) { continue }
      asks = true
      switch name {
      case "type": node.kinds = try kinds(value, at: pointer)
      case "enum", "const":
        guard node.listed.isEmpty else { throw .keyword("const beside enum", at: pointer) }
        node.listed = try list(name == "const" ? [value] : value.array ?? [], at: pointer)
      case "minimum":
        node.minimum = try bound(name, value, at: pointer)
        node.wholeMin = whole(node.minimum, up: true)
      case "maximum":
        node.maximum = try bound(name, value, at: pointer)
        node.wholeMax = whole(node.maximum, up: false)
      case "minLength": node.lengthMin = try count(name, value, at: pointer)
      case "maxLength": node.lengthMax = try count(name, value, at: pointer)
      case "minItems": node.countMin = try count(name, value, at: pointer)
      case "maxItems": node.countMax = try count(name, value, at: pointer)
      case "items": node.items = try read(value, at: pointer + "/items")
      case "required":
        guard let names = value.strings else { throw .value(of: name, at: pointer, wanted: "an array of names") }
        required = names
      case "properties":
        guard let object = value.object else { throw .value(of: name, at: pointer, wanted: "an object") }
        properties = object
      default: throw .keyword(name, at: pointer)
      }
    }
    guard asks else { return number }
    guard node.lengthMin <= node.lengthMax, node.countMin <= node.countMax, boundsMeet(node) else { throw .nothingMatches(at: pointer) }
    try readMembers(properties, required, into: &node, at: pointer)
    nodes[number] = node
    return number
  }

  /// The named members in one slice: those with a schema of their own, then those that are merely required.
  private mutating func readMembers(
    _ properties: [JSON.Member], _ required: [String], into node: inout SchemaNode, at pointer: String
  ) throws(SchemaFault) {
    var named: [(name: String, node: Int)] = []
    for property in properties { named.append((property.name, try read(property.value, at: "\(pointer)/properties/\(property.name)"))) }
    for name in required where !named.contains(where: { $0.name == name }) { named.append((name, 0)) }
    guard named.count <= WireLimits.schemaMembersMax else { throw .tooMuch("members in one object", limit: WireLimits.schemaMembersMax) }
    for (index, member) in named.enumerated() where required.contains(member.name) { node.required |= 1 << UInt64(index) }
    let first = members.count
    for (name, child) in named {
      let text = put(Array(name.utf8))
      let ends = SchemaMember.ends(of: Array(name.utf8))
      members.append(SchemaMember(head: ends.head, tail: ends.tail, count: text.count, text: text, node: child))
    }
    node.members = first..<members.count
  }

  private func kinds(_ json: JSON, at pointer: String) throws(SchemaFault) -> SchemaNode.Kinds {
    let names = json.string.map { [$0] } ?? json.strings ?? []
    var kinds: SchemaNode.Kinds = []
    for name in names {
      switch name {
      case "null": kinds.insert(.null)
      case "boolean": kinds.insert(.boolean)
      case "integer": kinds.insert(.whole)
      case "number": kinds.formUnion(.number)
      case "string": kinds.insert(.string)
      case "array": kinds.insert(.array)
      case "object": kinds.insert(.object)
      default: throw .value(of: "type", at: pointer, wanted: "one of null, boolean, integer, number, string, array, object")
      }
    }
    guard !kinds.isEmpty else { throw .value(of: "type", at: pointer, wanted: "a type's name, or an array of some") }
    return kinds
  }

  private mutating func list(_ values: [JSON], at pointer: String) throws(SchemaFault) -> Range<Int> {
    guard !values.isEmpty else { throw .value(of: "enum", at: pointer, wanted: "an array of at least one value") }
    let first = listed.count
    for value in values {
      let kind: ListedValue.Kind =
        switch value {
        case .null: .null
        case .bool(let flag): flag ? .yes : .no
        case .integer, .number: .number
        case .string: .string
        case .array, .object: .container
        }
      listed.append(ListedValue(kind: kind, text: put(value.string.map { Array($0.utf8) } ?? value.bytes)))
    }
    guard listed.count <= WireLimits.schemaNodesMax else { throw .tooMuch("listed values", limit: WireLimits.schemaNodesMax) }
    return first..<listed.count
  }

  private mutating func bound(_ name: String, _ json: JSON, at pointer: String) throws(SchemaFault) -> Range<Int> {
    switch json {
    case .integer, .number: return put(json.bytes)
    case .null, .bool, .string, .array, .object: throw .value(of: name, at: pointer, wanted: "a number")
    }
  }

  private func whole(_ bound: Range<Int>, up: Bool) -> Int64 {
    unsafe text.withUnsafeBytes { unsafe WrittenNumber($0, bound).whole(up: up) }
  }

  private func boundsMeet(_ node: SchemaNode) -> Bool {
    guard !node.minimum.isEmpty, !node.maximum.isEmpty else { return true }
    return unsafe text.withUnsafeBytes {
      unsafe WrittenNumber($0, node.minimum).compared(to: WrittenNumber($0, node.maximum)) <= 0
    }
  }

  private func count(_ name: String, _ json: JSON, at pointer: String) throws(SchemaFault) -> Int {
    guard let count = json.integer, count >= 0 else { throw .value(of: name, at: pointer, wanted: "a whole number from 0 on") }
    return Int(count)
  }

  private mutating func put(_ bytes: [UInt8]) -> Range<Int> {
    text += bytes
    return text.count - bytes.count..<text.count
  }
}

extension SchemaMember {
  /// A name's two ends, as `DataWalk` reads them out of the data.
  static func ends(of name: [UInt8]) -> (head: UInt64, tail: UInt64) {
    func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    return (word(name.prefix(8)), name.count > 8 ? word(name.suffix(8)) : 0)
  }
}
