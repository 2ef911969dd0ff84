import Contracts
import Glibc
import Mesh
import Store
import Telemetry
import Transport
import Wire

/// `accord-<department> replay --data DIR`: rebuilds this department's store in a new folder from the events on standard input, which come
/// in frames as the broker delivers them. `accord replay` sends them.
enum RebuildCommand {
  private static let readBytes = 1 << 20
  /// Events of one transaction.
  private static let eventsPerTurn = 500

  static func run(_ department: Department) -> Never {
    let program = "accord-\(department.name)"
    let words = Array(CommandLine.arguments.dropFirst(2))
    guard words.count == 2, words[0] == "--data" else {
      Output.write(
        "\(program): replay needs a new data folder and a journal on its input; `accord replay --into DIR` gives it both\n",
        to: STDERR_FILENO)
      exit(ExitCode.usage.rawValue)
    }
    do {
      let found = try rebuild(department, in: try DataFolder.existing(words[1]))
      Output.write(found.json.text + "\n")
      exit((found.isSound ? ExitCode.success : .refused).rawValue)
    } catch { FaultSentence.end(program, error) }
  }

  private static func rebuild(_ department: Department, in folder: DataFolder) throws -> (json: JSON, isSound: Bool) {
    let lock = try FolderLock.take(folder.folder(of: department.part))
    defer { withExtendedLifetime(lock) {} }
    let options = department.storeOptions(in: folder)
    guard !Files.exists(options.path) else { throw StoreFault.targetExists(path: options.path) }
    let store = try Store.open(options)
    let clock = Clock.manual(at: .first)
    let log = Log(program: "accord-\(department.name)", level: .warning, descriptor: STDERR_FILENO) { clock.now() }
    // Never started: there is nobody to be told.
    let mesh = MeshClient(
      MeshConfiguration(host: "", port: 0, credential: department.part.rawValue, secret: "", program: department.name),
      store: store, reactor: try Reactor(), log: log, metrics: Metrics(program: department.name), now: { clock.now() })
    let rebuild = Rebuild(
      try DepartmentDesk(
        department: department, store: store, mesh: mesh, clock: clock, log: log, door: try OperatorDoor(folder), isRebuilding: true),
      clock: clock)
    try feed(rebuild)
    try rebuild.end()
    store.close()
    let findings = rebuild.findings + Check.findings(inFileOf: options, with: department.checks).map(\.description)
    let figures = rebuild.figures
    let summary = "\(figures.own) facts of its own taken back, \(figures.heard) of others heard, \(figures.passed) passed over"
    return (VerifyReport.json(sound: findings.isEmpty, summary: summary, findings: findings), findings.isEmpty)
  }

  private static func feed(_ rebuild: Rebuild) throws {
    let frames = FrameDecoder()
    var pending: [UInt8] = []
    var deliveries: [Delivery] = []
    var chunk = [UInt8](repeating: 0, count: readBytes)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      pending += chunk[..<count]
      let used = try pending.withUnsafeBytes { bytes in
        var at = 0
        while at < bytes.count, case .payload(let place) = try frames.next(in: bytes, from: at) {
          let message = try BrokerMessageDecoder.decode(UnsafeRawBufferPointer(rebasing: bytes[place]))
          if case .deliver(let delivery) = message { deliveries.append(delivery) }
          at = place.upperBound
        }
        return at
      }
      pending.removeFirst(used)
      while deliveries.count >= eventsPerTurn {
        try rebuild.take(Array(deliveries.prefix(eventsPerTurn)))
        deliveries.removeFirst(eventsPerTurn)
      }
    }
    guard pending.isEmpty else { throw CutOff() }
    try rebuild.take(deliveries)
  }

  private struct CutOff: Error, CustomStringConvertible {
    var description: String { "the journal's events end in the middle of one; whoever sent them tells why" }
  }
}
