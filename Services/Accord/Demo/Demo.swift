import CLinux
import Contracts
import Glibc
import Host
import Shop
import Zones

extension Command {
  static let demo = Command(
    "demo", "Plays a long weekend of the built-in shop on a mesh of its own, and tells what each program did and why.",
    options: [
      .init("--keep", nil, "leave the mesh running at the end, to look around"),
      .init("--without-emails", nil, "as if nobody in the shop had ever given an email"),
    ],
    examples: ["accord demo", "accord demo --data /tmp/weekend --keep"],
    run: { arguments throws(Complaint) in try Demo(arguments).run() })
}

/// `accord demo`: a sandbox, the built-in shop in it, and the story's deeds one after another. Each deed is a command that anybody may
/// type; what comes of it is told from the facts that the broker took.
struct Demo {
  private let data: String
  private let keeps: Bool
  private let isJSON: Bool
  private let withoutEmails: Bool

  init(_ arguments: Arguments) throws(Complaint) {
    keeps = arguments.has("--keep")
    isJSON = arguments.has("--json")
    withoutEmails = arguments.has("--without-emails")
    data = arguments.value("--data") == nil ? try Self.place() : try DataPath.of(arguments)
  }

  func run() throws(Complaint) {
    let begun = Clock.uptimeMilliseconds
    try refuseOldFolder()
    // Ctrl-C ends the story between two deeds, so that the mesh is stopped before this process is.
    var ending = sigset_t()
    sigemptyset(&ending)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&ending, signal) }
    sigprocmask(SIG_BLOCK, &ending, nil)
    let signals = signalfd(-1, &ending, Int32(SFD_CLOEXEC))
    let accord = OwnCommands(data: data)
    say("A mesh of its own starts in \(data): broker, ledger, marketing and service. It is \(Self.opening) there.")
    try accord.run(
      ["up", "--sandbox", "--clock", "manual@\(Shop.begins)", "--ephemeral", "--detach", "--segment-mib", "4"])
    // `accord demo | head`: what was begun is ended, though nobody looks any more.
    Terminal.whenUnread { _ = try? accord.run(["down"]) }
    do throws(Complaint) {
      try play(accord, signals)
    } catch {
      // Why the story ended early is what matters.
      _ = try? accord.run(["down"])
      throw error
    }
    Terminal.whenUnread(nil)
    if keeps {
      say("The mesh still runs: `accord customer C-1001 --data \(data)`; `accord down --data \(data)` ends it.")
    } else {
      try accord.run(["down"])
      say("All four have stopped. Everything lies in \(data): `accord up --sandbox --clock manual --data \(data)` goes on from there.")
    }
    if !isJSON { Terminal.print("It took \((Clock.uptimeMilliseconds - begun) / 100 * 100) ms.") }
  }

  private func play(_ accord: OwnCommands, _ ending: Int32) throws(Complaint) {
    let papers = try DemoPapers(data, withoutEmails: withoutEmails)
    let teller = try DemoTeller(data: data, isJSON: isJSON)
    for scene in DemoStory.scenes(papers) {
      teller.open(scene.title)
      for deed in scene.deeds {
        try stopIfAsked(ending)
        switch deed {
        case .say(let text): teller.say(text)
        case .command(let words, let answers, let why):
          teller.show(words, why)
          let answer = try accord.run(words)
          if answers > 0 { teller.quote(answer, answers) }
        case .quietly(let commands):
          for words in commands { try accord.run(words) }
        }
        try teller.tellWhatHappened()
      }
    }
  }

  private func say(_ text: String) { if !isJSON { Terminal.print(text) } }

  private func stopIfAsked(_ ending: Int32) throws(Complaint) {
    var wanted = pollfd(fd: ending, events: Int16(POLLIN), revents: 0)
    guard poll(&wanted, 1, 0) > 0 else { return }
    throw Complaint(code: .temporary, happened: "the story was ended by a signal", advice: "the mesh of \(data) is stopped")
  }

  // MARK: The folder

  private static let opening = "Friday, 8 May 2026, 19:00 in New York"

  /// A story begins at its beginning.
  private func refuseOldFolder() throws(Complaint) {
    guard let names = try? Files.names(in: data), !names.isEmpty else { return }
    throw Complaint(
      code: .configuration, happened: "\(data) is not empty, and the story needs a folder of its own", advice: "name a new one with --data")
  }

  private static func place() throws(Complaint) -> String {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/accord-demo-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw .system("could not make a folder in \(folder)", errno) }
    return String(cString: made)
  }
}

/// Runs this very program with other words, on the folder of the story.
struct OwnCommands {
  let data: String

  /// Returns what the command printed; throws its complaint.
  @discardableResult
  func run(_ words: [String]) throws(Complaint) -> String {
    let log = "\(data).log"
    unlink(log)
    defer { unlink(log) }
    let child = try ChildProcess(path: Programs.own, arguments: words + ["--data", data], log: log)
    let output = String(decoding: child.wholeOutput(), as: UTF8.self)
    let code = child.end()
    guard code == 0 else {
      let words = "accord " + words.joined(separator: " ")
      let reason = LastWords.of(log: log) ?? "it ended without a word"
      throw Complaint(
        code: code.flatMap(ExitCode.init) ?? .software,
        happened: "`\(words)`: \(reason.hasPrefix("accord: ") ? String(reason.dropFirst(8)) : reason)", advice: "")
    }
    return output
  }
}
