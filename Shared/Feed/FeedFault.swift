/// Why a file cannot be taken in at all: nothing of it is, for nobody could say which orders would be incomplete.
package enum FeedFault: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case compressed
  case otherEncoding
  case binary(line: Int64)
  /// The header holds control characters: it is a spreadsheet, a picture, or whatever.
  case noText
  case neverClosed(line: Int64)
  case afterQuote(line: Int64)
  case recordTooLong(line: Int64)
  case fieldTooLong(line: Int64, column: String)
  /// The record has another number of fields than the header.
  case torn(line: Int64, fields: Int, columns: Int)
  case noColumn(String, role: String, near: String?, columns: [String])
  case columnTwice(String)
  case oneColumn(String, DelimitedText.Separator)
  case badMap(String, why: String)
  case unmapped([String])
  case tooManyOfOne(line: Int64, key: String)

  package var description: String {
    switch self {
    case .empty: "it holds nothing, not even a header; the first line names the columns"
    case .compressed: "it is compressed; unpack it on the way in: `zcat FILE | accord import ... -`"
    case .otherEncoding: "it is UTF-16, as spreadsheets write it; save it as UTF-8 (CSV UTF-8)"
    case .binary(let line): "line \(line) holds a zero byte, so it is no text; give the export as CSV in UTF-8"
    case .noText: "the header holds characters that no text has; give the export as CSV in UTF-8"
    case .neverClosed(let line):
      "line \(line): a quotation mark opens a field that is never closed; close it, or double it where it is a letter"
    case .afterQuote(let line):
      "line \(line): something stands between a closing quotation mark and the next separator; double the mark where it is a letter (RFC 4180 2.7)"
    case .recordTooLong(let line):
      "line \(line): the record is longer than \(FeedLimits.recordBytesMax) bytes or has more than \(FeedLimits.columnsMax) fields; is a quotation mark unclosed, or --separator wrong?"
    case .fieldTooLong(let line, let column):
      "line \(line), column \(column): the field is longer than \(FeedLimits.fieldBytesMax) bytes; is a quotation mark unclosed?"
    case .torn(let line, let fields, let columns):
      "line \(line) has \(fields) fields and the header \(columns); to which order it belongs cannot be told, and an order is taken whole or not at all: mend that line"
    case .noColumn(let name, let role, let near, let columns):
      "there is no column “\(name)” for \(role)\(near.map { "; did you mean “\($0)”?" } ?? ""); the file has: \(columns.prefix(40).joined(separator: ", "))"
    case .columnTwice(let name): "the header has the column “\(name)” twice, so nobody can tell which is meant; rename one of them"
    case .oneColumn(let header, let likely):
      "the header is one single column, “\(header.prefix(60))”; it looks as if --separator \(likely.rawValue) were right"
    case .badMap(let text, let why): "“\(text)” in --map cannot be used: \(why)"
    case .unmapped(let roles):
      "--map does not say which column is \(roles.joined(separator: ", ")); add \(roles.map { "\($0)=COLUMN" }.joined(separator: ","))"
    case .tooManyOfOne(let line, let key): "line \(line): too many lines have the same \(key) for it to be one order; is the column right?"
    }
  }
}

/// Why one row, or the order it belongs to, is not taken: the field as --map names it, and a sentence.
package struct FieldFault: Error, Equatable, Sendable, CustomStringConvertible {
  package let field: String
  package let sentence: String

  package init(_ field: String, _ sentence: String) {
    self.field = field
    self.sentence = sentence
  }

  package var description: String { "\(field): \(sentence)" }
}
