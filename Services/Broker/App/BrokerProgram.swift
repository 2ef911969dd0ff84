import BrokerCore
import Contracts
import Disk
import Dispatch
import HTTP
import Host
import Journal
import Synchronization
import Telemetry
import Transport
import Wire

/// The broker as a process: its settings, its parts in the order in which they start, and in the order in which they stop.
enum BrokerProgram {
  static let host = Setting("host", .named("HOST"), default: "127.0.0.1", doc: "where departments connect and HTTP answers")
  static let port = Setting("port", .integer(in: 0...65_535), default: "4460", doc: "the mesh's port; 0 picks a free one")
  static let httpPortUsual = 4461
  static let httpPort = Setting(
    "http-port", .integer(in: 0...65_535), default: String(httpPortUsual), doc: "the HTTP port; 0 picks a free one")
  static let segment = Setting("segment-mib", .integer(in: 4...1_024), default: "64", doc: "size of a new journal's segments in MiB")

  static let keepFor = Setting(
    optional: "keep-for", .duration, doc: "let go of segments older than that, such as 90d (default: kept while there is room)")
  static let keepMiB = Setting(
    optional: "keep-mib", .integer(in: 8...1_000_000_000),
    doc: "let go of the oldest segments beyond so many MiB (default: as many as there is room)")
  static let dropUnread = Setting(
    switch: "drop-unread", doc: "limits hold even for what a subscription has yet to read: it is moved on, and told")
  static let heartbeat = Setting(
    "heartbeat", .duration, default: "10s", doc: "who is silent for so long is asked; three unanswered questions end the connection")

  static let handOut = Setting(
    optional: "hand-out", .path, doc: "also write each credential into PATH/NAME, for programs that do not share this data folder")

  static let program = Program(
    "accord-broker", part: .broker, summary: "Takes events, keeps them, and delivers them in order per key.",
    settings: [host, port, httpPort, segment, keepFor, keepMiB, dropUnread, heartbeat, handOut])

  static func run() -> Never {
    program.run { start in try begin(start) }
  }

  private static func begin(_ start: Start) throws -> Running {
    Allocator.settle()
    var random = SystemRandomNumberGenerator()
    let registry = try CredentialRegistry.open(in: start.folder, using: &random)
    let handOut = start.configuration[handOut]
    if let handOut { try CredentialHandout.write(registry, from: start.folder, to: handOut) }
    let desk = CredentialDesk(start.folder, registry)
    let folder = BrokerFolders.journal(in: start.folder)
    try Files.makeFolder(folder)
    try Files.syncFolder(of: folder)
    let disk = try FileDisk(folder: folder)

    // Recovery: the checkpoint, then what came after it.
    var limits = BrokerLimits()
    limits.frameBytes = WireLimits.frameBytesMax
    limits.heartbeat = min(max(start.configuration[heartbeat], .milliseconds(100)), WireLimits.heartbeat)
    var options = JournalOptions(newID: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }, now: start.clock.now())
    options.segmentBytes = start.configuration[segment] << 20
    var machine = BrokerMachine(journalID: try Journal.id(on: disk) ?? options.newID, limits: limits)
    var journal = try Journal(opening: disk, options: options) { (replayed) throws(ReplayRefusal) in
      do {
        switch replayed {
        case .checkpoint(let bytes): try machine.restore(checkpoint: bytes)
        case .record(let record): try machine.replay(record)
        case .damaged(let damage):
          start.log.error("journal.damaged", "\(damage); nothing moves over it before it is healed or accepted as lost")
          machine.replay(damage)
        }
      } catch { throw ReplayRefusal("\(error)") }
    }
    machine.recovered(segmentBytes: journal.segmentBytes, isLookedThrough: false)
    try journal.confirm(machine.notedHoles)
    tell(journal.recovery, start.log)

    let descriptorsMax = Int(clamping: try OpenFiles.raiseLimit())
    let reactor = try Reactor()
    let mark = DurableMark()
    let metrics = BrokerMetrics(start.metrics)
    let (journalID, segmentBytes) = (journal.id, journal.segmentBytes)
    let window = JournalReader(disk, journalID: journalID, segmentBytes: segmentBytes)
    let keeper = JournalKeeper(JournalReader(disk, journalID: journalID, segmentBytes: segmentBytes), segmentBytes: segmentBytes)
    let rules = RetentionRules(
      age: start.configuration[keepFor], bytes: start.configuration[keepMiB].map { $0 << 20 },
      dropsUnread: start.configuration[dropUnread])
    let storage = StorageWord()
    let loop = BrokerLoop(
      reactor: reactor, clock: start.clock, log: start.log, metrics: metrics, machine: machine, journal: journal,
      backlog: Backlog(reactor: reactor, disk: disk, journalID: journalID, segmentBytes: segmentBytes),
      preparer: SegmentPreparer(disk, segmentBytes: segmentBytes), keeper: keeper, rules: rules, storageWord: storage,
      published: mark,
      door: desk,
      onCredentials: { fresh in
        guard let handOut else { return }
        // Files are written and synced: not on the loop's thread.
        DispatchQueue.global().async {
          do throws(CredentialFault) { try CredentialHandout.write(fresh, from: start.folder, to: handOut) } catch {
            start.log.error("credentials.handout", "the credentials could not be handed out: \(error)")
          }
        }
      },
      askToStop: { start.end(.success, $0) }, abort: { start.abort(.inputOutput, $0.description) })
    let shared = LoopReference(loop)

    let listener = try Listener(host: start.configuration[host], port: UInt16(start.configuration[port]), on: reactor) { descriptor, _ in
      shared.value.accept(descriptor)
    }
    let httpConnectionsMax = min(DoorLimits.httpConnectionsMax, descriptorsMax / 8)
    let sessionsMax = descriptorsMax - httpConnectionsMax - DoorLimits.descriptorsKept
    // A descriptor that the journal lacks for its next segment is worse than a caller turned away.
    listener.isFull = { shared.value.sessions.count >= sessionsMax }
    let trouble = desk.trouble
    let readiness = Readiness { storage.sentence ?? trouble.now }
    let door = try OperatorDoor(start.folder)
    let api = BrokerAPI(
      reactor: reactor, status: { shared.value.status() }, producerName: { shared.value.machine.producerName($0) },
      metrics: start.metrics, mark: mark, journal: JournalWindow(window), door: door, readiness: readiness,
      credentials: { shared.value.credentialRows() },
      ask: { command, answered in shared.value.ask(command, by: OperatorDoor.principal, answered) }, segmentBytes: UInt64(segmentBytes),
      disk: JournalRoutes(
        reactor: reactor, door: door, mark: mark, disk: disk, keeper: keeper, layout: { shared.value.layout },
        holders: { (shared.value.machine.neededCount($0), shared.value.machine.holders($0)) }, holes: { shared.value.machine.holeRows },
        accept: { shared.value.apply(.acceptLoss($0, by: OperatorDoor.principal)) }),
      place: { (shared.value.machine.place(of: $0), Position(shared.value.machine.kept)) })
    var httpLimits = HTTPLimits()
    httpLimits.connectionsMax = httpConnectionsMax
    let http = try HTTPServer(
      reactor: reactor, host: start.configuration[host], port: UInt16(start.configuration[httpPort]), routes: api.routes, limits: httpLimits
    )
    loop.start()
    try reactor.start(name: "broker")
    readiness.becomesReady()

    let listening = ListenerHandle(listener)
    return Running(
      endpoints: [
        ("mesh", Address(host: start.configuration[host], port: listener.port)),
        ("http", Address(host: start.configuration[host], port: http.port)),
      ],
      reload: { _ = reactor.perform { shared.value.lookAtCredentials() } },
      stops: [
        Stop("turn away callers") {
          readiness.stops()
          _ = reactor.perform { listening.listener.close() }
        },
        Stop("drain the sessions", within: .seconds(6)) {
          let done = Event()
          reactor.post { shared.value.drain { done.happen() } }
          done.wait()
        },
        Stop("answer what was asked") { http.drain() },
        Stop("stop the loop") {
          reactor.stop()
          reactor.join()
        },
      ])
  }

  private static func tell(_ recovery: RecoveryReport, _ log: Log) {
    log.info(
      "journal.recovered",
      recovery.isNew
        ? "a new journal begins"
        : "the journal is read: \(recovery.commits) commits after the checkpoint of segment \(recovery.startedAt), through position \(recovery.replayedThrough.value)"
    )
    if let undecided = recovery.undecided {
      log.warning(
        "journal.undecided",
        "the end of the journal was no whole commit; nobody was told of it; its bytes are kept in \(undecided.file)")
    }
  }
}

extension BrokerLoop {
  /// For people: what the machine knows, and how far the journal is.
  func status() -> JSON {
    let told = machine.status()
    return .object(
      (told.object ?? []) + [
        .init("durable_through", .integer(Int64(clamping: journal.durableThrough.value))),
        .init("strangers", .integer(Int64(strangers.count))),
        .init("credentials_problem", door.trouble.now.map(JSON.string) ?? .null),
      ])
  }
}

/// Why the journal cannot take publishes, while it cannot: for the answer of /readyz, which is asked on other threads.
final class StorageWord: Sendable {
  private let word = Mutex<String?>(nil)
  func set(_ sentence: String?) { word.withLock { $0 = sentence } }
  var sentence: String? { word.withLock { $0 } }
}

/// As `LoopReference`: for the reactor's thread alone.
private struct ListenerHandle: @unchecked Sendable {
  let listener: Listener
  init(_ listener: Listener) { self.listener = listener }
}

/// The journal knows its sentences; here they get their exit codes.
extension JournalFault: Explained {
  var exitCode: ExitCode {
    switch self {
    case .newerFormat, .foreignSegment, .misnamedSegment, .segmentBytes, .notTaken: .configuration
    case .full, .writeFailed, .syncFailed, .disk, .noHeader, .noCheckpoint, .checkpointTooLarge: .inputOutput
    }
  }
}
