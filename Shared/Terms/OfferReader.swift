import Contracts
import Zones

/// Reads fields out of a document and notes what is wrong with each, so that all of it is told at once.
struct OfferReader {
  private(set) var findings: [OfferFinding] = []

  /// A value and where it stands; absent and null are the same.
  struct Field {
    let pointer: String
    let value: JSON?

    init(_ pointer: String, _ value: JSON?) {
      self.pointer = pointer
      self.value = value.flatMap { $0.isNull ? nil : $0 }
    }

    var isAbsent: Bool { value == nil }
    /// RFC 6901 3: `~` and `/` inside a name.
    private static func escaped(_ name: String) -> String {
      name.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
        .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
    }

    subscript(name: String) -> Field { Field(pointer + "/" + Self.escaped(name), value?[name]) }
  }

  mutating func refuse(_ field: Field, _ sentence: String, next: String) {
    findings.append(OfferFinding(.refusal, field.pointer, sentence, next: next))
  }

  /// The same out of a sentence whose second half, behind a semicolon, is the next step.
  mutating func refuse(_ field: Field, _ description: String) {
    let parts = description.split(separator: "; ", maxSplits: 1).map(String.init)
    refuse(field, parts[0], next: parts.count > 1 ? parts[1] : "correct it")
  }

  mutating func warn(_ field: Field, _ sentence: String, next: String) {
    findings.append(OfferFinding(.warning, field.pointer, sentence, next: next))
  }

  mutating func missing(_ field: Field) {
    let name = field.pointer.split(separator: "/").last ?? ""
    refuse(field, "\"\(name)\" is missing", next: "write it; `accord offer new` makes a file with every field")
  }

  // Shapes

  /// An object's members; those that are not in `known` are kept and pointed out.
  mutating func object(_ field: Field, _ known: [String]) -> Bool {
    guard let value = field.value else { return false }
    guard let members = value.object else {
      refuse(field, "it is no object", next: "write { ... } with \(known.joined(separator: ", "))")
      return false
    }
    for member in members where !known.contains(member.name) {
      let place = field[member.name]
      warn(
        Field(place.pointer, member.value),
        "\"\(member.name)\" is not known here, it changes nothing\(NearNames.question(member.name, among: known))",
        next: "keep it as a note, or correct its name")
    }
    return true
  }

  mutating func list<Value>(_ field: Field, max: Int = TermsLimits.listMax, _ read: (inout OfferReader, Field) -> Value?) -> [Value]? {
    guard let value = field.value else { return nil }
    guard let elements = value.array else {
      refuse(field, "it is no list", next: "write [ ... ]")
      return nil
    }
    guard elements.count <= max else {
      refuse(field, "it has \(elements.count) entries, at most \(max) are taken", next: "shorten it")
      return nil
    }
    let read = elements.enumerated().map { read(&self, Field("\(field.pointer)/\($0.offset)", $0.element)) }
    let values = read.compactMap(\.self)
    return values.count == read.count ? values : nil
  }

  // Values

  mutating func text(_ field: Field, max: Int = TermsLimits.textBytesMax) -> String? {
    guard let value = field.value else { return nil }
    guard let text = value.string, !text.isEmpty, text.utf8.count <= max else {
      refuse(field, "it is no text of 1 to \(max) bytes", next: "write one in quotation marks")
      return nil
    }
    return text
  }

  mutating func texts(_ field: Field) -> [String]? {
    guard let texts = list(field, max: TermsLimits.idsMax, { reader, field in reader.needed(field) { $0.text($1) } }) else { return nil }
    var seen: Set<String> = []
    for (index, text) in texts.enumerated() where !seen.insert(text).inserted {
      warn(Field("\(field.pointer)/\(index)", nil), "\"\(text)\" stands twice", next: "leave one out")
    }
    return texts
  }

  /// A list that means nobody or nothing where it is empty.
  mutating func choices(_ field: Field) -> [String]? {
    guard let texts = texts(field) else { return nil }
    guard !texts.isEmpty else {
      refuse(field, "an empty list lets nothing through", next: "name at least one, or leave the field out for all")
      return nil
    }
    return texts
  }

  mutating func needed<Value>(_ field: Field, _ read: (inout OfferReader, Field) -> Value?) -> Value? {
    guard !field.isAbsent else {
      missing(field)
      return nil
    }
    return read(&self, field)
  }

  mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ field: Field, _: Word.Type) -> Word? {
    guard let value = field.value else { return nil }
    let words = Word.allCases.map(\.rawValue)
    guard let text = value.string, let word = Word(rawValue: text) else {
      let written = value.string ?? value.text
      refuse(
        field, "\"\(written)\" is not known here\(NearNames.question(written, among: words))",
        next: "write one of \(words.joined(separator: ", "))")
      return nil
    }
    return word
  }

  mutating func identifier<Subject>(_ field: Field, _: Subject.Type = Subject.self) -> Identifier<Subject>? {
    guard let text = text(field) else { return nil }
    do { return try Identifier(text) } catch {
      refuse(field, error.description)
      return nil
    }
  }

  mutating func flag(_ field: Field) -> Bool? {
    guard let value = field.value else { return nil }
    guard let flag = value.bool else {
      refuse(field, "it is neither true nor false", next: "write true or false, without quotation marks")
      return nil
    }
    return flag
  }

  mutating func whole(_ field: Field, _ range: ClosedRange<Int64>) -> Int64? {
    guard let value = field.value else { return nil }
    guard let number = value.integer, range.contains(number) else {
      refuse(
        field, "\(value.text) is no whole number from \(range.lowerBound) to \(range.upperBound)",
        next: "write one, without quotation marks")
      return nil
    }
    return number
  }

  mutating func duration(_ field: Field, max: Duration = TermsLimits.durationMax) -> Duration? {
    guard let value = field.value else { return nil }
    guard let text = value.string else {
      refuse(field, "it is no duration", next: "write one in quotation marks, like \"PT48H\"")
      return nil
    }
    do {
      let duration = try Duration(iso8601: text)
      guard duration <= max else {
        refuse(field, "\(text) is longer than \(max.iso8601)", next: "write \(max.iso8601) or less")
        return nil
      }
      return duration
    } catch {
      refuse(field, "\"\(text)\": \(error.description)")
      return nil
    }
  }

  mutating func localTime(_ field: Field) -> LocalTime? {
    guard let text = text(field) else { return nil }
    do { return try LocalTime(iso8601: text) } catch {
      refuse(field, "\"\(text)\": \(error.description)")
      return nil
    }
  }

  mutating func currency(_ field: Field) -> Currency? {
    guard let text = text(field) else { return nil }
    guard let currency = Currency(text) else {
      refuse(
        field, "\"\(text)\" is no currency of ISO 4217\(NearNames.question(text, among: Currency.codes))",
        next: "write three capital letters like EUR")
      return nil
    }
    return currency
  }

  /// Minor units of the offer's one currency. Where that is not known the amount alone is read.
  mutating func money(_ field: Field, _ currency: Currency?, from least: Int64 = 0) -> Int64? {
    guard object(field, ["amount_minor", "currency"]) else { return nil }
    let minor = needed(field["amount_minor"]) { $0.whole($1, least...Contracts.Limits.amountMax) }
    let own = needed(field["currency"]) { $0.currency($1) }
    if let own, let currency, own != currency {
      refuse(
        field["currency"], "the amount is in \(own), the offer in \(currency): an offer has one currency",
        next: "write the amount in \(currency), or make an offer of its own for \(own)")
      return nil
    }
    return own == nil ? nil : minor
  }
}
