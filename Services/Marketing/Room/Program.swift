import Contracts
package import Host
import Mesh
import Store
import Wire

/// What makes marketing marketing: whom it hears, what it tells, what falls due and what takes long.
package enum MarketingProgram {
  package static let department = department(hearing: .mesh)

  /// Facts about orders and remedies, which come by the hundred thousand; those of one order in its order.
  private static let orders =
    [OrderCaptured.type] + OrderCancelled.types + OrderAmended.types + OrderReturned.types + RemedyChanged.types
  private static let facts =
    BudgetChanged.types.filter { $0.hasPrefix("ledger.") } + LookBackCompleted.types + ChainAnchored.types + CustomerKnown.types
    + ConsentChanged.types + CustomerRestricted.types + ProductsListed.types + MembershipChanged.types + PolicyPublished.types
    + Colleagues.types + SubscriptionChanged.types
  /// What customer service says. Apart from the ledger's: by it the silence of each is told.
  private static let care =
    PromiseAnswered.types + CapacityChanged.types + RosterPublished.types + BriefingAcknowledged.types + SheetTurned.types
    + CounterpartNamed.types + ParityApproved.types + HoldTurned.types + OfferAskedAbout.types
    + [CaseTurned.Turn.opened.type]

  /// The department; `hearing` tells how old its knowledge of the others is.
  package static func department(hearing: Hearing) -> Department {
    Department(
      name: "marketing", part: .marketing, summary: "Makes offers, and decides who hears of them.", httpPort: 4463,
      applicationID: 0x4143_4D4B, migrations: Schema.migrations,
      manifest: Manifest(publishes: MarketingEvents.schemas, reads: orders + facts + care),
      subscriptions: { desk in
        [
          MeshSubscription(name: "orders", filters: orders, inlet: { try Inlets.order($0, desk, in: &$1) }),
          MeshSubscription(name: "facts", filters: facts, inlet: { try Inlets.fact($0, desk, in: &$1) }),
          MeshSubscription(name: "care", filters: care, inlet: { try Inlets.care($0, desk, in: &$1) }),
        ]
      },
      ownFacts: { desk in { try Inlets.own($0, desk, in: &$1) } },
      afterRebuild: { desk, transaction in try Gatekeeping.wake(live: false, at: desk.clock.now(), in: transaction) },
      dueRules: { DueRules.all($0) },
      runRules: { desk in
        let (preparing, handOver) = (Preparing(desk: desk, hearing: hearing), HandOver(desk: desk, hearing: hearing))
        return [
          Preparations.run: { try preparing.step($0, $1, &$2, &$3) }, Preparations.handOver: { try handOver.step($0, $1, &$2, &$3) },
        ]
      },
      routes: { desk in API(desk: desk, hearing: hearing).routes }, story: { try Story.tell($0, in: $1) }, checks: Checks.all,
      hanging: { try HangingWork.all(of: $0, in: $1) },
      heads: { try ChainHeads.all(in: $0) })
  }
}
