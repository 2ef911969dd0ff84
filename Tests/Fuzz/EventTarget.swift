import Contracts
import Wire

extension FuzzTarget {
  /// The gate: an event's envelope against what its tree says, its data against schemas that the tree is held to as well.
  static let event = FuzzTarget(
    name: "event",
    seeds: {
      let head = #"{"specversion":"1.0","id":"a-1","source":"/ledger","type":"t.v1""#
      let bodies = [
        "", #","subject":"s","partitionkey":"k","data":{"id":"x","amount":7,"names":["a","é","\u00e9"]}"#, #","data":[1,2,3]"#,
        #","id":"b""#, #","sourc\u0065":"/x""#, #","Subject":"x""#, #","data":{"id":null,"amount":1.50,"deep":{"deep":{"id":"😀"}}}"#,
        #","data_base64":"AAAA","x1":0"#, #","partitionkey":"","subject":"\n","data":null"#, #","data":1,"data":2"#,
        #","data":{"amount":-1e2,"amount":5}"#, #","data":{"am\u006funt":12345678901234567890,"kind":"b"}"#,
      ]
      return bodies.flatMap { body in [0, 1, 2].map { [$0] + Array((head + body + "}").utf8) } }
    },
    check: { bytes in
      var input = FuzzInput(bytes)
      let schema = schemas[Int(input.byte()) % schemas.count]
      let event = Array(input.rest)
      var routing: RoutingFields?
      var fault: WireFault?
      do throws(WireFault) { routing = try EventScan.check(event) } catch { fault = error }
      let tree = try? JSON(parsing: event)
      if let routing {
        guard let wrong = envelope(event, routing, tree) else { return data(event, routing, tree, schema) }
        return wrong
      }
      guard let tree, let fault else { return nil }
      return isPlainlyGood(tree, event.count) ? "refused for \(fault), though the tree is a good event" : nil
    })

  private static let texts = [
    #"{"type":"object","required":["id"],"properties":{"id":{"type":["string","null"],"minLength":1,"maxLength":3},"amount":{"type":"integer","minimum":-100,"maximum":1000},"names":{"type":"array","items":{"type":"string"},"maxItems":3},"kind":{"enum":["a","b",1]},"deep":{"type":"object"}}}"#,
    #"{"type":["object","array"],"items":{"type":"number","maximum":2.5},"properties":{"deep":{"properties":{"deep":{"properties":{"id":{"const":"😀"}}}}}}}"#,
    "{}",
  ]
  static let schemas: [DataSchema] = texts.compactMap { try? DataSchema(JSON(parsing: $0)) }

  /// What a tree says of an event that the gate takes.
  private static func envelope(_ event: [UInt8], _ routing: RoutingFields, _ tree: JSON?) -> String? {
    for range in [routing.id, routing.source, routing.type, routing.key, routing.data] where range.upperBound > event.count {
      return "an attribute stands at \(range) of \(event.count) bytes"
    }
    // Data may hold a name twice, which the tree does not bear: then only the ranges can be looked at.
    guard let tree else { return nil }
    guard case .object(let members) = tree else { return "an event that is no object is taken" }
    guard tree["specversion"]?.string?.hasPrefix("1.") == true else { return "specversion is \(tree["specversion"]?.text ?? "absent")" }
    for (name, range) in [("id", routing.id), ("source", routing.source), ("type", routing.type)] {
      guard tree[name] == .string(String(decoding: event[range], as: UTF8.self)) else {
        return "\(name) is \(tree[name]?.text ?? "absent") to the tree, \(String(decoding: event[range], as: UTF8.self)) to the gate"
      }
    }
    for member in members {
      let isPlain = member.name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) } && !member.name.isEmpty
      guard isPlain || member.name == "data_base64" else { return "the name \(member.name) is taken" }
    }
    if let data = tree["data"], (try? JSON(parsing: Array(event[routing.data]))) != data {
      return "data stands elsewhere than \(routing.data)"
    }
    return nil
  }

  /// The schema's word on the data is a tree's word.
  private static func data(_ event: [UInt8], _ routing: RoutingFields, _ tree: JSON?, _ schema: DataSchema) -> String? {
    let mismatch = event.withUnsafeBytes { schema.mismatch($0, data: routing.data) }
    guard let data = tree?["data"], SchemaTree.isExact(data) else { return nil }
    let admits = SchemaTree.admits(schema.json, data)
    return admits == (mismatch == nil) ? nil : "the gate says \(mismatch?.description ?? "yes"), the tree says \(admits ? "yes" : "no")"
  }

  /// Only attributes whose limits and spellings are beyond doubt.
  private static func isPlainlyGood(_ tree: JSON, _ bytes: Int) -> Bool {
    guard case .object(let members) = tree, bytes < 1_000, tree["specversion"] == "1.0" else { return false }
    let known: Set<String> = ["specversion", "id", "source", "type", "data"]
    func isPlain(_ text: String?) -> Bool {
      text.map { !$0.isEmpty && $0.utf8.count <= 100 && $0.utf8.allSatisfy { (0x61...0x7A).contains($0) } } ?? false
    }
    // A letter may be written as an escape, which the gate refuses by intent: the tree cannot see it.
    return members.allSatisfy { known.contains($0.name) } && isPlain(tree["id"]?.string) && isPlain(tree["source"]?.string)
      && isPlain(tree["type"]?.string) && !tree.text.utf8.contains(0x5C) && bytes == tree.bytes.count
  }
}

/// The schemas of this target as a textbook would check them, over trees; numbers that Double holds exactly.
enum SchemaTree {
  static func admits(_ schema: JSON, _ value: JSON) -> Bool {
    guard case .object(let keywords) = schema else { return true }
    return keywords.allSatisfy { admits($0.name, $0.value, value) }
  }

  /// Whether every number in `value` is short enough for `Double` to compare.
  static func isExact(_ value: JSON) -> Bool {
    switch value {
    case .integer(let whole): abs(whole / 2) < 1 << 50
    case .number(let text): text.utf8.count <= 12 && abs(Double(text) ?? .infinity) < 1e15
    case .array(let elements): elements.allSatisfy(isExact)
    case .object(let members): members.allSatisfy { isExact($0.value) }
    case .null, .bool, .string: true
    }
  }

  private static func admits(_ keyword: String, _ asked: JSON, _ value: JSON) -> Bool {
    switch keyword {
    case "type": (asked.string.map { [$0] } ?? asked.strings ?? []).contains { isOf($0, value) }
    case "enum": (asked.array ?? []).contains { same($0, value) }
    case "const": same(asked, value)
    case "minimum": number(value).map { $0 >= number(asked) ?? 0 } ?? true
    case "maximum": number(value).map { $0 <= number(asked) ?? 0 } ?? true
    case "minLength": value.string.map { $0.unicodeScalars.count >= asked.integer ?? 0 } ?? true
    case "maxLength": value.string.map { $0.unicodeScalars.count <= asked.integer ?? 0 } ?? true
    case "maxItems": value.array.map { $0.count <= asked.integer ?? 0 } ?? true
    case "items": (value.array ?? []).allSatisfy { admits(asked, $0) }
    case "required":
      value.object.map { members in (asked.strings ?? []).allSatisfy { name in members.contains { $0.name == name } } } ?? true
    case "properties": (asked.object ?? []).allSatisfy { property in value[property.name].map { admits(property.value, $0) } ?? true }
    default: true
    }
  }

  private static func isOf(_ type: String, _ value: JSON) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object), ("number", .integer),
      ("number", .number), ("integer", .integer):
      true
    case ("integer", .number): WholeText.isWhole(value.text)
    default: false
    }
  }

  private static func same(_ a: JSON, _ b: JSON) -> Bool {
    if let x = number(a), let y = number(b) { return x == y }
    return a == b
  }

  private static func number(_ value: JSON) -> Double? {
    switch value {
    case .integer(let whole): Double(whole)
    case .number(let text): Double(text)
    case .null, .bool, .string, .array, .object: nil
    }
  }
}

/// Whether a number as it is written is whole, by moving its point.
enum WholeText {
  static func isWhole(_ text: String) -> Bool {
    let parts = text.lowercased().split(separator: "e", maxSplits: 1).map(String.init)
    let mantissa = parts[0].drop { $0 == "-" }.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let digits = mantissa[0] + (mantissa.count > 1 ? mantissa[1] : "")
    guard let last = digits.lastIndex(where: { $0 != "0" }) else { return true }
    // An exponent beyond Int moves the point out of sight.
    guard parts.count > 1 else { return digits.distance(from: digits.startIndex, to: last) < mantissa[0].count }
    guard let exponent = Int(parts[1]) else { return !parts[1].hasPrefix("-") }
    let (point, past) = mantissa[0].count.addingReportingOverflow(exponent)
    return past ? exponent > 0 : digits.distance(from: digits.startIndex, to: last) < point
  }
}
