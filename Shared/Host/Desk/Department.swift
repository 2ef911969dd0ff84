package import Contracts
package import HTTP
package import Mesh
package import Store
import Telemetry
import Transport
package import Wire

/// What makes a department this one and no other; everything else the three share.
package struct Department: Sendable {
  package let name: String
  package let part: DataFolder.Part
  package let summary: String
  package let httpPort: Int
  /// Stands in the header of its store, so that another's is not taken for it.
  package let applicationID: Int32
  package let migrations: [Migration]
  package let manifest: Manifest
  /// What it hears, by the name of the subscription.
  package let subscriptions: @Sendable (DepartmentDesk) -> [MeshSubscription]
  /// What takes back the facts that it told itself, when its store is rebuilt from the journal; nil where it tells none.
  package let ownFacts: (@Sendable (DepartmentDesk) -> Inlet)?
  /// What it does when its store was rebuilt from all facts of the journal, in a last transaction.
  package let afterRebuild: @Sendable (DepartmentDesk, borrowing Transaction) throws -> Void
  /// What it does with what falls due, by kind.
  package let dueRules: @Sendable (DepartmentDesk) -> [String: DueRule]
  /// How its long work goes on, by kind.
  package let runRules: @Sendable (DepartmentDesk) -> [String: RunRule]
  /// Its own doors, beside those that every program has.
  package let routes: @Sendable (DepartmentDesk) -> [Route]
  /// What it knows of a message by itself, in sentences; nil where it knows nothing.
  package let story: @Sendable (Identifier<Message>, borrowing Snapshot) throws -> Story?
  package let checks: [Check]
  /// Work that neither its outbox, its due rows nor its runs show, as what follows its name in a sentence; nil where there is none.
  package let unsettled: @Sendable (DepartmentDesk, borrowing Snapshot) throws -> String?

  /// What hangs on a colleague here: if they leave, somebody must take it.
  package let hanging: @Sendable (Identifier<Colleague>, borrowing Snapshot) throws -> [Hanging]

  /// The heads of the ledger's chain of entries that it knows, for `accord verify` to hold the stores against each other; empty where it
  /// keeps none.
  package let heads: @Sendable (borrowing Snapshot) throws -> [ChainHead]

  package init(
    name: String, part: DataFolder.Part, summary: String, httpPort: Int, applicationID: Int32, migrations: [Migration], manifest: Manifest,
    subscriptions: @escaping @Sendable (DepartmentDesk) -> [MeshSubscription] = { _ in [] },
    ownFacts: (@Sendable (DepartmentDesk) -> Inlet)? = nil,
    afterRebuild: @escaping @Sendable (DepartmentDesk, borrowing Transaction) throws -> Void = { _, _ in },
    dueRules: @escaping @Sendable (DepartmentDesk) -> [String: DueRule] = { _ in [:] },
    runRules: @escaping @Sendable (DepartmentDesk) -> [String: RunRule] = { _ in [:] },
    routes: @escaping @Sendable (DepartmentDesk) -> [Route],
    story: @escaping @Sendable (Identifier<Message>, borrowing Snapshot) throws -> Story?, checks: [Check],
    unsettled: @escaping @Sendable (DepartmentDesk, borrowing Snapshot) throws -> String? = { _, _ in nil },
    hanging: @escaping @Sendable (Identifier<Colleague>, borrowing Snapshot) throws -> [Hanging] = { _, _ in [] },
    heads: @escaping @Sendable (borrowing Snapshot) throws -> [ChainHead] = { _ in [] }
  ) {
    self.name = name
    self.part = part
    self.summary = summary
    self.httpPort = httpPort
    self.applicationID = applicationID
    self.migrations = migrations
    self.manifest = manifest
    self.subscriptions = subscriptions
    self.ownFacts = ownFacts
    self.afterRebuild = afterRebuild
    self.dueRules = dueRules
    self.runRules = runRules
    self.routes = routes
    self.story = story
    self.checks = checks
    self.unsettled = unsettled
    self.hanging = hanging
    self.heads = heads
  }

  /// The `source` of its events.
  package var source: String { "/" + part.rawValue }

  /// What is known of one message: in what role, where it stands, and what came of it.
  package struct Story: Sendable {
    package enum Role: String, Sendable { case publisher, handler }
    package let role: Role
    /// The journal's place, where it is known here.
    package let position: UInt64?
    package let sentences: [String]
    /// Other messages that it has to do with, such as the `order` that a remedy is for.
    package let links: [Link]

    package struct Link: Sendable, Equatable {
      /// What the other message is to this one: `order`, `offer`, `remedy`, `note`.
      package let relation: String
      package let message: Identifier<Message>
      package init(_ relation: String, _ message: Identifier<Message>) {
        self.relation = relation
        self.message = message
      }
    }

    package init(role: Role, position: UInt64?, sentences: [String], links: [Link] = []) {
      self.role = role
      self.position = position
      self.sentences = sentences
      self.links = links
    }
  }

  /// All doors behind which somebody must be known: its own and those that every department has. What they do not understand they refuse.
  package func doors(_ desk: DepartmentDesk) -> [Route] { (CommonRoutes.department(desk) + routes(desk)).map(\.careful) }

  /// Where its store lies.
  package func storeOptions(in folder: DataFolder) -> StoreOptions {
    StoreOptions(path: folder.folder(of: part) + "/store.sqlite", applicationID: applicationID, migrations: migrations)
  }

  // MARK: Running

  private static let host = Setting("host", .named("HOST"), default: "127.0.0.1", doc: "where HTTP answers")
  private static let broker = Setting("broker", .address, default: "127.0.0.1:4460", doc: "the broker's mesh address")

  /// Runs the department on the calling thread until it is stopped. Where the first word is `verify`, looks through its store instead; where
  /// it is `replay`, rebuilds it; where it is `health`, asks the one that runs.
  package func run() -> Never {
    switch CommandLine.arguments.dropFirst().first {
    case "verify": VerifyCommand.run("accord-\(name)") { try verify($0) }
    case "replay": RebuildCommand.run(self)
    case "health": HealthCommand.run("accord-\(name)", httpPort: httpPort)
    case _: break
    }
    let port = Setting("http-port", .integer(in: 0...65_535), default: String(httpPort), doc: "the HTTP port; 0 picks a free one")
    Program("accord-\(name)", part: part, summary: summary, settings: [Self.host, port, Self.broker]).run { start in
      try begin(start, httpPort: UInt16(start.configuration[port]))
    }
  }

  private func begin(_ start: Start, httpPort: UInt16) throws -> Running {
    let store = try Store.open(storeOptions(in: start.folder))
    for lack in store.lacks { start.log.warning("store.lacks", "\(name)'s store was written by an older program: \(lack)") }
    store.whenEnded { start.abort(.inputOutput, "\($0)") }
    let broker = start.configuration[Self.broker]
    let credential = try Credential.read(part.rawValue, in: start.folder)
    // Whoever calls waits for neither of the other's turns: a page that reads, or a thousand facts.
    let (reactor, reception) = (try Reactor(), try Reactor())
    var link = MeshConfiguration(
      host: broker.host, port: broker.port, credential: credential.name, secret: credential.secret, program: "accord-\(name)",
      manifest: manifest)
    // One that cannot be read now leaves the one of before; if that counts no more, the broker says so.
    link.secretNow = { [folder = start.folder] in try? Credential.read(part.rawValue, in: folder).secret }
    let mesh = MeshClient(
      link, store: store, reactor: reactor, log: start.log, metrics: start.metrics, now: { start.clock.now() })
    StoreFigures.register(store, in: start.metrics)

    let readiness = Readiness(alsoNeeds: { mesh.state.manifestRefused ?? store.cannotWrite.map { "\($0)" } })
    let door = try OperatorDoor(start.folder)
    let desk = try DepartmentDesk(department: self, store: store, mesh: mesh, clock: start.clock, log: start.log, door: door)
    for subscription in subscriptions(desk) { mesh.subscribe(subscription) }
    let http = try HTTPServer(
      reactor: reception, host: start.configuration[Self.host], port: httpPort,
      routes: CommonRoutes.health(readiness, ready: "the store is open and requests are taken", start.metrics)
        + doors(desk), allowsBrief: { store.hasFreeReader }, admission: { desk.refusal(of: $0) })
    let dueClerk = DueClerk(store: store, clock: start.clock, log: start.log, rules: dueRules(desk)) { mesh.outboxGrew(through: $0) }
    let runClerk = RunClerk(store: store, clock: start.clock, log: start.log, rules: runRules(desk)) { mesh.outboxGrew(through: $0) }
    mesh.start()
    try reactor.start(name: name)
    try reception.start(name: "\(name)-http")
    dueClerk.start()
    runClerk.start()
    start.clock.answersStanding { desk.standing() }
    readiness.becomesReady()

    return Running(
      endpoints: [("http", Address(host: start.configuration[Self.host], port: http.port))],
      reload: { door.reload() },
      stops: [
        Stop("take no new requests") {
          readiness.stops()
          let done = Event()
          http.drain { done.happen() }
          done.wait(within: .seconds(2))
        },
        Stop("stop what falls due") { dueClerk.stop() },
        Stop("stop the runs") { runClerk.stop() },
        Stop("drain the mesh", within: .seconds(4)) {
          let done = Event()
          mesh.drain { done.happen() }
          done.wait(within: .seconds(4))
        },
        Stop("stop the loops") {
          for loop in [reception, reactor] {
            loop.stop()
            loop.join()
          }
        },
        Stop("close the store") { store.close() },
      ])
  }

  // MARK: Verifying

  private func verify(_ folder: DataFolder) throws -> (json: JSON, isSound: Bool) {
    let lock = try FolderLock.take(folder.folder(of: part))
    defer { withExtendedLifetime(lock) {} }
    let options = storeOptions(in: folder)
    guard Files.exists(options.path) else { return (VerifyReport.json(sound: true, summary: "no store yet", findings: []), true) }
    let findings = Check.findings(inFileOf: options, with: checks)
    let summary =
      findings.isEmpty
      ? "integrity, references, identity, outbox, inbox and \(checks.count) checks of its own hold" : "\(findings.count) findings"
    // A store that cannot be read is found wanting already.
    let heads = (try? Check.read(fileOf: options) { try self.heads($0) }) ?? []
    let report = VerifyReport.json(sound: findings.isEmpty, summary: summary, findings: findings.map(\.description), heads: heads)
    return (report, findings.isEmpty)
  }
}
