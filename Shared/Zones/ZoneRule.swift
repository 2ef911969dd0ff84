import Contracts

/// What holds from the table's end on: a POSIX TZ string (IEEE 1003.1, extended by RFC 9636 3.3.1) such as
/// `EST5EDT,M3.2.0,M11.1.0`.
struct ZoneRule: Sendable {
  private let standard: Zone.Offset
  private let saving: Saving?

  /// The other half of the year, where the clocks change.
  private struct Saving: Sendable {
    let offset: Zone.Offset
    let start: Day
    let end: Day
  }

  /// A day of any year, and the seconds from its midnight.
  private struct Day: Sendable {
    enum Choice: Sendable {
      /// 1 to 365, 29 February never counted.
      case julian(Int)
      /// 0 to 365, 29 February counted.
      case dayOfYear(Int)
      /// The `week`-th (5: last) `weekday` of `month`.
      case weekday(month: Int, week: Int, weekday: Int)
    }
    let choice: Choice
    let time: Int

    /// Seconds since 1970 on the clocks that are to change.
    func seconds(in year: Int) -> Int {
      let newYear = CivilDate.daysSinceEpoch(year: year, month: 1, day: 1)
      let day: Int
      switch choice {
      case .julian(let count): day = newYear + count - 1 + (count > 59 && CivilDate.isLeap(year) ? 1 : 0)
      case .dayOfYear(let count): day = newYear + count
      case .weekday(let month, let week, let weekday):
        let first = CivilDate.daysSinceEpoch(year: year, month: month, day: 1)
        let shift = (weekday - CivilDate(daysSinceEpoch: first).weekday + 7) % 7
        let inMonth = shift + (week - 1) * 7
        day = first + (inMonth < CivilDate.days(inMonth: month, of: year) ? inMonth : inMonth - 7)
      }
      return day * 86_400 + time
    }
  }

  func offset(at second: Int) -> Zone.Offset {
    guard let saving else { return standard }
    // Rules reach a week over the year's ends, so both changes of the year before may still be to come.
    let year = CivilDate(daysSinceEpoch: Int(Int64(second + standard.seconds).flooredQuotient(by: 86_400))).year
    var latest = Int.min
    var isSaving = false
    for year in year - 2...year + 1 {
      let end = saving.end.seconds(in: year) - saving.offset.seconds
      if end <= second, end > latest { (latest, isSaving) = (end, false) }
      // At the same instant the start wins: that is how a rule says that saving time never ends.
      let start = saving.start.seconds(in: year) - standard.seconds
      if start <= second, start >= latest { (latest, isSaving) = (start, true) }
    }
    return isSaving ? saving.offset : standard
  }

  /// The changes in `after < second <= through`, in order.
  func changes(after: Int, through: Int) -> [Int] {
    guard let saving, after < through else { return [] }
    let first = CivilDate(daysSinceEpoch: Int(Int64(after).flooredQuotient(by: 86_400))).year - 1
    let last = CivilDate(daysSinceEpoch: Int(Int64(through).flooredQuotient(by: 86_400))).year + 1
    var result: [Int] = []
    for year in first...last {
      result.append(saving.start.seconds(in: year) - standard.seconds)
      result.append(saving.end.seconds(in: year) - saving.offset.seconds)
    }
    return result.filter { after < $0 && $0 <= through }.sorted()
  }
}

extension ZoneRule {
  init(_ text: String) throws(ZoneFault) {
    var rest = Rest(text)
    let name = try rest.name()
    let west = try rest.time(hoursMax: 24)
    standard = Zone.Offset(seconds: -west, abbreviation: name, isDST: false)
    guard !rest.isEmpty else {
      saving = nil
      return
    }
    let savingName = try rest.name()
    let savingWest = rest.isNext(.comma) ? west - 3_600 : try rest.time(hoursMax: 24)
    let start = try rest.day()
    let end = try rest.day()
    guard rest.isEmpty else { throw rest.fault }
    saving = Saving(offset: Zone.Offset(seconds: -savingWest, abbreviation: savingName, isDST: true), start: start, end: end)
  }

  /// What is left to read of the text.
  private struct Rest {
    private let text: String
    private var bytes: Substring.UTF8View

    init(_ text: String) {
      self.text = text
      bytes = text[...].utf8
    }

    var isEmpty: Bool { bytes.isEmpty }
    var fault: ZoneFault { .footer(text) }

    func isNext(_ byte: UInt8) -> Bool { bytes.first == byte }

    /// Steps over `byte` where it is next.
    mutating func skip(_ byte: UInt8) -> Bool {
      guard isNext(byte) else { return false }
      bytes.removeFirst()
      return true
    }

    /// Three letters or more, or anything from three letters, digits and signs on in angle brackets.
    mutating func name() throws(ZoneFault) -> String {
      let isQuoted = skip(UInt8(ascii: "<"))
      let name = bytes.prefix {
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        return isLetter || isQuoted && ((.zero ... .nine).contains($0) || $0 == .minus || $0 == UInt8(ascii: "+"))
      }
      bytes.removeFirst(name.count)
      guard (3...ZoneLimits.abbreviationBytesMax).contains(name.count), !isQuoted || skip(UInt8(ascii: ">")) else { throw fault }
      return String(Substring(name))
    }

    mutating func number(_ range: ClosedRange<Int>) throws(ZoneFault) -> Int {
      let digits = bytes.prefix { (.zero ... .nine).contains($0) }
      bytes.removeFirst(digits.count)
      guard (1...3).contains(digits.count), let number = Int(Substring(digits)), range.contains(number) else { throw fault }
      return number
    }

    /// `[+-]h[h][:mm[:ss]]` in seconds.
    mutating func time(hoursMax: Int) throws(ZoneFault) -> Int {
      let isNegative = skip(.minus)
      if !isNegative { _ = skip(UInt8(ascii: "+")) }
      var seconds = try number(0...hoursMax) * 3_600
      if skip(.colon) {
        seconds += try number(0...59) * 60
        if skip(.colon) { seconds += try number(0...59) }
      }
      return isNegative ? -seconds : seconds
    }

    /// `,Mm.w.d`, `,Jn` or `,n`, with `/time`; two o'clock where that is left out.
    mutating func day() throws(ZoneFault) -> Day {
      guard skip(.comma) else { throw fault }
      let choice: Day.Choice
      if skip(UInt8(ascii: "M")) {
        let month = try number(1...12)
        guard skip(UInt8(ascii: ".")) else { throw fault }
        let week = try number(1...5)
        guard skip(UInt8(ascii: ".")) else { throw fault }
        choice = .weekday(month: month, week: week, weekday: try number(0...6))
      } else if skip(UInt8(ascii: "J")) {
        choice = .julian(try number(1...365))
      } else {
        choice = .dayOfYear(try number(0...365))
      }
      return Day(choice: choice, time: skip(UInt8(ascii: "/")) ? try time(hoursMax: ZoneLimits.ruleHoursMax) : 7_200)
    }
  }
}
