import Contracts
import Testing

/// Every fact, by the same table: what it says comes back, what it lacks or says wrongly is refused with its place.
@Suite struct FactTests {
  static let published = LedgerEvents.schemas + MarketingEvents.schemas + ServiceEvents.schemas
  static func schema(_ type: String) -> JSON { published.first { $0.name == type }?.value ?? .null }

  struct Sample: CustomTestStringConvertible {
    let name: String
    let event: DomainEvent
    var tree: JSON { get throws { try JSON(parsing: event.encode()) } }
    var schema: JSON { FactTests.schema(event.type) }
    var testDescription: String { name }

    func decode(_ tree: JSON) throws(ContractFault) -> DomainEvent? { try DomainEvent.decode(type: event.type, data: tree.bytes) }
  }

  static let samples = FactSamples.all.map { Sample(name: $0.name, event: $0.event) }
  static let full = samples.filter { $0.name.hasSuffix(".full.json") }

  @Test func `there is a sample of each type that is published, and each is published by whom it is of`() {
    let types = Self.published.map(\.name)
    #expect(Set(types).count == types.count)
    #expect(Set(Self.full.map(\.event.type)) == Set(types).subtracting([OrderCaptured.type]))
    for (schemas, source) in [
      (LedgerEvents.schemas, "ledger."), (MarketingEvents.schemas, "marketing."), (ServiceEvents.schemas, "service."),
    ] {
      #expect(schemas.allSatisfy { $0.name.hasPrefix(source) && $0.name.hasSuffix(".v1") })
    }
  }

  @Test(arguments: samples) func `comes back as it went`(_ sample: Sample) throws {
    #expect(try sample.decode(sample.tree) == sample.event)
    #expect((1...128).contains(sample.event.key.utf8.count))
  }

  @Test(arguments: samples) func `has a schema that names every member that it writes, and requires no more`(_ sample: Sample) throws {
    #expect(sample.schema["title"]?.string?.isEmpty == false)
    for place in Self.places(try sample.tree, sample.schema) {
      #expect(place.schema != .null, "\(place.pointer) has no schema")
      for name in place.schema["required"]?.strings ?? [] { #expect(place.value[name] != nil, "\(place.pointer)/\(name)") }
      if let words = place.schema["enum"]?.strings { #expect(words.contains(place.value.string ?? ""), "\(place.pointer)") }
      #expect(place.value.kind == place.schema["type"]?.string, "\(place.pointer)")
    }
  }

  @Test(arguments: full) func `ignores members that it does not know, and takes null for what may be absent`(_ sample: Sample) throws {
    let tree = try sample.tree
    for place in Self.places(tree, sample.schema) where place.schema["properties"] != nil {
      let grown = tree.changed(at: place.path[...]) { .object([.init("brand_new", ["deep": [1]])] + ($0.object ?? [])) }
      #expect(try sample.decode(grown) == sample.event, "\(place.pointer)")
      let required = place.schema["required"]?.strings ?? []
      for member in place.value.object ?? [] where !required.contains(member.name) && !Self.alwaysThere.contains(member.name) {
        let without = tree.changed(at: place.path[...]) { $0.without(member.name) }
        let null = tree.changed(at: place.path[...]) { $0.with(member.name, .null) }
        guard let event = try? sample.decode(without) else { continue }
        #expect(try sample.decode(null) == event && event != sample.event, "\(place.pointer)/\(member.name)")
      }
    }
  }

  /// Members of lines and remedies with a value of their own where they are absent: null is no such value.
  private static let alwaysThere: Set = ["categories", "tax", "tenders", "cut", "day_precision"]

  @Test(arguments: full) func `needs what its schema requires`(_ sample: Sample) throws {
    let tree = try sample.tree
    for place in Self.places(tree, sample.schema) {
      // The id holds the key.
      for name in place.schema["required"]?.strings ?? [] where name != "remedy_key" && !(Self.hasItsOwn(place, name)) {
        let fault = #expect(throws: ContractFault.self) {
          try sample.decode(tree.changed(at: place.path[...]) { $0.without(name) })
        }
        #expect(fault == .broken(.missing(name), at: place.pointer), "\(place.pointer)/\(name)")
      }
    }
  }

  /// A remedy without shares is read as one without: the list is there whenever it is written.
  private static func hasItsOwn(_ place: Place, _ name: String) -> Bool {
    place.path.isEmpty && name == "lines" && place.value["basis"] != nil
  }

  @Test(arguments: full) func `refuses every value that its schema refuses, naming the place`(_ sample: Sample) throws {
    let tree = try sample.tree
    var tried = 0
    for place in Self.places(tree, sample.schema) where !place.path.isEmpty && place.path != ["remedy_key"] {
      for value in Self.wrong(place) {
        let fault = #expect(throws: ContractFault.self, "\(place.pointer) = \(value.text.prefix(60))") {
          try sample.decode(tree.changed(at: place.path[...]) { _ in value })
        }
        guard let pointer = fault?.pointer else { continue }
        // What belongs to an amount is told of the amount where facts are streamed.
        #expect(
          place.pointer == pointer || place.pointer.hasPrefix(pointer + "/"), "\(place.pointer) = \(value.text.prefix(60)): \(pointer)")
        #expect(
          fault.map { "\($0)".contains("; ") || "\($0)".contains("expected") } == true, "\(fault.map(String.init(describing:)) ?? "")")
        tried += 1
      }
    }
    #expect(tried > 3)
  }

  /// Values next to what the schema allows.
  private static func wrong(_ place: Place) -> [JSON] {
    var values: [JSON] = [["a": .null], [.null], .bool(true), 7, "seven"].filter { (value: JSON) in
      value.kind != place.schema["type"]?.string
    }
    if place.schema["enum"] != nil { values.append("no such word") }
    if place.schema["minLength"] != nil { values.append("") }
    if let max = place.schema["maxLength"]?.integer { values.append(.string(String(repeating: "a", count: Int(max) + 1))) }
    if let min = place.schema["minimum"]?.integer { values.append(.integer(min - 1)) }
    if let max = place.schema["maximum"]?.integer { values.append(.integer(max + 1)) }
    if let min = place.schema["minItems"]?.integer, min > 0 { values.append([]) }
    if let max = place.schema["maxItems"]?.integer, let first = place.value.array?.first {
      values.append(.array([JSON](repeating: first, count: Int(max) + 1)))
    }
    return values
  }

  @Test(arguments: samples) func `refuses data that is cut anywhere`(_ sample: Sample) {
    let data = sample.event.encode()
    for count in 0..<data.count {
      #expect(throws: ContractFault.self, "cut to \(count)") {
        try DomainEvent.decode(type: sample.event.type, data: Array(data.prefix(count)))
      }
    }
  }

  // MARK: Places

  struct Place {
    let path: [String]
    let value: JSON
    let schema: JSON
    var pointer: String { path.map { "/" + $0 }.joined() }
  }

  /// Every value of `tree` with the schema that speaks of it.
  static func places(_ tree: JSON, _ schema: JSON, _ path: [String] = []) -> [Place] {
    let here = [Place(path: path, value: tree, schema: schema)]
    switch tree {
    case .object(let members):
      guard let properties = schema["properties"] else { return here }
      return here + members.flatMap { places($0.value, properties[$0.name] ?? .null, path + [$0.name]) }
    case .array(let elements):
      return here + elements.enumerated().flatMap { places($1, schema["items"] ?? .null, path + ["\($0)"]) }
    default: return here
    }
  }
}

extension JSON {
  /// As schemas call it.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

extension ContractFault {
  var pointer: String {
    switch self {
    case .unreadable(_, let pointer), .broken(_, let pointer): pointer
    }
  }
}
