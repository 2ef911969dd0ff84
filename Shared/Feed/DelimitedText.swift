import Contracts

/// Cuts bytes into records and fields: RFC 4180 with any of four separators, or columns between runs of blanks.
///
/// ```
///   basket_id,note⏎               header
///   31,"two lines,⏎one field"⏎    a quoted field holds separators, line ends and doubled quotation marks
///   32,12" pan⏎                   a mark inside a field that did not begin with one is a letter like any other
/// ```
/// Lines end with LF, CRLF or CR; lines without anything are passed over; a byte order mark may stand in front.
package struct DelimitedText {
  package enum Separator: String, CaseIterable, Sendable {
    case comma, semicolon, tab
    /// Runs of blanks and tabs; nothing is quoted.
    case space

    var byte: UInt8 {
      switch self {
      case .comma: UInt8(ascii: ",")
      case .semicolon: UInt8(ascii: ";")
      case .tab: 0x09
      case .space: 0x20
      }
    }
  }

  /// Where one field of the record stands, without its quotation marks.
  package struct Field: Equatable, Sendable {
    package var start: Int
    package var end: Int
    /// Whether quotation marks inside it are doubled.
    package var isDoubled = false
  }

  /// One record: the number of the line on which it begins, from 1 on, and where the next one begins.
  package struct Record: Equatable, Sendable {
    package let line: Int64
    package let next: Int
  }

  package let separator: Separator
  /// The fields of the record that was found last.
  package private(set) var fields: [Field] = []
  /// The line at which the next record is looked for.
  package private(set) var line: Int64 = 1
  private var isAtStart = true
  /// The line on which the record under way begins: what a refusal names.
  private var begun: Int64 = 1

  package init(_ separator: Separator) { self.separator = separator }

  /// Finds the next record at `offset` or behind it. Nil where `bytes` end before the record does: come again with more, or with
  /// `isLast` set, where nil means that no record is left.
  package mutating func next(in bytes: UnsafeRawBufferPointer, from offset: Int, isLast: Bool) throws(FeedFault) -> Record? {
    var at = offset
    // Where nothing is found the same bytes come again, and their lines are counted again.
    let entered = line
    if isAtStart {
      guard bytes.count - at >= 4 || isLast else { return nil }
      at = try start(bytes, at)
    }
    while at < bytes.count, bytes[at] == 0x0A || bytes[at] == 0x0D {
      guard let end = lineEnd(bytes, at, isLast) else {
        line = entered
        return nil
      }
      line += 1
      at = end
    }
    guard at < bytes.count else {
      line = entered
      return nil
    }
    begun = line
    let next = separator == .space ? try spaced(bytes, at, isLast) : try separated(bytes, at, isLast)
    guard (next ?? bytes.count) - at <= FeedLimits.recordBytesMax else { throw .recordTooLong(line: begun) }
    guard let next else {
      line = entered
      return nil
    }
    isAtStart = false
    return Record(line: begun, next: next)
  }

  /// The text of `field`, doubled quotation marks undone.
  package func bytes(of field: Field, in bytes: UnsafeRawBufferPointer) -> [UInt8] {
    guard field.isDoubled else { return Array(bytes[field.start..<field.end]) }
    var text: [UInt8] = []
    var at = field.start
    while at < field.end {
      text.append(bytes[at])
      at += bytes[at] == .quote ? 2 : 1
    }
    return text
  }

  /// Passes over a byte order mark, and names what is plainly no text.
  private func start(_ bytes: UnsafeRawBufferPointer, _ at: Int) throws(FeedFault) -> Int {
    let first = bytes[at..<min(at + 4, bytes.count)]
    if first.starts(with: [0xEF, 0xBB, 0xBF]) { return at + 3 }
    if first.starts(with: [0x1F, 0x8B]) { throw .compressed }
    if first.starts(with: [0xFF, 0xFE]) || first.starts(with: [0xFE, 0xFF]) { throw .otherEncoding }
    return at
  }

  /// Behind the line end at `at`; nil where a CR is the last byte and an LF may follow.
  private func lineEnd(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ isLast: Bool) -> Int? {
    guard bytes[at] == 0x0D else { return at + 1 }
    guard at + 1 < bytes.count else { return isLast ? at + 1 : nil }
    return bytes[at + 1] == 0x0A ? at + 2 : at + 1
  }

  /// Cuts a record by RFC 4180; nil where it does not end inside `bytes`.
  private mutating func separated(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ isLast: Bool) throws(FeedFault) -> Int? {
    let separator = self.separator.byte
    let count = bytes.count
    fields.removeAll(keepingCapacity: true)
    var at = start
    while true {
      var field: Field
      if at < count, bytes[at] == .quote {
        guard let quoted = try self.quoted(bytes, at, isLast) else { return nil }
        field = quoted
        at = field.end + 1
        if at < count, bytes[at] != separator, bytes[at] != 0x0A, bytes[at] != 0x0D { throw .afterQuote(line: begun) }
      } else {
        let begin = at
        // Every control character but the tab is below the line ends or beside them, so one comparison passes over most letters.
        while at < count {
          let byte = bytes[at]
          if byte == separator { break }
          if byte <= 0x0D {
            if byte == 0x0A || byte == 0x0D { break }
            guard byte != 0 else { throw .binary(line: line) }
          }
          at &+= 1
        }
        field = Field(start: begin, end: at)
      }
      fields.append(field)
      guard fields.count <= FeedLimits.columnsMax else { throw .recordTooLong(line: begun) }
      guard at < count else { return isLast ? at : nil }
      if bytes[at] == separator {
        at &+= 1
        if at == count, isLast {
          fields.append(Field(start: at, end: at))
          return at
        }
        continue
      }
      guard let end = lineEnd(bytes, at, isLast) else { return nil }
      line &+= 1
      return end
    }
  }

  /// The quoted field whose mark stands at `start`; its end is the closing mark's place. Nil where that lies behind `bytes`.
  private mutating func quoted(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ isLast: Bool) throws(FeedFault) -> Field? {
    var at = start + 1
    var isDoubled = false
    while at < bytes.count {
      switch bytes[at] {
      case .quote:
        guard at + 1 < bytes.count || isLast else { return nil }
        guard at + 1 < bytes.count, bytes[at + 1] == .quote else { return Field(start: start + 1, end: at, isDoubled: isDoubled) }
        isDoubled = true
        at += 2
      case 0: throw .binary(line: line)
      case 0x0A:
        line += 1
        at += 1
      case 0x0D:
        guard at + 1 < bytes.count || isLast else { return nil }
        if at + 1 >= bytes.count || bytes[at + 1] != 0x0A { line += 1 }
        at += 1
      case _: at += 1
      }
    }
    if isLast { throw .neverClosed(line: begun) }
    return nil
  }

  /// Cuts a record between runs of blanks; nil where it does not end inside `bytes`.
  private mutating func spaced(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ isLast: Bool) throws(FeedFault) -> Int? {
    fields.removeAll(keepingCapacity: true)
    var at = start
    while true {
      while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
      guard at < bytes.count else { return isLast ? at : nil }
      if bytes[at] == 0x0A || bytes[at] == 0x0D {
        guard let end = lineEnd(bytes, at, isLast) else { return nil }
        line += 1
        return end
      }
      let begin = at
      while at < bytes.count, bytes[at] > 0x20 { at += 1 }
      if at < bytes.count, bytes[at] == 0 { throw .binary(line: line) }
      if at == begin { at += 1 }
      fields.append(Field(start: begin, end: at))
      guard fields.count <= FeedLimits.columnsMax else { throw .recordTooLong(line: begun) }
    }
  }
}
