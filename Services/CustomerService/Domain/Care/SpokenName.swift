/// A name as people say it: without capitals, accents, punctuation and double spaces, so that `Envío GRATIS!` is found by `envio gratis`.
package enum SpokenName {
  /// Letters of Latin scripts with what they are without their marks, as pairs of what may stand and what it is folded to.
  private static let folds: [(String, String)] = [
    ("àáâãåāăąǎǟạảấầẩẫậắằẳẵặ", "a"), ("çćĉċč", "c"), ("ďđð", "d"), ("èéêëēĕėęěẹẻẽếềểễệ", "e"), ("ĝğġģ", "g"), ("ĥħ", "h"),
    ("ìíîïĩīĭįıỉị", "i"), ("ĵ", "j"), ("ķ", "k"), ("ĺļľŀł", "l"), ("ñńņňŉ", "n"), ("òóôõøōŏőọỏốồổỗộơớờởỡợ", "o"), ("ŕŗř", "r"),
    ("śŝşšș", "s"),
    ("ţťŧț", "t"), ("ùúûũūŭůűųụủưứừửữự", "u"), ("ŵ", "w"), ("ýÿŷỳỷỹ", "y"), ("źżž", "z"), ("äæ", "ae"), ("öœ", "oe"), ("ü", "ue"),
    ("ß", "ss"),
    ("þ", "th"),
  ]

  private static let table: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [:]
    for (letters, plain) in folds { for scalar in letters.unicodeScalars { table[scalar] = plain } }
    return table
  }()

  /// `text` folded: lower-case letters and digits in words with one space between them.
  ///
  /// A letter with a combining mark is the letter; German umlauts become what they are written as without them.
  package static func folded(_ text: String) -> String {
    var words: [UInt8] = []
    var isGap = false
    func append(_ text: String, _ words: inout [UInt8]) {
      if isGap, !words.isEmpty { words.append(UInt8(ascii: " ")) }
      isGap = false
      words.append(contentsOf: text.utf8)
    }
    for scalar in text.lowercased().unicodeScalars {
      switch scalar.value {
      // Combining marks, and what joins letters without being one.
      case 0x300...0x36F, 0x27, 0x2019, 0xAD: continue
      case 0x30...0x39, 0x61...0x7A: append(String(scalar), &words)
      case 0..<0x80: isGap = true
      default:
        if let plain = table[scalar] {
          append(plain, &words)
        } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
          append(String(scalar), &words)
        } else {
          isGap = true
        }
      }
    }
    return String(decoding: words, as: UTF8.self)
  }

  /// The same where umlauts are left without a trace, as a keyboard without them has it: `fur` for `für`.
  package static func bare(_ folded: String) -> String {
    folded.replacing("ae", with: "a").replacing("oe", with: "o").replacing("ue", with: "u")
  }

  /// Whether somebody who says `said` may mean `name`; both folded. One holds the other, or every word of the one begins a word of it.
  package static func means(_ said: String, _ name: String) -> Bool {
    guard !said.isEmpty, !name.isEmpty else { return false }
    if holds(name, said) || holds(said, name) { return true }
    let (saidBare, nameBare) = (bare(said), bare(name))
    if holds(nameBare, saidBare) || holds(saidBare, nameBare) { return true }
    let there = nameBare.split(separator: " ")
    let wanted = saidBare.split(separator: " ").filter { !small.contains(String($0)) }
    return !wanted.isEmpty
      && wanted.allSatisfy { word in there.contains { $0.hasPrefix(word) || word.utf8.count > 3 && word.hasPrefix($0) } }
  }

  /// Words that mean no offer by themselves.
  private static let small: Set<String> = ["the", "a", "an", "of", "for", "my", "that", "this", "with", "your", "on", "el", "la", "de"]

  /// Whether `text` has `part` as whole words at least at its beginning; a single letter is no name.
  private static func holds(_ text: String, _ part: String) -> Bool {
    guard part.utf8.count > 1, part.utf8.count <= text.utf8.count else { return false }
    return text.hasPrefix(part) || text.contains(" \(part)")
  }
}
