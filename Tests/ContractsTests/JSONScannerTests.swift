import Contracts
import Testing

@Suite struct JSONScannerTests {
  static let good: [String] = [
    "0", "-0", "1", "-1", "12345678901234567890", "1.5", "-0.0", "1e5", "1E+5", "1e-5", "0e0", "true", "false", "null", "\"\"", "[]", "{}",
    " [ ] ", "\t{\n}\r", "[1,2]", "[1 , 2]", "{\"a\":1}", "{\"a\":{\"b\":[{},[]]}}", "{\"a\":1,\"a\":2}", "{\"\":0}",
    #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\uD834\udd1e""#, #""\u00e9""#, "\"é€𝄞\"", "\"\u{7F}\"", "\"\u{2028}\"", "\"\u{FFFF}\"",
    "\"0123456789abcdef\"", "\"0123456é89abcdef\"", #""0123456\n89abcdef""#, "[[[[[[[[[[]]]]]]]]]]", "[\"a\",true,null,1.0,{}]",
  ]

  @Test(arguments: good) func `takes what RFC 8259 takes`(_ text: String) throws {
    let bytes = Array(text.utf8)
    try validate(bytes)
    // Whatever stands before or after a value in the buffer is not looked at.
    let padded = Array("xx".utf8) + bytes + Array("yy".utf8)
    let end = try padded.withUnsafeBytes { try JSONScanner.scan(UnsafeRawBufferPointer(rebasing: $0.dropLast(2)), from: 2) }
    #expect(end <= 2 + bytes.count)
  }

  func validate(_ bytes: [UInt8]) throws(JSONFault) {
    let outcome = bytes.withUnsafeBytes { buffer in Result { () throws(JSONFault) in try JSONScanner.validate(buffer) } }
    try outcome.get()
  }
}
