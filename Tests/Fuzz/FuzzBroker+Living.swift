import BrokerCore
import Contracts
import Journal
import Wire

// What a broker does in its first minutes, whatever it remembers.
extension FuzzBroker {
  /// Its publishers and readers come back, operators look at everything and touch it, time passes, segments go. Returns what is wrong.
  mutating func live() throws -> String? {
    for (number, name) in ["ledger", "reader", "operator"].enumerated() {
      try say(#"{"op":"hello","version":1,"credential":"\#(name)","secret":"s"\#(Self.lineage(name))}"#, on: UInt32(number + 1))
    }
    if let wrong = try turn() { return wrong }
    for (number, name) in names().enumerated() {
      try subscribe(name, UInt32(5 + number))
      if let wrong = try turn() { return wrong }
    }
    try publish(3)
    for milliseconds in [10, 2_000, 40_000, 400_000] as [Int64] {
      if let wrong = try work(for: milliseconds) { return wrong }
    }
    if let wrong = try command() { return wrong }
    for how in [LettingGo.unneeded, .evenUnread] { if let wrong = try letGo(how) { return wrong } }
    try heal()
    try publish(2)
    return try work(for: 40_000)
  }

  private static func lineage(_ name: String) -> String {
    name == "ledger" ? #","lineage":"L","epoch":9007199254740991,"highest":9007199254740991"# : ""
  }

  private mutating func say(_ line: String, on number: UInt32) throws {
    try Array(line.utf8).withUnsafeBytes { try hear($0, on: number) }
  }

  /// The subscriptions that it knows, as status tells them, and a new one.
  private func names() -> [String] {
    (machine.status()["subscriptions"]?.array ?? []).compactMap { $0["name"]?.string } + ["reader/fresh"]
  }

  private mutating func subscribe(_ name: String, _ number: UInt32) throws {
    guard let at = name.firstIndex(of: "/") else { return }
    let credential = JSON.string(String(name[..<at])).text
    let own = JSON.string(String(name[name.index(after: at)...])).text
    try say(#"{"op":"hello","version":1,"credential":\#(credential),"secret":"s"}"#, on: number)
    try say(
      #"{"op":"subscribe","handle":1,"name":\#(own),"filters":["l.*"],"start":"beginning","dead_key":"park","messages":5,"bytes":900}"#,
      on: number)
  }

  /// As many events as its memory lets the ledger say.
  private mutating func publish(_ count: UInt64) throws {
    let from = welcomed &+ 1
    for sequence in from..<min(from &+ count, WireLimits.numberMax) where from > 0 {
      try say(
        #"{"op":"publish","sequence":\#(sequence),"event":{"specversion":"1.0","id":"e","source":"/ledger","type":"l.a","partitionkey":"a"}}"#,
        on: 1)
    }
    welcomed = min(from &+ count, WireLimits.numberMax) &- 1
  }

  /// Disks answer, consumers settle well and badly, time passes.
  private mutating func work(for milliseconds: Int64) throws -> String? {
    for _ in 0..<3 {
      try read()
      if let wrong = try turn() { return wrong }
    }
    for number in 5..<11 as Range<UInt32> {
      try say(
        #"{"op":"settle","handle":1,"done":[[1,1]],"exceptions":[{"delivery":2,"verdict":"later"},{"delivery":3,"verdict":"never"}]}"#,
        on: number)
      try say(#"{"op":"credit","handle":1,"messages":5,"bytes":900}"#, on: number)
    }
    try pass(milliseconds)
    return try turn()
  }

  private mutating func command() throws -> String? {
    let newest = machine.status()["newest"]?.integer ?? 0
    var commands = [
      #""status""#, #""subscriptions""#, #""dead""#, #""audit""#, #""message","position":\#(newest)"#, #""message","position":300"#,
    ]
    for name in names() {
      let it = #","subscription":\#(JSON.string(name).text)"#
      commands += [
        #""subscription"\#(it)"#, #""dead"\#(it)"#, #""redrive","rate":3\#(it)"#, #""replay","from":"beginning"\#(it)"#,
        #""stop"\#(it)"#, #""redrive"\#(it)"#, #""drop","cause":"never"\#(it)"#, #""reset","to":{"position":300}\#(it)"#,
      ]
    }
    for command in commands {
      try say(#"{"op":"admin","id":1,"command":{"name":\#(command)}}"#, on: 3)
      if let wrong = try turn() { return wrong }
      if let wrong = try work(for: 500) { return wrong }
    }
    return nil
  }

  /// The oldest goes, as the shell lets it.
  private mutating func letGo(_ how: LettingGo) throws -> String? {
    var survey = SegmentSurvey(Position(UInt64(Self.segmentBytes))..<Position(UInt64(2 * Self.segmentBytes)))
    if let slice = try slice(at: survey.range.lowerBound) { survey.take(slice) }
    _ = (machine.neededCount(survey), machine.holders(survey), machine.interest(before: survey.range.upperBound, how))
    try apply(.surveyed(survey, how))
    if let wrong = try turn() { return wrong }
    while !carries.isEmpty {
      let place = carries.removeFirst()
      try apply(.carried(try slice(at: place)))
      if let wrong = try turn() { return wrong }
    }
    return nil
  }

  /// What was known to be damaged is accepted, a segment turns out to be whole, and all has been looked through.
  private mutating func heal() throws {
    try apply(.acceptLoss(Position(0)..<Position(WireLimits.numberMax), by: "operator"))
    let range = Position(UInt64(Self.segmentBytes))..<Position(UInt64(2 * Self.segmentBytes))
    try apply(.examined(range, []))
    try apply(.lookedThrough)
    try apply(.healed(range.lowerBound.advanced(by: 4_096)))
    try apply(.mended(range))
  }

  private func slice(at position: Position) throws -> JournalSlice? {
    var reader = JournalReader(disk, journalID: Self.journalID, segmentBytes: Self.segmentBytes)
    guard case .slice(let slice) = try reader.read(from: position, bytesMax: 1, before: journal.durableThrough) else { return nil }
    return slice
  }
}
