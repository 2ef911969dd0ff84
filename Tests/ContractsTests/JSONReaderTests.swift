import Contracts
import Testing

@Suite struct JSONReaderTests {
  @Test func `pulls values in their order`() throws {
    try Self.read(
      #" { "text" : "a\nb" , "count" : -12, "big":18446744073709551615, "flag":true, "none":null, "list":[1 , 2], "rest":{"x":[1]} } "#
    ) { reader in
      try reader.beginObject()
      var seen: [String] = []
      while let name = try reader.nextName() {
        switch name {
        case "text": seen.append(try reader.string())
        case "count": seen.append("\(try reader.integer())")
        case "big": seen.append("\(try reader.unsigned())")
        case "flag": seen.append("\(try reader.bool())")
        case "none": seen.append("\(try reader.null())")
        case "list":
          try reader.beginArray()
          while try reader.nextElement() { seen.append("[\(try reader.integer())]") }
        default: seen.append(String(decoding: reader.bytes[try reader.skip()], as: UTF8.self))
        }
      }
      try reader.end()
      #expect(seen == ["a\nb", "-12", "18446744073709551615", "true", "true", "[1]", "[2]", #"{"x":[1]}"#])
    }
  }

  @Test(arguments: [
    ("-9223372036854775808", Int64.min), ("9223372036854775807", .max), ("-0", 0), ("0", 0), ("-1", -1), ("1000000", 1_000_000),
  ]) func `reads whole numbers to both ends`(_ text: String, _ number: Int64) throws {
    #expect(try Self.read(text) { try $0.integer() } == number)
  }

  @Test(arguments: ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999", "1.0", "1e2"])
  func `refuses numbers that are not whole or do not fit`(_ text: String) throws {
    #expect(Self.fault(text) { _ = try $0.integer() } == JSONFault(.notAnInteger, at: 0))
  }

  @Test func `counts from nought where asked to`() throws {
    #expect(Self.fault("-1") { _ = try $0.unsigned() } == JSONFault(.notAnInteger, at: 0))
    #expect(try Self.read("-0") { try $0.unsigned() } == 0)
    #expect(Self.fault("18446744073709551616") { _ = try $0.unsigned() } == JSONFault(.notAnInteger, at: 0))
  }

  @Test func `says what it wanted instead`() throws {
    #expect(Self.fault("1") { _ = try $0.string() } == JSONFault(.notA(.string), at: 0))
    #expect(Self.fault(" []") { _ = try $0.integer() } == JSONFault(.notA(.integer), at: 1))
    #expect(Self.fault("\"1\"") { _ = try $0.bool() } == JSONFault(.notA(.bool), at: 0))
    #expect(Self.fault("[]") { _ = try $0.beginObject() } == JSONFault(.notA(.object), at: 0))
    #expect(Self.fault("{}") { _ = try $0.beginArray() } == JSONFault(.notA(.array), at: 0))
    #expect(Self.fault("") { _ = try $0.string() } == JSONFault(.endsEarly, at: 0))
    let after = Self.fault("1 2") { reader in
      _ = try reader.integer()
      try reader.end()
    }
    #expect(after == JSONFault(.afterEnd, at: 2))
  }

  @Test(arguments: ["{\"a\":1 \"b\":2}", "{\"a\":1,}", "{,}", "{\"a\":1", "{a:1}", "[1,]", "[1 2]", "[,]", "[1", "[1}"])
  func `refuses broken containers`(_ text: String) throws {
    #expect(throws: JSONFault.self) { try JSON(parsing: text) }
  }

  @Test func `refuses what was read twice and does not mind what was skipped twice`() throws {
    let text = #"{"known":1,"other":1,"other":2,"known":3}"#
    #expect(Self.fault(text) { _ = try Self.readKnown(&$0) } == JSONFault(.duplicateName("known"), at: 31))
    // The same where there are many names.
    let many = "{" + (0..<50).map { "\"n\($0)\":0,\"other\":1," }.joined() + #""known":1}"#
    #expect(try Self.read(many) { try Self.readKnown(&$0) } == 1)
    let twice = "{" + (0..<50).map { "\"n\($0)\":0," }.joined() + #""known":1,"other":1,"known":1}"#
    #expect(Self.fault(twice) { _ = try Self.readKnown(&$0) }?.kind == .duplicateName("known"))
  }

  @Test func `compares names without and with escapes`() throws {
    #expect(try Self.read(#"{"\u006bnown":7}"#) { try Self.readKnown(&$0) } == 7)
    #expect(try Self.read(#"{"knowN":7,"know":7,"knownn":7,"":7}"#) { try Self.readKnown(&$0) } == nil)
    try Self.read(#"["0123456789abcdef","0123456789abcdeX"]"#) { reader in
      try reader.beginArray()
      _ = try reader.nextElement()
      let first = JSONName(reader.bytes, try reader.span())
      _ = try reader.nextElement()
      let second = JSONName(reader.bytes, try reader.span())
      #expect(first.equals("0123456789abcdef") && !second.equals("0123456789abcdef") && !first.equals(second) && first.equals(first))
    }
  }

  @Test func `places its own commas and splices what is JSON already`() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.beginObject()
    writer.endObject()
    writer.beginObject()
    writer.member("a", "x")
    writer.member("b", 1)
    writer.member("c", true)
    writer.member("d", ifPresent: String?.none)
    writer.member("e", ifPresent: Int64?.some(5))
    writer.name("f")
    writer.beginArray()
    writer.null()
    writer.raw("{ }".utf8)
    writer.integer(UInt64.max)
    writer.integer(Int64.min)
    writer.endArray()
    writer.name(escaping: "g\"")
    writer.value(["h": [.number("1e5"), .null]])
    writer.endObject()
    writer.string("z")
    writer.endArray()
    let text = String(decoding: writer.bytes, as: UTF8.self)
    #expect(
      text == #"[{},{"a":"x","b":1,"c":true,"e":5,"f":[null,{ },18446744073709551615,-9223372036854775808],"g\"":{"h":[1e5,null]}},"z"]"#)
  }

  @Test(arguments: [
    (#"{"a":[1,{"b c":x}]}"#, 15, "/a/1/b c"), (#"{"a/b":{"c~d":1}}"#, 14, "/a~1b/c~0d"), (#"[[0,1],2]"#, 7, "/1"), ("1", 0, ""),
    (#"{"a":1}"#, 0, ""),
    (#"{"a":1,"a":2}"#, 7, ""), (#"{"a":{"x":1,"x":2}}"#, 12, "/a"), (#"{"a":[{"b":"\ud800"}]}"#, 12, "/a/0/b"),
    (#"{"a":{"b":"#, 10, "/a/b"),
  ]) func `points to the place of a fault`(_ text: String, _ offset: Int, _ pointer: String) {
    Array(text.utf8).withUnsafeBytes { #expect(JSONPointer.to(offset, in: $0) == pointer) }
  }

  static func readKnown(_ reader: inout JSONReader) throws(JSONFault) -> Int64? {
    var known: Int64?
    try reader.beginObject()
    while let name = try reader.nextName() {
      switch name {
      case "known": known = try reader.integer()
      default: try reader.skip()
      }
    }
    return known
  }

  static func read<Value>(_ text: String, _ body: (inout JSONReader) throws -> Value) throws -> Value {
    try Array(text.utf8).withUnsafeBytes { bytes in
      var reader = JSONReader(bytes)
      return try body(&reader)
    }
  }

  static func fault(_ text: String, _ body: (inout JSONReader) throws -> Void) -> JSONFault? {
    do {
      try read(text, body)
      return nil
    } catch {
      return error as? JSONFault
    }
  }
}
