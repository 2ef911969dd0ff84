/// Finds in a text what a sheet asks to avoid: whole words, whatever their case, over any white space.
package enum WordsToAvoid {
  /// A phrase as it was found.
  package struct Found: Sendable, Equatable {
    /// As the sheet has it.
    package let phrase: String
    /// How often it stands in the text.
    package let count: Int
    /// The text around the first place.
    package let place: String
  }

  /// Each phrase that `text` holds, in the order of `phrases`. A phrase that is part of a longer word is none: `late` is not in `plate`.
  package static func find(_ phrases: [String], in text: String) -> [Found] {
    let text = folded(text)
    return phrases.compactMap { phrase in
      let wanted = folded(phrase)
      guard !wanted.isEmpty, wanted.count <= text.count else { return nil }
      let places = (0...(text.count - wanted.count)).filter { start in
        text[start..<start + wanted.count].elementsEqual(wanted) && isWhole(wanted, start, in: text)
      }
      guard let first = places.first else { return nil }
      let around = max(0, first - 20)..<min(text.count, first + wanted.count + 20)
      return Found(phrase: phrase, count: places.count, place: String(text[around]))
    }
  }

  /// Small letters, and one space for any white space: what is compared.
  private static func folded(_ text: String) -> [Character] {
    var folded: [Character] = []
    for character in text.lowercased() {
      if !character.isWhitespace {
        folded.append(character)
      } else if let last = folded.last, last != " " {
        folded.append(" ")
      }
    }
    if folded.last == " " { folded.removeLast() }
    return folded
  }

  private static func isWhole(_ wanted: [Character], _ start: Int, in text: [Character]) -> Bool {
    let end = start + wanted.count
    let joinsBefore = start > 0 && joins(text[start - 1], wanted[0])
    let joinsAfter = end < text.count && joins(wanted[wanted.count - 1], text[end])
    return !joinsBefore && !joinsAfter
  }

  /// Whether two characters beside each other are one word.
  private static func joins(_ one: Character, _ other: Character) -> Bool { isOfWords(one) && isOfWords(other) }

  /// Letters and digits; not those of scripts that part no words (Thai to Khmer, kana, ideographs): there every place is a boundary.
  private static func isOfWords(_ character: Character) -> Bool {
    guard character.isLetter || character.isNumber, let scalar = character.unicodeScalars.first?.value else { return false }
    let unparted = [0x0E00...0x0FFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x9FFF, 0x20000...0x3FFFF]
    return !unparted.contains { $0.contains(Int(scalar)) }
  }
}
