import Contracts
import Foundation
import Host
import Mesh
import Store
import Telemetry
import TestKit
import Testing
import Transport
import Wire

extension MeshTests {
  /// What departments tell at any occasion reaches the others through a real broker.
  @Suite struct TellingTests {
    /// One department in this process, at the broker of a mesh's folder.
    private final class Guest {
      let desk: DepartmentDesk
      private let reactor: Reactor
      private let due: DueClerk
      private let runs: RunClerk

      init(_ department: Department, on mesh: LooseMesh) throws {
        let folder = try DataFolder.existing(mesh.caller.data)
        let credential = try Credential.read(department.part.rawValue, in: folder)
        let log = Log(program: department.name, descriptor: open("/dev/null", O_WRONLY)) { OrderDraft.day }
        reactor = try Reactor()
        let (store, clock) = (try Store.open(department.storeOptions(in: folder)), Clock.system())
        let client = MeshClient(
          MeshConfiguration(
            host: "127.0.0.1", port: try mesh.caller.port("broker", "mesh"), credential: credential.name, secret: credential.secret,
            program: department.name, manifest: department.manifest),
          store: store, reactor: reactor, log: log, metrics: Metrics(program: department.name), now: { clock.now() })
        desk = try DepartmentDesk(
          department: department, store: store, mesh: client, clock: clock, log: log, door: try OperatorDoor(folder))
        for subscription in department.subscriptions(desk) { client.subscribe(subscription) }
        due = DueClerk(store: store, clock: clock, log: log, rules: department.dueRules(desk)) { client.outboxGrew(through: $0) }
        runs = RunClerk(store: store, clock: clock, log: log, rules: department.runRules(desk)) { client.outboxGrew(through: $0) }
        client.start()
        try reactor.start(name: department.name)
        due.start()
        runs.start()
      }

      func stop() {
        due.stop()
        runs.stop()
        let done = Event()
        desk.mesh.drain { done.happen() }
        done.wait(within: .seconds(5))
        reactor.stop()
        reactor.join()
        desk.store.close()
      }
    }

    private static func tell(_ order: String, _ desk: DepartmentDesk, _ occasion: Occasion, _ tx: borrowing Transaction) throws {
      let fact = OrderShipped(orderID: try Identifier(order), lines: [], shippedAt: occasion.now)
      _ = try desk.publish(fact.event, true: occasion.now, occasion, in: tx)
    }

    @Test func `facts of due rows, runs and inlets travel at once, their story along with them`() throws {
      let mesh = try LooseMesh(starting: ["broker"])
      let heard = Seen<String>()
      let ledger = Department(
        name: "ledger", part: .ledger, summary: "", httpPort: 0, applicationID: 7, migrations: [],
        manifest: Manifest(publishes: LedgerEvents.schemas, reads: MarketingEvents.schemas.map(\.name)),
        subscriptions: { _ in
          [
            MeshSubscription(name: "offers", filters: ["marketing.*"]) { received, _ in
              heard.note("\(received.envelope.partitionKey) \(received.envelope.correlationID ?? "") \(received.envelope.authID ?? "")")
              return .done
            }
          ]
        },
        dueRules: { desk in
          [
            "begin": { row, now, transaction in
              let occasion = desk.occasion(of: row, now)
              try Self.tell("due", desk, occasion, transaction)
              _ = try Runs.begin(kind: "work", subject: "w", origin: occasion.origin, at: now, in: transaction)
            }
          ]
        },
        runRules: { desk in
          [
            "work": { run, now, transaction, pace in
              guard pace.admitsRow() else { return .goOn(cursor: run.cursor) }
              try Self.tell("run-\(run.chunks)", desk, desk.occasion(of: run, now), transaction)
              return run.chunks < 2 ? .goOn(cursor: [UInt8(run.chunks)]) : .finished()
            }
          ]
        }, routes: { _ in [] }, story: { _, _ in nil }, checks: [])
      let marketing = Department(
        name: "marketing", part: .marketing, summary: "", httpPort: 0, applicationID: 8, migrations: [],
        manifest: Manifest(publishes: MarketingEvents.schemas, reads: [OrderShipped.type]),
        subscriptions: { desk in
          [
            MeshSubscription(name: "orders", filters: [OrderShipped.type]) { received, transaction in
              let occasion = desk.occasion(of: received)
              let fact = OfferTurned(
                turn: .paused, offerID: try Identifier("offer-\(received.envelope.partitionKey)"), version: 1,
                by: try Identifier("marketer/maya"), at: occasion.now)
              _ = try desk.publish(fact.event, true: occasion.now, occasion, in: transaction)
              return .done
            }
          ]
        }, routes: { _ in [] }, story: { _, _ in nil }, checks: [])
      let guests = [try Guest(ledger, on: mesh), try Guest(marketing, on: mesh)]
      let origin = Origin(principal: "operator", principalKind: "service_account", correlation: "case-17")
      let now = guests[0].desk.clock.now()
      // Due at once, and in a moment: nobody waits for the second's look.
      try guests[0].desk.store.write { try Due.add(at: now, kind: "begin", subject: "b", origin: origin, in: $0) }
      try eventually("marketing's answers have come back") { heard.all.count >= 4 }
      #expect(heard.all.sorted() == ["due", "run-0", "run-1", "run-2"].map { "offer-\($0) case-17 operator" })
      for guest in guests { guest.stop() }
      try mesh.stopAll()
    }
  }
}
