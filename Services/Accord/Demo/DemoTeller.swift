import Contracts
import HTTP
import Host
import Shop
import Zones

/// What the spectator of a story reads: scenes, the commands as anybody could type them, and what each program did.
final class DemoTeller {
  private let data: String
  private let isJSON: Bool
  private let narrator: Narrator
  private let office: Office
  private let folder: DataFolder
  /// The journal's place up to which everything was told.
  private var told: Int64 = 0

  /// Finds the mesh that runs on `data`. With `isJSON` each sentence is a JSON object.
  init(data: String, isJSON: Bool) throws(Complaint) {
    self.data = data
    self.isJSON = isJSON
    office = try Office(Arguments(["--data", data], options: Command.common, command: "demo"))
    do {
      folder = try DataFolder.existing(data)
      let zone = try Zone(name: Shop.zone, bytes: ZoneFiles.system(environment: Configuration.environment).bytes(of: Shop.zone))
      narrator = Narrator(
        zone: zone, heroes: [Shop.fridayOrder, Shop.upgrade, Shop.upgradedSubscription, Shop.returnedOrder, "C-1001", "C-1002"])
    } catch { throw Complaint(host: error) }
  }

  func open(_ title: String) {
    if isJSON { return Terminal.print(.object([.init("scene", .string(title))])) }
    Terminal.print("\n\(title)\n")
  }

  func say(_ text: String) {
    if isJSON { return Terminal.print(.object([.init("says", .string(text))])) }
    for line in Lines.wrapped(text, to: Self.columns) { Terminal.print("  \(line)") }
  }

  /// A command, and why it is given.
  func show(_ words: [String], _ why: String?) {
    if isJSON { return Terminal.print(.object([.init("command", .array(words.map(JSON.string)))])) }
    if let why { say(why) }
    let shown = words.map { $0.contains(" ") ? "'\($0)'" : $0.replacing(data + "/", with: "") }
    Terminal.print("  $ accord \(shown.joined(separator: " "))")
  }

  /// What the command answered, or the first `count` lines of it.
  func quote(_ answer: String, _ count: Int) {
    if isJSON { return Terminal.print(.object([.init("answer", .string(answer))])) }
    let lines = answer.split(separator: "\n")
    for line in lines.prefix(count) {
      let indent = String(line.prefix { $0 == " " })
      let parts =
        line.count <= Self.columns ? [String(line.dropFirst(indent.count))] : Lines.wrapped(String(line), to: Self.columns - indent.count)
      for (place, part) in parts.enumerated() { Terminal.print("      " + indent + (place == 0 ? "" : "  ") + part) }
    }
    if lines.count > count { Terminal.print("      ... (\(lines.count - count) more lines)") }
  }

  /// Waits until the mesh is at rest, then tells what it did since the last time.
  func tellWhatHappened() throws(Complaint) {
    let now: Timestamp?
    do { now = try ManualClock.now(of: folder) } catch { throw Complaint(host: error) }
    if let now { _ = try Stepping(folder, office).move(to: now) }
    var events: [JSON] = []
    while true {
      let page = try office.ask("broker", .get, "/v1/events?after=\(told)&limit=1000")
      events += page["events"]?.array ?? []
      guard let next = page["next"]?.integer, next > told else { break }
      told = next
    }
    for line in narrator.lines(events) { tell(line) }
  }

  private func tell(_ line: Narrator.Line) {
    if isJSON { return Terminal.print(.object([.init("who", .string(line.who)), .init("did", .string(line.text))])) }
    for (place, text) in Lines.wrapped(line.text, to: Self.columns - 12).enumerated() {
      Terminal.print("    " + (place == 0 ? line.who : "").padded(to: 10) + text)
    }
  }

  private static let columns = 108
}
