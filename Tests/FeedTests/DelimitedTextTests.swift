import Feed
import Testing

/// Cutting bytes into records and fields: what RFC 4180 says, and what exports really look like.
struct DelimitedTextTests {
  /// The records of `text`, given to the reader in pieces of `piece` bytes.
  private func records(_ text: [UInt8], _ separator: DelimitedText.Separator = .comma, piece: Int) throws(FeedFault) -> [[String]] {
    var reader = DelimitedText(separator)
    var found: [[String]] = []
    var (offset, given) = (0, min(piece, text.count))
    while true {
      let bytes = text[..<given]
      let outcome = Array(bytes).withUnsafeBytes { bytes -> Result<Bool, FeedFault> in
        do throws(FeedFault) {
          guard let record = try reader.next(in: bytes, from: offset, isLast: given == text.count) else { return .success(false) }
          found.append(["\(record.line)"] + reader.fields.map { String(decoding: reader.bytes(of: $0, in: bytes), as: UTF8.self) })
          offset = record.next
          return .success(true)
        } catch { return .failure(error) }
      }
      if try outcome.get() { continue }
      guard given < text.count else { return found }
      given = min(given + piece, text.count)
    }
  }

  private func records(_ text: String, _ separator: DelimitedText.Separator = .comma) throws -> [[String]] {
    let whole = try records(Array(text.utf8), separator, piece: max(1, text.utf8.count))
    // Wherever the buffer ends, the records are the same.
    for piece in 1...7 { #expect(try records(Array(text.utf8), separator, piece: piece) == whole, "in pieces of \(piece)") }
    return whole
  }

  @Test(arguments: [
    ("a,b\n1,2\n", [["1", "a", "b"], ["2", "1", "2"]]),
    ("a,b\r\n1,2\r\n", [["1", "a", "b"], ["2", "1", "2"]]),
    ("a,b\r1,2", [["1", "a", "b"], ["2", "1", "2"]]),
    ("\u{FEFF}a,b\n", [["1", "a", "b"]]),
    ("a,\"b\"\n\"1,\n2\",3\nx,y", [["1", "a", "b"], ["2", "1,\n2", "3"], ["4", "x", "y"]]),
    ("\"a\r\nb\",c\r\nd,e\r\n", [["1", "a\r\nb", "c"], ["3", "d", "e"]]),
    ("\"say \"\"hi\"\"\",\"\"\n", [["1", "say \"hi\"", ""]]),
    ("12\" pan,x\n", [["1", "12\" pan", "x"]]),
    ("\n\n,\n\n1,2,\n", [["3", "", ""], ["5", "1", "2", ""]]),
    ("a,", [["1", "a", ""]]), ("a", [["1", "a"]]), ("", []), ("\n\r\n", []), ("é,ü\n", [["1", "é", "ü"]]),
  ])
  func `fields and records are found however lines end and marks stand`(text: String, wanted: [[String]]) throws {
    #expect(try records(text) == wanted)
  }

  @Test func `other separators cut the same way, and blanks in runs`() throws {
    #expect(try records("a;\"b;c\"\n1;2,5\n", .semicolon) == [["1", "a", "b;c"], ["2", "1", "2,5"]])
    #expect(try records("a\tb\n1\t\"2\t3\"\n", .tab) == [["1", "a", "b"], ["2", "1", "2\t3"]])
    #expect(
      try records("  a   b\r\n 00001 19970101  1   11.77\r\n\r\n x\t y ", .space) == [
        ["1", "a", "b"], ["2", "00001", "19970101", "1", "11.77"], ["4", "x", "y"],
      ])
  }

  @Test(arguments: [
    ("a,b\n1,\"2\n3,4\n", FeedFault.neverClosed(line: 2)), ("a,b\n\"1\"2,3\n", .afterQuote(line: 2)), ("a\n\u{0}\n", .binary(line: 2)),
    ("\"a\u{0}\"\n", .binary(line: 1)), ("\u{1F}\u{8B}", .binary(line: 0)),
  ])
  func `what is no text, or breaks off, is named with its line`(text: String, fault: FeedFault) throws {
    guard fault != .binary(line: 0) else {
      #expect(throws: FeedFault.compressed) { try records([0x1F, 0x8B, 8, 0, 1, 2], piece: 6) }
      #expect(throws: FeedFault.otherEncoding) { try records([0xFF, 0xFE, 0x61, 0], piece: 4) }
      return
    }
    #expect(throws: fault) { try records(Array(text.utf8), piece: 1_000) }
  }

  @Test func `a record beyond the limit ends it, one at the limit does not`() throws {
    let long = Array("a\n".utf8) + [UInt8](repeating: 0x78, count: FeedLimits.recordBytesMax - 10) + Array("\nb\n".utf8)
    #expect(try records(long, piece: 1 << 18).map { $0[0] } == ["1", "2", "3"])
    let longer = Array("a\n".utf8) + [UInt8](repeating: 0x78, count: FeedLimits.recordBytesMax + 10)
    #expect(throws: FeedFault.recordTooLong(line: 2)) { try records(longer + longer, piece: 1 << 18).count }
    #expect(throws: FeedFault.recordTooLong(line: 1)) {
      try records([UInt8](repeating: 0x2C, count: FeedLimits.columnsMax + 1), piece: 1 << 18)
    }
  }
}
