import Contracts

/// Where an event's data breaks its contract, and how.
package struct DataMismatch: Error, Sendable, Equatable, CustomStringConvertible {
  /// A JSON pointer (RFC 6901) into the event, such as `/data/lines/0/quantity`.
  package let pointer: String
  /// What is wrong there: `must not be below 0`. Tells the contract, never the value.
  package let problem: String

  package init(pointer: String, problem: String) {
    self.pointer = pointer
    self.problem = problem
  }

  package var description: String { "\(pointer) \(problem)" }
}

extension DataSchema {
  /// Nil where the data at `data` matches. `bytes` have passed the scanner, and `data` stands in an object there; empty: it is absent. HOT.
  @inline(__always)
  package func mismatch(_ bytes: UnsafeRawBufferPointer, data: Range<Int>) -> DataMismatch? {
    guard !data.isEmpty else { return absent }
    precondition(data.upperBound < bytes.count, "an event's data stands inside the event")
    guard let miss = unsafe DataWalk.miss(self, bytes, at: data.lowerBound) else { return nil }
    return unsafe told(miss, bytes, data)
  }

  /// Without data only a contract that asks for nothing is kept.
  private var absent: DataMismatch? {
    nodes[root].isAnything ? nil : DataMismatch(pointer: "/data", problem: "is missing, but must be " + Self.words(nodes[root].kinds))
  }

  /// Whether `json` would match `node`.
  func admits(_ json: JSON, at node: Int) -> Bool {
    let bytes = json.bytes + [.space]
    return unsafe bytes.withUnsafeBytes { unsafe DataWalk.miss(self, $0, at: 0, node: node) } == nil
  }

  @inline(never)
  private func told(_ miss: DataWalk.Miss, _ bytes: UnsafeRawBufferPointer, _ data: Range<Int>) -> DataMismatch {
    let pointer = unsafe JSONPointer.to(miss.offset - data.lowerBound, in: UnsafeRawBufferPointer(rebasing: bytes[data]))
    return DataMismatch(pointer: "/data" + pointer, problem: problem(miss))
  }

  private func problem(_ miss: DataWalk.Miss) -> String {
    let node = nodes[miss.node]
    return switch miss.reason {
    case .kind: "must be \(Self.words(node.kinds))"
    case .listed: "must be \(listedWords(node))"
    case .below: "must not be below \(number(node.minimum))"
    case .above: "must not be above \(number(node.maximum))"
    case .short: "must have at least \(node.lengthMin) characters"
    case .long: "must have at most \(node.lengthMax) characters"
    case .few: "must have at least \(node.countMin) elements"
    case .many: "must have at most \(node.countMax) elements"
    case .missing(let member): "has no \(JSON.string(name(of: member)).text), but must have one"
    case .twice: "stands twice; two readers would see two values"
    }
  }

  /// What a listed value looks like in JSON.
  func listedText(_ value: ListedValue) -> String {
    let text = number(value.text)
    return value.kind == .string ? JSON.string(text).text : text
  }

  private func listedWords(_ node: SchemaNode) -> String {
    let shown = listed[node.listed].prefix(16).map(listedText).joined(separator: ", ")
    return (node.listed.count > 1 ? "one of " : "") + shown + (node.listed.count > 16 ? ", …" : "")
  }

  /// "a string or null".
  static func words(_ kinds: SchemaNode.Kinds) -> String {
    if kinds == .all { return "anything" }
    var words: [String] = []
    if kinds.contains(.object) { words.append("an object") }
    if kinds.contains(.array) { words.append("an array") }
    if kinds.contains(.string) { words.append("a string") }
    if kinds.contains(.number) {
      words.append("a number")
    } else if kinds.contains(.whole) {
      words.append("a whole number")
    } else if kinds.contains(.fraction) {
      words.append("a number with fraction")
    }
    if kinds.contains(.boolean) { words.append("true or false") }
    if kinds.contains(.null) { words.append("null") }
    return words.joined(separator: " or ")
  }
}

extension DataSchema {
  /// The values of `enum` or `const`.
  func values(_ node: SchemaNode) -> [JSON] {
    listed[node.listed].map { value in
      let text = number(value.text)
      if value.kind == .string { return .string(text) }
      guard let json = try? JSON(parsing: text) else { preconditionFailure("what a schema lists was JSON when it was read") }
      return json
    }
  }
}
