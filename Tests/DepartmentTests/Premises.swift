import Contracts
import Foundation
import HTTP
import Host
import Mesh
import Store
import Telemetry
import TestKit
import Transport

/// One department at its desk in a folder of its own: no process, no socket, no thread. Its link to the broker is never started.
final class Premises: Sendable {
  let department: Department
  let desk: DepartmentDesk
  let clock: Clock
  /// Lets writes of its store fail.
  let faults: FaultPlan
  private let place: Folder
  private let options: StoreOptions
  private let secret: String
  private let routes: Routes

  var store: Store { desk.store }

  /// `place` may be where the department was before: then it finds its store again.
  /// Where `isRebuilding`, it takes facts back and tells nothing.
  init(_ department: Department, in place: Folder = .temporary(), at now: Timestamp = OrderDraft.day, isRebuilding: Bool = false) throws {
    self.department = department
    self.place = place
    let folder = try DataFolder.open(place.file("data"), sandbox: true, now: now)
    var random = SystemRandomNumberGenerator()
    _ = try CredentialRegistry.open(in: folder, using: &random)
    secret = try Credential.read(OperatorDoor.principal, in: folder).secret
    faults = FaultPlan()
    var options = department.storeOptions(in: folder)
    options.faults = faults
    self.options = options
    let store = try Store.open(options)
    let clock = Clock.manual(at: now)
    self.clock = clock
    let mesh = MeshClient(
      MeshConfiguration(host: "127.0.0.1", port: 9, credential: department.name, secret: "", program: department.name),
      store: store, reactor: try Self.reactor.get(), log: Self.log, metrics: Metrics(program: department.name), now: { clock.now() })
    desk = try DepartmentDesk(
      department: department, store: store, mesh: mesh, clock: clock, log: Self.log, door: try OperatorDoor(folder),
      isRebuilding: isRebuilding)
    routes = Routes(department.doors(desk))
  }

  deinit { store.close() }

  /// Never runs: what the link would do stays undone.
  private static let reactor = Result { try Reactor() }
  private static let log = Log(program: "test", descriptor: open("/dev/null", O_WRONLY)) { OrderDraft.day }

  // MARK: Asking

  /// The headers of a request that may come in, for a command with its key.
  func headers(key: String? = nil, _ more: [(String, String)] = []) -> Headers {
    var headers: Headers = ["Authorization": "Bearer \(secret)"]
    if let key { headers.set("Idempotency-Key", key) }
    for (name, value) in more { headers.set(name, value) }
    return headers
  }

  /// Asks as a request would that came through the server; a slash inside an id of `path` is written %2F. Headers are those of the operator unless given.
  func ask(
    _ method: HTTP.Method, _ path: String, query: [(String, String)] = [], headers: Headers? = nil, body: [UInt8] = []
  ) -> Response {
    let segments = path.split(separator: "/").map { String($0).replacing("%2F", with: "/") }
    guard case .route(let route, let parameters) = routes.find(method, segments) else {
      preconditionFailure("nobody answers \(method.rawValue) \(path)")
    }
    return route.handler(
      Request(
        method: method, path: path, segments: segments, query: query.map { Request.QueryItem(name: $0.0, value: $0.1) },
        headers: headers ?? self.headers(), body: body), parameters)
  }

  /// Captures an order at the ledger's door.
  @discardableResult
  func capture(_ draft: OrderDraft, key: String) throws -> Response {
    ask(.post, "/v1/orders", headers: headers(key: key), body: DomainEvent.orderCaptured(try draft.order()).encode())
  }

  // MARK: Looking

  /// Everything that the store holds, but its own name; `but` are columns such as `heard_fact.number`.
  func tables(but left: Set<String> = []) throws -> Tables { try Tables(of: store, but: left) }

  /// The same from the file, which takes its time: a snapshot of the running store is ended when it is held too long.
  func findingsOfFile() -> [Finding] { Check.findings(inFileOf: options, with: department.checks) }

  /// What the checks of the house and of the department find, beside the program: without the bound of a reading, which is for a page.
  func findings() throws -> [Finding] {
    let file = StoreOptions(path: store.path, applicationID: department.applicationID, migrations: department.migrations)
    return Check.findings(inFileOf: file, with: department.checks)
  }
}

extension Response {
  var json: JSON { get throws { try JSON(parsing: body) } }
}
