import Contracts
import Glibc
import Host
import Synchronization

/// What became of a file, order by order: counted, the refused ones kept with their line and reason, everything written to a file where
/// one is asked for.
final class ImportReport: Sendable {
  struct Entry: Sendable {
    let line: Int64
    let id: String
    let outcome: String
    let field: String?
    let sentence: String

    var json: JSON {
      var members: [JSON.Member] = [.init("line", .integer(line)), .init("id", .string(id)), .init("outcome", .string(outcome))]
      if let field { members.append(.init("field", .string(field))) }
      members.append(.init("reason", .string(sentence)))
      return .object(members)
    }
  }

  private struct State {
    var counts: [String: Int64] = [:]
    var entries: [Entry] = []
    var rows: Int64 = 0
    var trouble: Complaint?
  }

  /// More than a person reads; the file of --report has them all.
  private static let entriesMax = 1_000
  static let outcomes = ["created", "changed", "matched", "conflicting", "rejected", "left_out"]
  private let state = Mutex(State())
  private let file: Int32?
  private let path: String

  /// `path` nil: no file is written.
  init(to path: String?) throws(Complaint) {
    self.path = path ?? ""
    guard let path else {
      file = nil
      return
    }
    let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard opened >= 0 else { throw .system("the report \(path) cannot be written", errno) }
    file = opened
    write("line,id,outcome,field,reason\n")
  }

  deinit { if let file { close(file) } }

  var isWholeWanted: Bool { file != nil }
  var rowsAnswered: Int64 { state.withLock { $0.rows } }

  func count(_ outcome: String) -> Int64 { state.withLock { $0.counts[outcome] ?? 0 } }

  /// Something that was refused before it was sent.
  func add(line: Int64, id: String, _ outcome: String, field: String?, _ sentence: String) {
    let entry = Entry(line: line, id: id, outcome: outcome, field: field, sentence: sentence)
    state.withLock { state in
      state.counts[outcome, default: 0] += 1
      keep(entry, &state)
    }
    if file != nil { write(Self.csv(entry)) }
  }

  /// What the ledger said of a batch.
  func add(_ answer: Courier.Answer) {
    var refusals: [Int64: JSON] = [:]
    for refusal in answer.refusals { if let line = refusal["line"]?.integer { refusals[line] = refusal } }
    var text = ""
    state.withLock { state in
      state.rows += answer.batch.rows
      for (index, letter) in answer.outcomes.enumerated() {
        let line = answer.batch.lines[index]
        let outcome = Self.name(of: letter)
        state.counts[outcome, default: 0] += 1
        let refusal = letter == UInt8(ascii: "x") || letter == UInt8(ascii: "r") ? refusals[line] : nil
        guard refusal != nil || file != nil else { continue }
        let entry = Entry(
          line: line, id: refusal?["id"]?.string ?? (answer.batch.ids.isEmpty ? "" : answer.batch.ids[index]), outcome: outcome,
          field: refusal?["field"]?.string, sentence: refusal?["sentence"]?.string ?? "")
        if refusal != nil { keep(entry, &state) }
        if file != nil { text += Self.csv(entry) }
      }
    }
    if !text.isEmpty { write(text) }
  }

  private func keep(_ entry: Entry, _ state: inout State) {
    guard state.entries.count < Self.entriesMax else { return }
    state.entries.append(entry)
  }

  private static func name(of letter: UInt8) -> String {
    switch letter {
    case UInt8(ascii: "c"): "created"
    case UInt8(ascii: "m"): "matched"
    case UInt8(ascii: "u"): "changed"
    case UInt8(ascii: "x"): "conflicting"
    case _: "rejected"
    }
  }

  /// Throws where the report's file could not be written whole.
  func confirm() throws(Complaint) {
    if let trouble = state.withLock({ $0.trouble }) { throw trouble }
  }

  /// The counts and the refused ones by line, for scripts.
  func json(_ more: [JSON.Member]) -> JSON {
    state.withLock { state in
      let counts = Self.outcomes.map { JSON.Member($0, .integer(state.counts[$0] ?? 0)) }
      let refused = (state.counts["conflicting"] ?? 0) + (state.counts["rejected"] ?? 0) + (state.counts["left_out"] ?? 0)
      return .object(
        more + counts + [
          .init("entries", .array(state.entries.sorted { $0.line < $1.line }.map(\.json))),
          .init("entries_untold", .integer(max(0, refused - Int64(state.entries.count)))),
        ])
    }
  }

  /// What came of all, in one line's words; what did not happen at all is only told where it is what people look for.
  var summary: String {
    let counts = state.withLock { $0.counts }
    return Self.outcomes.filter { ($0 != "changed" && $0 != "left_out") || counts[$0] != nil }
      .map { "\(ImportProgress.grouped(counts[$0] ?? 0)) \($0 == "left_out" ? "left out" : $0)" }.joined(separator: ", ")
  }

  /// One line for each that was refused, a hundred at most.
  func tell() {
    let (entries, counts) = state.withLock { ($0.entries.sorted { $0.line < $1.line }, $0.counts) }
    for entry in entries.prefix(100) {
      let id = entry.id.isEmpty ? "" : " (\(entry.id))"
      Terminal.print("  line \(entry.line)\(id): \(entry.outcome): \(entry.field.map { "\($0): " } ?? "")\(entry.sentence)")
    }
    let refused = ["conflicting", "rejected", "left_out"].reduce(0) { $0 + (counts[$1] ?? 0) }
    if refused > 100 { Terminal.print("  ... and \(ImportProgress.grouped(refused - 100)) more: --report FILE writes them all") }
  }

  private func write(_ text: String) {
    guard let file else { return }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let complaint = Complaint.system("the report \(path) could not be written whole", errno)
        return state.withLock { $0.trouble = complaint }
      }
      rest = rest.dropFirst(count)
    }
  }

  private static func csv(_ entry: Entry) -> String {
    let cells = [String(entry.line), entry.id, entry.outcome, entry.field ?? "", entry.sentence]
    return cells.map(cell).joined(separator: ",") + "\n"
  }

  /// RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe.
  private static func cell(_ text: String) -> String {
    let safe = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } == true ? "'" + text : text
    guard safe.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return safe }
    return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
