/// Swift text with its comments and the insides of its string literals blanked, line by line, so that rules look at code alone.
///
/// Knows `//`, nested `/* */`, `"..."`, `"""..."""` and raw strings. Interpolations go with their string.
enum CodeOnly {
  static func of(_ text: String) -> String {
    var scanner = Scanner(bytes: Array(text.utf8))
    scanner.run()
    return String(decoding: scanner.code, as: UTF8.self)
  }

  private struct Scanner {
    let bytes: [UInt8]
    var code: [UInt8] = []
    private var at = 0

    init(bytes: [UInt8]) {
      self.bytes = bytes
      code.reserveCapacity(bytes.count)
    }

    mutating func run() {
      while at < bytes.count {
        if starts("//") {
          while at < bytes.count, bytes[at] != 0x0A { at += 1 }
        } else if starts("/*") {
          blockComment()
        } else if bytes[at] == 0x22 || (bytes[at] == 0x23 && hashesBeforeQuote > 0) {
          string()
        } else {
          code.append(bytes[at])
          at += 1
        }
      }
    }

    private func starts(_ text: StaticString) -> Bool {
      let count = text.utf8CodeUnitCount
      guard at + count <= bytes.count else { return false }
      return text.withUTF8Buffer { bytes[at..<at + count].elementsEqual($0) }
    }

    private mutating func skip(_ count: Int) {
      for place in at..<min(at + count, bytes.count) where bytes[place] == 0x0A { code.append(0x0A) }
      at = min(at + count, bytes.count)
    }

    private mutating func blockComment() {
      var depth = 0
      repeat {
        if starts("/*") {
          depth += 1
          skip(2)
        } else if starts("*/") {
          depth -= 1
          skip(2)
        } else {
          skip(1)
        }
      } while depth > 0 && at < bytes.count
    }

    /// How many `#` stand here directly before a quotation mark.
    private var hashesBeforeQuote: Int {
      var count = 0
      while at + count < bytes.count, bytes[at + count] == 0x23 { count += 1 }
      return at + count < bytes.count && bytes[at + count] == 0x22 ? count : 0
    }

    private mutating func string() {
      let hashes = hashesBeforeQuote
      skip(hashes)
      let quotes = starts("\"\"\"") ? 3 : 1
      skip(quotes)
      code += [0x22, 0x22]
      while at < bytes.count {
        if bytes[at] == 0x5C, hashes == 0, at + 1 < bytes.count, bytes[at + 1] == 0x28 {
          interpolation()
        } else if bytes[at] == 0x5C, hashes == 0 {
          skip(2)
        } else if closes(quotes, hashes) {
          return skip(quotes + hashes)
        } else if quotes == 1, bytes[at] == 0x0A {
          return  // An unclosed string: the compiler's business.
        } else {
          skip(1)
        }
      }
    }

    /// `\( ... )`, which may itself hold strings and parentheses.
    private mutating func interpolation() {
      skip(2)
      var depth = 1
      while at < bytes.count, depth > 0 {
        switch bytes[at] {
        case 0x28: depth += 1
        case 0x29: depth -= 1
        case 0x22:
          string()
          continue
        default: break
        }
        skip(1)
      }
    }

    private func closes(_ quotes: Int, _ hashes: Int) -> Bool {
      guard at + quotes + hashes <= bytes.count else { return false }
      return bytes[at..<at + quotes].allSatisfy { $0 == 0x22 } && bytes[at + quotes..<at + quotes + hashes].allSatisfy { $0 == 0x23 }
    }
  }
}
