import Contracts
import Host
import Telemetry
import Testing

@Suite struct ConfigurationTests {
  private let http = Setting("http", .address, default: "127.0.0.1:7081", doc: "where the HTTP API listens")
  private let workers = Setting("workers", .integer(in: 1...64), default: "4", doc: "threads for requests")
  private let drain = Setting("drain", .duration, default: "2s", doc: "how long to drain")
  private let broker = Setting("broker", .address, doc: "where the broker is")
  private let lines = Setting(many: "line", .text, doc: "a line of the order")
  private let note = Setting(optional: "note", .text, doc: "a note")
  private let loud = Setting(switch: "loud", doc: "say more")

  private func read(_ arguments: [String], _ environment: [String: String] = [:], operands: Operands = .none) throws
    -> Configuration.Outcome
  {
    try Configuration.read(
      "accord-x", summary: "does x", settings: [http, workers, drain, broker, lines, note, loud], operands: operands, arguments: arguments,
      environment: environment)
  }

  private func values(_ arguments: [String], _ environment: [String: String] = [:], operands: Operands = .none) throws -> Configuration {
    guard case .values(let configuration) = try read(arguments, environment, operands: operands) else {
      throw NoValues()
    }
    return configuration
  }

  private struct NoValues: Error {}

  private func mistakes(_ arguments: [String], _ environment: [String: String] = [:], operands: Operands = .none) -> [String] {
    do {
      _ = try read(arguments, environment, operands: operands)
      return []
    } catch let fault as ConfigurationFault {
      return fault.mistakes.map(\.description)
    } catch {
      return ["another error: \(error)"]
    }
  }

  @Test func `a flag wins over the environment and the environment over the default`() throws {
    let configuration = try values(
      ["--broker", "b:1", "--http=h:2"], ["ACCORD_HTTP": "e:3", "ACCORD_WORKERS": "9", "ACCORD_LINE": "a,b", "ACCORD_LOUD": "yes"])
    #expect(configuration[http] == Address(host: "h", port: 2))
    #expect(configuration[workers] == 9)
    #expect(configuration[drain] == .seconds(2))
    #expect(configuration[lines] == ["a", "b"])
    #expect(configuration[note] == nil)
    #expect(configuration[loud])
  }

  @Test func `repeated settings and operands keep their order`() throws {
    let configuration = try values(
      ["--line", "1", "first", "--broker", "b:1", "--line", "2", "--", "--second"], operands: Operands(names: ["A", "B"], required: 1))
    #expect(configuration[lines] == ["1", "2"])
    #expect(configuration.operands == ["first", "--second"])
  }

  @Test func `all mistakes are told at once`() throws {
    let found = mistakes(
      ["--htp", "x:1", "--workers", "0", "--drain", "--loud", "--loud", "surplus"], ["ACCORD_HTTP": "nowhere"])
    #expect(
      found == [
        "--htp: there is no such setting; did you mean --http?",
        "--drain: its value is missing; write --drain DURATION",
        "--loud: given twice; leave one out",
        "ACCORD_HTTP: \"nowhere\" is not an address; give HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:7081 or [::1]:7081",
        "--workers: \"0\" is not a whole number from 1 to 64; give one",
        "--broker: missing (where the broker is); give it or set ACCORD_BROKER",
        "surplus: nothing is expected here; leave it out",
      ])
  }

  @Test func `a missing operand is a mistake`() {
    #expect(
      mistakes(["--broker", "b:1"], operands: Operands(names: ["PERSON"], required: 1)) == ["PERSON: missing; give it after the settings"])
  }

  @Test func `the sentence ends with where to look`() throws {
    let fault = #expect(throws: ConfigurationFault.self) { try read(["--nothing-like-it"]) }
    #expect(fault?.exitCode == .usage)
    let text = try #require(fault?.description)
    #expect(text.hasPrefix("2 settings cannot be used:\n  --nothing-like-it: there is no such setting; leave it out\n"))
    #expect(text.hasSuffix("run `accord-x --help` to see them all"))
  }

  @Test func `help is made from the settings`() throws {
    guard case .help(let text) = try read(["--help", "--htp"]) else { throw NoValues() }
    for line in [
      "usage: accord-x [settings]", "  --http HOST:PORT  [ACCORD_HTTP]", "where the HTTP API listens (default: 127.0.0.1:7081)",
      "where the broker is (required)", "a line of the order (may be given several times)", "  --loud  [ACCORD_LOUD]",
    ] { #expect(text.contains(line)) }
  }

  @Test(
    arguments: [
      ("250ms", 250), ("10s", 10_000), ("5m", 300_000), ("48h", 172_800_000), ("14d", 1_209_600_000), ("", nil), ("10", nil), ("s", nil),
      ("1.5s", nil), ("-1s", nil), ("9223372036854775807d", nil), ("10 s", nil),
    ] as [(String, Int64?)]) func `reads durations with their unit`(text: String, milliseconds: Int64?)
  {
    #expect((try? SettingForm<Duration>.duration.read(text))?.milliseconds == milliseconds)
  }

  @Test(
    arguments: [
      ("127.0.0.1:7081", "127.0.0.1:7081"), (":80", "0.0.0.0:80"), ("[::1]:9", "[::1]:9"), ("h:65535", "h:65535"), ("h:65536", nil),
      ("h:-1", nil),
      ("h", nil), ("::1:9", nil), ("h:", nil),
    ] as [(String, String?)]) func `reads addresses`(text: String, address: String?)
  {
    #expect(Address(parsing: text)?.description == address)
  }

  @Test(
    arguments: [
      ("system", ClockChoice.system), ("manual", .manual(nil)),
      ("manual@2026-03-01T09:00:00Z", .manual(Timestamp(milliseconds: 1_772_355_600_000))),
      ("manual@noon", nil), ("wall", nil),
    ] as [(String, ClockChoice?)]) func `reads the choice of a clock`(text: String, choice: ClockChoice?)
  {
    #expect(try! SettingForm<ClockChoice>.clock.read(orNil: text) == choice)
  }

  @Test(
    arguments: [("htpp", "http"), ("worker", "workers"), ("lien", "line"), ("x", nil), ("", nil), ("telescope", nil)] as [(String, String?)]
  )
  func `suggests the nearest name`(typed: String, meant: String?) {
    #expect(Nearest.of(typed, among: ["http", "workers", "line", "note"]) == meant)
  }
}

extension SettingForm {
  /// The value, or nil where the text is none.
  func read(orNil text: String) throws -> Value? {
    do throws(Unreadable) { return try read(text) } catch { return nil }
  }
}
