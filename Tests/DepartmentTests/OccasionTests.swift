import Contracts
import HTTP
import Host
import Mesh
import MeshMachines
import Store
import TestKit
import Testing
import Wire

/// Facts told by commands, by inlets, by what fell due and by runs: each says of what it follows, who is behind it, and what it belongs to.
struct OccasionTests {
  /// A department that tells of a shipment at every occasion: a command sets a due row, the due row begins a run, the run tells twice.
  static let department = Department(
    name: "ledger", part: .ledger, summary: "", httpPort: 0, applicationID: 7, migrations: [],
    manifest: Manifest(publishes: LedgerEvents.schemas),
    subscriptions: { desk in
      [
        MeshSubscription(name: "offers", filters: ["marketing.*"]) { received, transaction in
          let occasion = desk.occasion(of: received)
          try tell("heard", desk, occasion, transaction)
          try Due.add(
            at: desk.clock.now().adding(.seconds(5)), kind: "later", subject: "s-heard", origin: occasion.origin, in: transaction)
          return .done
        }
      ]
    },
    dueRules: { desk in
      [
        "later": { row, now, transaction in
          let occasion = desk.occasion(of: row, now)
          try tell("due", desk, occasion.under("policy/look-back/3"), transaction)
          _ = try Runs.begin(kind: "work", subject: row.subject, origin: occasion.origin, at: now, in: transaction)
        }
      ]
    },
    runRules: { desk in
      [
        "work": { run, now, transaction, pace in
          guard pace.admitsRow() else { return .goOn(cursor: run.cursor) }
          let occasion = desk.occasion(of: run, now)
          try tell("run-\(run.chunks)", desk, occasion, transaction)
          return run.chunks == 0 ? .goOn(cursor: [1]) : .finished()
        }
      ]
    },
    routes: { desk in
      [
        Route(.post, "/v1/begin", "begins") { request, _ in
          desk.command(request) { transaction, occasion in
            try tell("command", desk, occasion, transaction)
            try Due.add(
              at: occasion.now.adding(.seconds(10)), kind: "later", subject: "s", origin: occasion.origin, in: transaction)
            try Due.add(at: occasion.now.adding(.seconds(20)), kind: "later", subject: "nobody's", in: transaction)
            return .done(status: 200, [:])
          }
        }
      ]
    }, story: { _, _ in nil }, checks: [])

  private static func tell(_ order: String, _ desk: DepartmentDesk, _ occasion: Occasion, _ transaction: borrowing Transaction) throws {
    let fact = OrderShipped(orderID: try Identifier(order), lines: [], shippedAt: occasion.now)
    let told = try desk.publish(fact.event, true: occasion.now, occasion, in: transaction)
    #expect(told.data == fact.event.encode() && told.recordedAt == occasion.now)
    #expect(try Envelope(decoding: told.event).id == told.id)
  }

  /// What of an envelope says whence it comes.
  struct Origin: Equatable {
    let causation: String?
    let correlation: String?
    let principal: String?
    let kind: String?
    let rule: String?
    let recordedAt: Timestamp

    init(_ envelope: Envelope) {
      (causation, correlation) = (envelope.causationID, envelope.correlationID)
      (principal, kind, rule) = (envelope.authID, envelope.authType, envelope.ruleVersion)
      recordedAt = envelope.recordedTime
    }

    init(_ causation: String, _ correlation: String, _ principal: String, _ kind: String, _ seconds: Int64, rule: String? = nil) {
      (self.causation, self.correlation, self.principal, self.kind, self.rule) = (causation, correlation, principal, kind, rule)
      recordedAt = OrderDraft.day.adding(.seconds(seconds))
    }
  }

  private func told(_ premises: Premises) throws -> [String: Origin] {
    let envelopes = try premises.told().map { try Envelope(decoding: $0.event) }
    #expect(envelopes.allSatisfy { $0.source == "/ledger" && $0.subject == $0.partitionKey && $0.dataContentType == "application/json" })
    #expect(Set(envelopes.map(\.id)).count == envelopes.count)
    return Dictionary(grouping: envelopes) { "\($0.partitionKey) \($0.causationID ?? "")" }.mapValues { Origin($0[0]) }
  }

  /// Lets everything happen that is due within `seconds`, and the runs that this begins.
  private func pass(_ seconds: Int64, _ premises: Premises) -> [UInt64] {
    let grown = Seen<UInt64>()
    let (desk, department) = (premises.desk, premises.department)
    let due = DueClerk(store: desk.store, clock: desk.clock, log: desk.log, rules: department.dueRules(desk)) { grown.note($0) }
    let runs = RunClerk(store: desk.store, clock: desk.clock, log: desk.log, rules: department.runRules(desk)) { grown.note($0) }
    due.start()
    runs.start()
    desk.clock.advance(to: OrderDraft.day.adding(.seconds(seconds)))
    due.stop()
    runs.stop()
    return grown.all
  }

  @Test func `a command's facts and all that follows from it have one correlation, each with its own cause`() throws {
    let premises = try Premises(Self.department)
    let answer = premises.ask(.post, "/v1/begin", headers: premises.headers(key: "k-1", [("X-Correlation-Id", "case-17")]))
    #expect(answer.status == 200)
    // Whoever carries the outbox away is told how far it has grown, after what fell due and after each chunk.
    #expect(pass(20, premises).last == 7)
    let told = try told(premises)
    let (operated, alone) = ("service_account", "due/later/nobody's")
    #expect(told["command command/k-1"] == Origin("command/k-1", "case-17", "operator", operated, 0))
    #expect(told["due due/later/s"] == Origin("due/later/s", "case-17", "operator", operated, 20, rule: "policy/look-back/3"))
    for chunk in 0...1 {
      #expect(told["run-\(chunk) run/work/s"] == Origin("run/work/s", "case-17", "operator", operated, 20))
      // Where nobody was noted it is the department itself, and its story begins with the row that fell due.
      #expect(told["run-\(chunk) run/work/nobody's"] == Origin("run/work/nobody's", alone, "ledger", "system", 20))
    }
    #expect(told["due \(alone)"] == Origin(alone, alone, "ledger", "system", 20, rule: "policy/look-back/3"))
    #expect(try premises.findings() == [])
  }

  @Test(arguments: [("case-17", "agent/ines"), (nil, nil)])
  func `what an inlet tells follows from the message that it heard`(correlation: String?, actor: String?) throws {
    let premises = try Premises(Self.department)
    let fact = OfferTurned(
      turn: .launched, offerID: try Identifier("spring"), version: 1, by: try Identifier("marketer/maya"), at: OrderDraft.day)
    let envelope = Envelope(
      id: Identifier(restoring: "m-1"), source: "/marketing", type: fact.type, subject: fact.key, time: OrderDraft.day,
      recordedTime: OrderDraft.day, correlationID: correlation, partitionKey: fact.key, authType: actor.map { _ in "user" }, authID: actor,
      data: fact.event.encode())
    let delivery = Delivery(
      handle: 1, number: 1, position: 8, attempt: 1, producer: "marketing/x", sequence: 1, event: envelope.bytes)
    let hearer = Hearer(department: Self.department, makeInlet: { Self.department.subscriptions($0)[0].inlet }, description: "")
    for _ in 1...2 { #expect(try premises.hear([delivery], through: hearer) == [.done]) }
    _ = pass(10, premises)
    let told = try told(premises)
    #expect(told.count == 4)
    let (story, who, kind) = (correlation ?? "m-1", actor ?? "/marketing", actor == nil ? "unknown" : "user")
    #expect(told["heard m-1"] == Origin("m-1", story, who, kind, 0))
    #expect(told["due due/later/s-heard"] == Origin("due/later/s-heard", story, who, kind, 10, rule: "policy/look-back/3"))
    #expect(told["run-1 run/work/s-heard"] == Origin("run/work/s-heard", story, who, kind, 10))
  }

  @Test func `a fact that breaks its contract, or that the department does not publish, is not told`() throws {
    let premises = try Premises(Self.department)
    let occasion = Occasion.command("k", of: "operator", at: OrderDraft.day, correlation: nil)
    let foreign = OfferTurned(
      turn: .launched, offerID: try Identifier("spring"), version: 1, by: try Identifier("marketer/maya"), at: OrderDraft.day)
    let broken = LookBackCompleted(
      offerID: try Identifier("spring"), version: 0, from: OrderDraft.day, to: OrderDraft.day, considered: 0, eligible: 0, granted: 0,
      cut: 0,
      sum: OrderDraft.euros(0))
    for fact in [foreign.event, broken.event] {
      #expect(throws: (any Error).self) {
        try premises.store.write { _ = try premises.desk.publish(fact, true: OrderDraft.day, occasion, in: $0) }
      }
    }
    // No schema says how a channel is spelled, and each reader would refuse this one.
    let unread = SubscriptionChanged(
      subscriptionID: try Identifier("s-1"), change: .started, from: OrderDraft.day, channel: "Tele Phone", changedAt: OrderDraft.day)
    let fault = #expect(throws: ContractFault.self) {
      try premises.store.write { _ = try premises.desk.publish(unread.event, true: OrderDraft.day, occasion, in: $0) }
    }
    #expect(fault == .broken(.notAWord("Tele Phone"), at: "/channel"))
    #expect(try premises.told().isEmpty)
  }

  @Test func `numbers have no gap where a part of a transaction was taken back`() throws {
    let premises = try Premises(Self.department)
    let occasion = Occasion.command("k", of: "operator", at: OrderDraft.day, correlation: nil)
    struct Back: Error {}
    for round in 0..<3 {
      try premises.store.write { transaction in
        try Self.tell("kept-\(round)", premises.desk, occasion, transaction)
        try? transaction.savepoint { transaction in
          for number in 0..<3 { try Self.tell("lost-\(round)-\(number)", premises.desk, occasion, transaction) }
          throw Back()
        }
        try Self.tell("after-\(round)", premises.desk, occasion, transaction)
      }
    }
    let told = try premises.told()
    #expect(told.map(\.sequence) == Array(1...6))
    let name = premises.store.identity.lineage.prefix(12)
    #expect(try told.map { try Envelope(decoding: $0.event).id.text } == (1...6).map { "\(name)-\($0)" })
  }
}
