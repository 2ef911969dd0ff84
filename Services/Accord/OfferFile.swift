import Contracts
import Glibc
import Host

/// Documents that people write: JSON, where a line that begins with `//` is a comment and means nothing.
enum OfferFile {
  /// What stands for an offer on the command line: a file of its own, or the name of one that marketing knows.
  enum Operand {
    case file(String, JSON)
    case name(String)
  }

  /// A path, `-` for standard input, or whatever is a file here; all else is a name.
  static func operand(_ text: String) throws(Complaint) -> Operand {
    guard text == "-" || text.contains("/") || text.hasSuffix(".json") || Files.exists(text) else { return .name(text) }
    return .file(text, try read(text))
  }

  /// The document in the file. Throws with the line where it cannot be read.
  static func read(_ path: String) throws(Complaint) -> JSON {
    let bytes = try TypedFile.read(path)
    // A comment leaves its line behind, so that faults name the lines of the file.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { isComment($0) ? [] : $0 }
    let plain = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    return try TypedFile.json(plain, of: path, otherwise: "no offer", "`accord offer new` prints a whole one")
  }

  private static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return text.starts(with: "//".utf8)
  }

  /// Who works here, out of a file: a JSON array of ids or of objects with id and left, or one id on each line.
  static func people(_ path: String) throws(Complaint) -> JSON {
    let bytes = try TypedFile.read(path)
    if let list = try? JSON(parsing: bytes), list.array != nil { return list }  // anything else is read line by line
    let names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
    let ids = names.filter { !$0.isEmpty && !$0.hasPrefix("//") && !$0.hasPrefix("#") }
    guard !ids.isEmpty, ids.allSatisfy({ !$0.contains(" ") && !$0.contains("{") }) else {
      throw Complaint(
        code: .refused, happened: "\(path) names no people",
        advice: "write one id on each line, such as marketer/maya, or a JSON array of them")
    }
    return .array(ids.map { .string(String($0)) })
  }
}
