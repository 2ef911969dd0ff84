import Contracts
import Foundation
import TestKit
import Testing

/// Rows in the categories of github.com/nst/JSONTestSuite: what RFC 8259 demands, forbids, and leaves to the reader.
@Suite struct JSONScannerTests {
  static let good: [String] = [
    // Scalars alone.
    "0", "-0", "1", "-1", "-12", "12345678901234567890", "1.5", "-0.0", "0.1", "1e5", "1E5", "1E+5", "1e-5", "0e0", "0e+1", "1.0e+28",
    "123.456e78", "-1.123e-9", "0.4e00669999999999999999999999", "true", "false", "null", "\"\"", "\"a\"", "\" \"",
    // White space.
    " 0", "0 ", "\t\n\r 0\r\n\t ", " [ ] ", "\t{\n}\r", "[1 , 2]", "{ \"a\" : 1 , \"b\" : 2 }", "[\n\n]",
    // Containers.
    "[]", "{}", "[[]]", "[{}]", "{\"a\":{}}", "{\"a\":[]}", "[1,2]", "[\"a\",true,null,1.0,{}]", "[[],[[]]]", "{\"a\":{\"b\":[{},[]]}}",
    "{\"\":0}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":1}", "{\"a b\":1}", "{\"\\u0061\":1,\"a\":2}",
    // Escapes.
    #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\u0022\u005C""#, #""\u00e9\u00E9""#, #""\uD834\udd1e""#, #""\uDBFF\uDFFF""#, #""\uFFFF""#,
    #""\ud83d\ude39\ud83d\udc8d""#, #""\\u0061""#, #""\\n""#, #""a\/b""#,
    // Characters beyond ASCII, among them those that some readers drop.
    "\"é\"", "\"€\"", "\"𝄞\"", "\"\u{7F}\"", "\"\u{80}\"", "\"\u{2028}\u{2029}\"", "\"\u{FFFF}\"", "\"\u{10FFFF}\"", "\"\u{FEFF}\"",
    "\"\u{D7FF}\u{E000}\"",
    // Around the edge of eight bytes.
    "\"0123456\"", "\"01234567\"", "\"012345678\"", "\"0123456é89abcdef\"", #""0123456\n89abcdef""#, #""01234567\n""#, #""0123456\\""#,
  ]

  @Test(arguments: good) func `takes what RFC 8259 takes`(_ text: String) throws {
    let bytes = Array(text.utf8)
    try Self.validate(bytes)
    // What stands around a value in the buffer changes nothing, wherever the value begins.
    for shift in 0..<9 {
      let padded = [UInt8](repeating: .quote, count: shift) + bytes + Array(",\"zzzzzzzzz".utf8)
      let end = try Self.scan(padded, from: shift)
      #expect(padded[end...].first { !" \t\r\n".utf8.contains($0) } == .comma, "shifted by \(shift)")
    }
  }

  static let bad: [String] = [
    "", " ", "\u{FEFF}0", "\u{A0}0", "\u{0B}0", "\u{0C}0", "0\u{0}",
    // Numbers.
    "01", "-01", "00", "+1", "-", "--1", "1.", ".1", "-.1", "1.e1", "1e", "1e+", "1E-", "1ee2", "1e1.5", "0x1", "0x", "1_000", "1 000",
    "Infinity",
    "-Infinity", "NaN", "-NaN", "1a", "0.1.2", "-a", "１", "1/2", "2.e3", "2.e+3", "[-]", "[1+2]", "[0e]", "[0e+]", "[1.0e]", "[.123]",
    "[-2.]",
    // Words.
    "nul", "tru", "fals", "True", "NULL", "nulll", "truee", "t", "f", "n", "undefined",
    // Strings.
    "\"", "\"a", "a\"", "'a'", "\"\\\"", "\"\\", "\"\t\"", "\"\n\"", "\"\u{0}\"", "\"\u{1F}\"", "\"01234567\u{1}\"", #""\a""#, #""\x00""#,
    #""\U0041""#,
    #""\'""#, #""\0""#, #""\é""#, #""\u""#, #""\u0""#, #""\u00""#, #""\u000""#, #""\u000g""#, #""\u00 0""#, #""\u{41}""#, "\\u0041",
    // Half pairs name no character.
    #""\uD800""#, #""\uDC00""#, #""\uDFFF\uD800""#, #""\uD800\uD800""#, #""\uD800\n""#, #""\uD800a""#, #""\uD800\u""#, #""\uD800\u0041""#,
    #""\uD834\\uDD1E""#, #""\uDBFF""#,
    // Arrays.
    "[", "]", "[1", "[1,", "[,", "[,1]", "[1,]", "[1,,2]", "[1 2]", "[1:2]", "[\"a\" \"b\"]", "[1}", "[]]", "[][]", "[1,\n1\n,1", "[*]",
    "[\"\"],", "[a]",
    "[3[4]]", "[1]]", "[[[]",
    // Objects.
    "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\" 1}", "{\"a\":}", "{\"a\":1 \"b\":2}",
    "{a:1}",
    "{'a':1}", "{1:1}", "{null:1}", "{\"a\":1]", "{\"a\":1}}", "{\"a\":1}{", "{\"a\"::1}", "{\"a\":1:2}", "{:1}", "{\"a\",1}", "{[]:1}",
    "{\"a\":\"b\"}#",
    "{\"a\":1,,\"b\":2}", "{\"a\\\":1}",
    // Comments and other habits.
    "/**/0", "0//", "[/**/]", "{\"a\":/**/1}", "#", "0,", "0 0", "null,null", "<null>", "[\u{2060}]", "*",
  ]

  @Test(arguments: bad) func `refuses what RFC 8259 refuses`(_ text: String) {
    #expect(throws: JSONFault.self) { try Self.validate(Array(text.utf8)) }
  }

  static let notUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
    [0xE2, 0x82, 0x41],
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9D, 0x84],
    [0xF0, 0x9D, 0x84, 0x41],
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE9], [0x81, 0x41],
    [0xC3, 0xC3, 0xA9],
  ]

  @Test(arguments: notUTF8) func `refuses what is not UTF-8`(_ sequence: [UInt8]) {
    for before in 0..<10 {
      let text = [UInt8](repeating: 0x61, count: before)
      #expect(throws: JSONFault.self) { try Self.validate([.quote] + text + sequence + [.quote]) }
      #expect(throws: JSONFault.self) { try Self.validate([.quote] + text + sequence + text + [.quote]) }
      #expect(throws: JSONFault.self) { try Self.validate(Array("{\"".utf8) + sequence + Array("\":1}".utf8)) }
    }
  }

  @Test func `looks at every byte of a string, wherever it stands`() throws {
    for byte in UInt8.min...UInt8.max {
      for place in 0..<24 {
        var bytes: [UInt8] = [.quote] + [UInt8](repeating: 0x61, count: 24) + [.quote]
        bytes[1 + place] = byte
        // A quotation mark ends the string early, the rest is too much; a backslash before a or the end is no escape.
        let isPlain = byte >= 0x20 && byte < 0x80 && byte != .quote && byte != .backslash
        let fails = (try? Self.validate(bytes)) == nil
        #expect(fails == !isPlain, "byte \(byte) at \(place)")
      }
    }
  }

  @Test func `bounds the depth, counting what is open around`() throws {
    let max = Limits.jsonDepthMax
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      func nested(_ depth: Int) -> [UInt8] {
        let inner = open == "[" ? "" : "1"
        return Array((String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).utf8)
      }
      try Self.validate(nested(max))
      #expect(throws: JSONFault(.tooDeep, at: max * open.utf8.count)) { try Self.validate(nested(max + 1)) }
      _ = try Self.scan(nested(3), from: 0, depth: max - 3)
      #expect(throws: JSONFault.self) { try Self.scan(nested(3), from: 0, depth: max - 2) }
    }
    // Arrays and objects in turn keep their places.
    let mixed = String(repeating: "[{\"a\":", count: max / 2) + "[]" + String(repeating: "}]", count: max / 2)
    #expect(throws: JSONFault.self) { try Self.validate(Array(mixed.utf8)) }
    try Self.validate(Array(mixed.replacing("[]", with: "1").utf8))
    // A hostile depth costs no stack.
    #expect(throws: JSONFault(.tooDeep, at: max)) { try Self.validate([UInt8](repeating: .bracketOpen, count: 1_000_000)) }
  }

  @Test(arguments: [
    ("[1,2,,3]", 5, "a value was expected, not ','"), ("{\"a\" 1}", 5, "a colon was expected"), ("[1 2]", 3, "a comma or ]"),
    ("{\"a\":1;}", 6, "a comma or } was expected, not ';'"), ("{\"a\":1,}", 7, "a name in quotation marks"), ("[01]", 1, "needless zero"),
    ("\"\t\"", 1, "byte 0x09 stands bare"), ("\"\\x\"", 1, "no escape \\ with 'x'"), ("[1", 2, "ends in the middle"),
    ("1 2", 2, "follows after"),
    ("\"\\ud800\"", 1, "half of a surrogate pair"), ("\"\\u00g0\"", 5, "a hexadecimal digit was expected"),
  ]) func `says what is wrong and where`(_ text: String, _ offset: Int, _ words: String) throws {
    let fault = try #require(throws: JSONFault.self) { try Self.validate(Array(text.utf8)) }
    #expect(fault.offset == offset)
    #expect("\(fault)".contains(words))
    #expect("\(fault)".hasSuffix("at byte \(offset)"))
  }

  @Test func `walks through an object's members`() throws {
    let bytes = Array(#"  { "a" : 1 , "b\n":[1,{"c":2}],"d":"x\"y" , "e":{} } , "#.utf8)
    try bytes.withUnsafeBytes { buffer in
      var walk = try JSONWalk(buffer, from: 0)
      var found: [String] = []
      while let name = try walk.next() {
        let value = try walk.skip()
        found.append("\(JSONName(buffer, name))=\(String(decoding: buffer[value], as: UTF8.self))")
      }
      #expect(found == ["a=1", "b\n=[1,{\"c\":2}]", "d=\"x\\\"y\"", "e={}"])
      #expect(buffer[walk.offset...].elementsEqual(" , ".utf8))
    }
    for text in ["", "[", "1", "{1:1}", "{\"a\"}", "{\"a\":1 \"b\":2}", "{\"a\":1,}", "{,}", "{\"a\":}", "{\"a\":1"] {
      #expect(throws: JSONFault.self, "\(text)") { try Self.walk(Array(text.utf8)) }
    }
    let deep = String(repeating: "[", count: Limits.jsonDepthMax)
    #expect(throws: JSONFault.self) { try Self.walk(Array("{\"a\":\(deep)".utf8)) }
  }

  @Test func `agrees with Foundation about damaged documents`() throws {
    var random = Seed.printed(for: "JSONScannerTests")
    let seedText = #"{"id":"A-1","n":[1,-2.5e3,true,null,"é\u00e9\n"],"o":{"p":{}},"q":"0123456789abcdef"}"#
    for round in 0..<20_000 {
      var bytes = Array(seedText.utf8)
      for _ in 0...Int.random(in: 0...2, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8.random(in: 0x20...0x7F, using: &random), at: place)
        case 2: bytes[place] = Array("{}[]\",:\\0-.eut ".utf8).randomElement(using: &random) ?? 0
        default: bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
      }
      let own = (try? Self.validate(bytes)) != nil
      let foundation = (try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])) != nil
      let text = String(decoding: bytes, as: UTF8.self)
      // Numbers that no Double holds are JSON all the same.
      if own { #expect(foundation || text.lowercased().contains("e"), "round \(round), seed \(random.seed): \(text)") }
      // Foundation lets a comma stand before a closing bracket; RFC 8259 does not.
      let tight = text.filter { !$0.isWhitespace }
      if foundation { #expect(own || tight.contains(",}") || tight.contains(",]"), "round \(round), seed \(random.seed): \(text)") }
    }
  }

  static func validate(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try JSONScanner.validate($0) } }

  static func scan(_ bytes: [UInt8], from start: Int, depth: Int = 0) throws -> Int {
    try bytes.withUnsafeBytes { try JSONScanner.scan($0, from: start, depth: depth) }
  }

  static func walk(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { buffer in
      var walk = try JSONWalk(buffer, from: 0)
      while try walk.next() != nil { _ = try walk.skip() }
    }
  }
}
