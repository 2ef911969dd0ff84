/// Languages by their BCP 47 tags: what is found for whoever wants one (RFC 4647 3.4, lookup).
package enum Locales {
  /// Of `offered` the one that serves whoever wants `wanted`: itself, else a shorter one (`en` for `en-US`), else the same language
  /// elsewhere (`es-MX` for `es-US`); nil where another language is all there is.
  package static func lookup(_ wanted: String, among offered: [String]) -> String? {
    var range = wanted.lowercased()
    while true {
      if let found = offered.first(where: { $0.lowercased() == range }) { return found }
      guard let mark = range.lastIndex(of: "-") else { break }
      range = String(range[..<mark])
    }
    return offered.first { speaks($0, wanted) }
  }

  /// Whether both are the same language, wherever it is spoken.
  package static func speaks(_ one: String, _ other: String) -> Bool { language(one) == language(other) }

  /// Such as `es` of `es-US`.
  package static func language(_ tag: String) -> String {
    String(tag.split(separator: "-", maxSplits: 1).first ?? "").lowercased()
  }

  /// Each once, in the order in which they came.
  static func unique(_ tags: [String]) -> [String] {
    var seen: Set<String> = []
    return tags.filter { seen.insert($0.lowercased()).inserted }
  }
}
