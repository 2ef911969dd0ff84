/// What the ledger publishes.
package enum LedgerEvents {
  /// Each type with the JSON schema of its data: the `publishes` of the ledger's manifest.
  package static let schemas: [JSON.Member] =
    [JSON.Member(OrderCaptured.type, OrderCaptured.schema)] + OrderShipped.schemas + OrderCancelled.schemas + OrderAmended.schemas
    + OrderReturned.schemas + SubscriptionChanged.schemas + BudgetChanged.schemas(of: .ledger) + RemedyChanged.schemas
    + RefundResolved.schemas + LookBackCompleted.schemas + ChainAnchored.schemas + PeriodClosed.schemas + CustomerKnown.schemas
    + ConsentChanged.schemas
    + CustomerRestricted.schemas + ProductsListed.schemas + MembershipChanged.schemas + PolicyPublished.schemas + PolicyProposed.schemas
    + ColleagueChanged.schemas + DisconnectRecorded.schemas
}

/// What marketing publishes.
package enum MarketingEvents {
  /// Each type with the JSON schema of its data: the `publishes` of marketing's manifest.
  package static let schemas: [JSON.Member] =
    BudgetChanged.schemas(of: .marketing) + OfferVersioned.schemas + OfferScheduled.schemas + OfferTurned.schemas
    + AudienceListed.schemas + AudiencePrepared.schemas + MessageTurned.schemas + PromiseDeclared.schemas + GateTurned.schemas
    + GateWaived.schemas + QuestionAnswered.schemas + StaffNamed.schemas
}

/// What customer service publishes.
package enum ServiceEvents {
  /// Each type with the JSON schema of its data: the `publishes` of customer service's manifest.
  package static let schemas: [JSON.Member] =
    BudgetChanged.schemas(of: .service) + PromiseAnswered.schemas + CapacityChanged.schemas + RosterPublished.schemas
    + BriefingAcknowledged.schemas + SheetTurned.schemas + AnswerTurned.schemas + OfferAskedAbout.schemas + CaseTurned.schemas
    + HoldTurned.schemas + RemedyAsked.schemas + CounterpartNamed.schemas + ParityApproved.schemas
}
