import Contracts
import Feed
import Host
import Zones

/// What every import is told beside its file: the map, how times and amounts are written, where it reports.
struct ImportSettings {
  static let options: [Arguments.Option] = [
    .init("--map", "MEANING=COLUMN,...", "which column of the file means what"),
    .init("--separator", "NAME", "comma (default), semicolon, tab, or space for runs of blanks"),
    .init("--zone", "ZONE", "whose clock wrote times without offset, and days (default UTC), such as America/New_York"),
    .init("--precision", "NAME", "instant or day: how finely times are known (default: as they are written)"),
    .init("--dry-run", nil, "say what would become of each, and write nothing"),
    .init("--report", "FILE", "write what became of each, line by line, as CSV"),
  ]
  static let amounts: [Arguments.Option] = [
    .init("--currency", "CODE", "ISO 4217, such as USD"),
    .init("--amounts", "NAME", "minor (default): 995 are 9.95; major: written as 9.95"),
  ]

  let path: String
  let separator: DelimitedText.Separator
  let zone: Zone?
  let precision: FeedTime.Precision?
  let isDry: Bool
  let pairs: [(role: String, column: String)]

  init(_ arguments: Arguments, roles: [FeedColumns.Role]) throws(Complaint) {
    path = try arguments.operand("file to import")
    separator = try Self.word(arguments, "--separator", DelimitedText.Separator.self) ?? .comma
    precision = try Self.word(arguments, "--precision", FeedTime.Precision.self)
    isDry = arguments.has("--dry-run")
    zone = try arguments.value("--zone").map { name throws(Complaint) in try Self.zone(name) }
    guard let map = arguments.value("--map") else {
      throw .usage(
        "--map is missing",
        "say which column means what: --map \(roles.filter(\.isRequired).map { "\($0.name)=COLUMN" }.joined(separator: ","))")
    }
    do throws(FeedFault) { pairs = try FeedColumns.pairs(map, roles: roles) { Nearest.of($0, among: $1) } } catch {
      throw .usage(error.description, "")
    }
  }

  var time: FeedTime { FeedTime(zone: zone, precision: precision) }

  static func currency(_ arguments: Arguments) throws(Complaint) -> Currency {
    let code = try arguments.required("--currency")
    guard let currency = Currency(code) else {
      let near = Nearest.of(code.uppercased(), among: Currency.codes).map { "; did you mean \($0)?" } ?? ""
      throw .usage("--currency: “\(code)” is no currency of ISO 4217\(near)", "write three capital letters")
    }
    return currency
  }

  static func amounts(_ arguments: Arguments) throws(Complaint) -> FeedNumber.Amounts {
    try word(arguments, "--amounts", FeedNumber.Amounts.self) ?? .minor
  }

  static func word<Word: RawRepresentable<String> & CaseIterable>(
    _ arguments: Arguments, _ flag: String, _: Word.Type
  ) throws(Complaint) -> Word? {
    guard let text = arguments.value(flag) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw .usage("\(flag) takes \(Word.allCases.map(\.rawValue).joined(separator: ", ")), not “\(text)”", "")
    }
    return word
  }

  private static func zone(_ name: String) throws(Complaint) -> Zone {
    do {
      return try Zone(name: name, bytes: ZoneFiles.system(environment: Configuration.environment).bytes(of: name))
    } catch {
      throw Complaint(code: .usage, happened: "--zone: \(error)", advice: "")
    }
  }
}
