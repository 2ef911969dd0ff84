/// What the departments tell each other, by type. A type that this build does not know is ignored, never an error.
package enum DomainEvent: Sendable, Equatable {
  // Of the ledger.
  case orderCaptured(OrderCaptured)
  case orderShipped(OrderShipped)
  case orderCancelled(OrderCancelled)
  case orderAmended(OrderAmended)
  case orderReturned(OrderReturned)
  case subscriptionChanged(SubscriptionChanged)
  case remedyChanged(RemedyChanged)
  case refundResolved(RefundResolved)
  case lookBackCompleted(LookBackCompleted)
  case chainAnchored(ChainAnchored)
  case periodClosed(PeriodClosed)
  case customerKnown(CustomerKnown)
  case consentChanged(ConsentChanged)
  case customerRestricted(CustomerRestricted)
  case productsListed(ProductsListed)
  case membershipChanged(MembershipChanged)
  case policyPublished(PolicyPublished)
  case policyProposed(PolicyProposed)
  case colleagueChanged(ColleagueChanged)
  case disconnectRecorded(DisconnectRecorded)
  // Of whoever has a budget.
  case budgetChanged(BudgetChanged)
  // Of marketing.
  case offerVersioned(OfferVersioned)
  case offerScheduled(OfferScheduled)
  case offerTurned(OfferTurned)
  case audienceListed(AudienceListed)
  case audiencePrepared(AudiencePrepared)
  case messageTurned(MessageTurned)
  case promiseDeclared(PromiseDeclared)
  case gateTurned(GateTurned)
  case gateWaived(GateWaived)
  case questionAnswered(QuestionAnswered)
  case staffNamed(StaffNamed)
  // Of customer service.
  case promiseAnswered(PromiseAnswered)
  case capacityChanged(CapacityChanged)
  case rosterPublished(RosterPublished)
  case briefingAcknowledged(BriefingAcknowledged)
  case sheetTurned(SheetTurned)
  case answerTurned(AnswerTurned)
  case offerAskedAbout(OfferAskedAbout)
  case caseTurned(CaseTurned)
  case holdTurned(HoldTurned)
  case remedyAsked(RemedyAsked)
  case counterpartNamed(CounterpartNamed)
  case parityApproved(ParityApproved)

  package var fact: any Fact {
    switch self {
    case .orderCaptured(let fact): fact
    case .orderShipped(let fact): fact
    case .orderCancelled(let fact): fact
    case .orderAmended(let fact): fact
    case .orderReturned(let fact): fact
    case .subscriptionChanged(let fact): fact
    case .remedyChanged(let fact): fact
    case .refundResolved(let fact): fact
    case .lookBackCompleted(let fact): fact
    case .chainAnchored(let fact): fact
    case .periodClosed(let fact): fact
    case .customerKnown(let fact): fact
    case .consentChanged(let fact): fact
    case .customerRestricted(let fact): fact
    case .productsListed(let fact): fact
    case .membershipChanged(let fact): fact
    case .policyPublished(let fact): fact
    case .policyProposed(let fact): fact
    case .colleagueChanged(let fact): fact
    case .disconnectRecorded(let fact): fact
    case .budgetChanged(let fact): fact
    case .offerVersioned(let fact): fact
    case .offerScheduled(let fact): fact
    case .offerTurned(let fact): fact
    case .audienceListed(let fact): fact
    case .audiencePrepared(let fact): fact
    case .messageTurned(let fact): fact
    case .promiseDeclared(let fact): fact
    case .gateTurned(let fact): fact
    case .gateWaived(let fact): fact
    case .questionAnswered(let fact): fact
    case .staffNamed(let fact): fact
    case .promiseAnswered(let fact): fact
    case .capacityChanged(let fact): fact
    case .rosterPublished(let fact): fact
    case .briefingAcknowledged(let fact): fact
    case .sheetTurned(let fact): fact
    case .answerTurned(let fact): fact
    case .offerAskedAbout(let fact): fact
    case .caseTurned(let fact): fact
    case .holdTurned(let fact): fact
    case .remedyAsked(let fact): fact
    case .counterpartNamed(let fact): fact
    case .parityApproved(let fact): fact
    }
  }

  // Those that come by the hundred thousand are asked without a box around them, here and below.

  /// The envelope's `type`.
  package var type: String {
    switch self {
    case .orderCaptured(let order): order.type
    case .remedyChanged(let remedy): remedy.type
    default: fact.type
    }
  }

  /// The envelope's `partitionkey` and `subject`: facts of one key are handled in order.
  package var key: String {
    switch self {
    case .orderCaptured(let order): order.key
    case .remedyChanged(let remedy): remedy.key
    default: fact.key
    }
  }

  /// The envelope's `data`.
  package func encode() -> [UInt8] {
    var writer = JSONWriter(reserving: 1_024)
    write(into: &writer)
    return writer.finish()
  }

  /// Writes the data.
  package func write(into writer: inout JSONWriter) {
    switch self {
    case .orderCaptured(let order): order.write(into: &writer)
    case .remedyChanged(let remedy): remedy.write(into: &writer)
    default: fact.write(into: &writer)
    }
  }

  /// Throws what a reader would refuse in it, whoever made it. An order was checked when it was made.
  package func check() throws(ContractFault) {
    switch self {
    case .orderCaptured: break
    case .remedyChanged(let remedy): try remedy.check()
    default: _ = try Self.decode(type: type, data: encode())
    }
  }

  /// Reads `data` as the contract of `type` has it. Nil for a type that this build does not know.
  ///
  /// Members that the contract does not name are skipped: a newer department may send them.
  package static func decode(type: String, data: UnsafeRawBufferPointer) throws(ContractFault) -> DomainEvent? {
    if type == OrderCaptured.type { return .orderCaptured(try OrderCaptured(decoding: data)) }
    if RemedyChanged.types.contains(type) { return .remedyChanged(try RemedyChanged(type, decoding: data)) }
    guard let known = readers[type] else { return nil }
    let json: JSON
    do { json = try JSON(parsing: data) } catch { throw ContractFault(error, in: data) }
    var members = try FactReader(json)
    return try known.init(type, from: &members).event
  }

  package static func decode(type: String, data: [UInt8]) throws(ContractFault) -> DomainEvent? {
    let outcome = data.withUnsafeBytes { bytes in Result { () throws(ContractFault) in try decode(type: type, data: bytes) } }
    return try outcome.get()
  }

  /// The facts that are read through the tree, by each of their types.
  private static let readers: [String: any TreeFact.Type] = {
    let facts: [any TreeFact.Type] = [
      OrderShipped.self, OrderCancelled.self, OrderAmended.self, OrderReturned.self, SubscriptionChanged.self, RefundResolved.self,
      LookBackCompleted.self, ChainAnchored.self, PeriodClosed.self, CustomerKnown.self, ConsentChanged.self, CustomerRestricted.self,
      ProductsListed.self, MembershipChanged.self,
      PolicyPublished.self, PolicyProposed.self, BudgetChanged.self, OfferVersioned.self, OfferScheduled.self, OfferTurned.self,
      AudienceListed.self,
      AudiencePrepared.self,
      MessageTurned.self, ColleagueChanged.self, DisconnectRecorded.self, PromiseDeclared.self, GateTurned.self, GateWaived.self,
      QuestionAnswered.self, StaffNamed.self, PromiseAnswered.self, CapacityChanged.self, RosterPublished.self, BriefingAcknowledged.self,
      SheetTurned.self,
      AnswerTurned.self, OfferAskedAbout.self, CaseTurned.self, HoldTurned.self, RemedyAsked.self, CounterpartNamed.self,
      ParityApproved.self,
    ]
    return Dictionary(facts.flatMap { fact in fact.types.map { ($0, fact) } }) { first, _ in first }
  }()
}
