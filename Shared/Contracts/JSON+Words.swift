/// The contracts' own words out of JSON. Where one is broken, the fault's offset is the value's.
extension JSONReader {
  /// An identifier by its rules.
  package mutating func identifier<Subject>() throws(JSONFault) -> Identifier<Subject> {
    let start = try start()
    let name = JSONName(bytes, try span())
    // The scanner has passed the text, so what stands in it without an escape is looked at where it is.
    if !name.escaped, Identifier<Subject>.isPlain(name.written) {
      return Identifier(restoring: String(decoding: name.written, as: UTF8.self))
    }
    do { return try Identifier(name.description) } catch { throw JSONFault(.rule(.identifier(error)), at: start) }
  }

  /// An RFC 3339 time.
  package mutating func timestamp() throws(JSONFault) -> Timestamp {
    let span = try span()
    let name = JSONName(bytes, span)
    do {
      return try name.escaped ? Timestamp(rfc3339: name.description) : Timestamp(rfc3339: name.written)
    } catch { throw JSONFault(.rule(.timestamp(error)), at: span.start - 1) }
  }

  /// An ISO 8601 duration of fixed length.
  package mutating func duration() throws(JSONFault) -> Duration {
    let text = try text()
    do { return try Duration(iso8601: text.value) } catch { throw JSONFault(.rule(.duration(error)), at: text.offset) }
  }

  /// `{"amount_minor": 995, "currency": "EUR"}`.
  package mutating func money() throws(JSONFault) -> Money {
    var minor: Int64?
    var currency: Currency?
    let start = try start()
    try beginObject()
    while let name = try nextName() {
      switch name {
      case "amount_minor": minor = try integer()
      case "currency": currency = try self.currency()
      default: try skip()
      }
    }
    return Money(minor: try needed(minor, "amount_minor", at: start), try needed(currency, "currency", at: start))
  }

  /// Three letters of ISO 4217.
  package mutating func currency() throws(JSONFault) -> Currency {
    let text = try text()
    guard let currency = Currency(text.value) else { throw JSONFault(.rule(.currency(text.value)), at: text.offset) }
    return currency
  }

  /// One of the words that `Word` lists.
  package mutating func word<Word: RawRepresentable<String> & CaseIterable>(_: Word.Type) throws(JSONFault) -> Word {
    let text = try text()
    guard let word = Word(rawValue: text.value) else {
      throw JSONFault(.rule(.unknownWord(text.value, allowed: Word.allCases.map(\.rawValue))), at: text.offset)
    }
    return word
  }

  /// An array of at most `countMax` elements.
  package mutating func list<Value>(
    countMax: Int, _ read: (inout JSONReader) throws(JSONFault) -> Value
  ) throws(JSONFault) -> [Value] {
    let start = try start()
    var values: [Value] = []
    try beginArray()
    while try nextElement() {
      guard values.count < countMax else { throw JSONFault(.rule(.tooMany(countMax + 1, max: countMax)), at: start) }
      values.append(try read(&self))
    }
    return values
  }

  /// Where the next value begins.
  package mutating func start() throws(JSONFault) -> Int {
    _ = try peek()
    return offset
  }

  /// `value`, or the fault that the object at `start` lacks its member `name`.
  package func needed<Value>(_ value: Value?, _ name: String, at start: Int) throws(JSONFault) -> Value {
    guard let value else { throw JSONFault(.rule(.missing(name)), at: start) }
    return value
  }

  private mutating func text() throws(JSONFault) -> (value: String, offset: Int) {
    let start = try start()
    return (try string(), start)
  }
}

/// The contracts' own words into JSON.
extension JSONWriter {
  package mutating func timestamp(_ instant: Timestamp) { instant.withUTF8 { plain($0) } }

  package mutating func money(_ money: Money) {
    beginObject()
    member("amount_minor", money.minor)
    member("currency", money.currency.code)
    endObject()
  }

  package mutating func member<Subject>(_ name: StaticString, _ id: Identifier<Subject>) { member(name, id.text) }
  package mutating func member<Subject>(_ name: StaticString, ifPresent id: Identifier<Subject>?) { member(name, ifPresent: id?.text) }

  /// A member whose value is an instant in RFC 3339, or an amount with its currency; what is absent is left out.
  package mutating func member(_ name: StaticString, _ instant: Timestamp) {
    self.name(name)
    timestamp(instant)
  }

  package mutating func member(_ name: StaticString, ifPresent instant: Timestamp?) {
    if let instant { member(name, instant) }
  }

  package mutating func member(_ name: StaticString, _ money: Money) {
    self.name(name)
    self.money(money)
  }

  package mutating func member(_ name: StaticString, ifPresent money: Money?) {
    if let money { member(name, money) }
  }
}
