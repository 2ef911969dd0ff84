import Contracts
package import Host
import Mesh
import Store
import Wire

/// What makes customer service customer service: whom it hears and what it makes of it.
package enum ServiceProgram {
  package static let department = Department(
    name: "service", part: .service, summary: "Answers customers, and sees everything that happened to them.", httpPort: 4464,
    applicationID: 0x4143_5356, migrations: Schema.migrations, manifest: Manifest(publishes: ServiceEvents.schemas, reads: reads),
    subscriptions: { desk in
      [
        // Apart from each other: an order is not to wait behind a hundred thousand remedies.
        MeshSubscription(name: "orders", filters: orders, inlet: { try Inlets.fact($0, desk, in: &$1) }),
        MeshSubscription(name: "remedies", filters: remedies, inlet: { try Inlets.fact($0, desk, in: &$1) }),
        MeshSubscription(name: "offers", filters: offers, inlet: { try Inlets.fact($0, desk, in: &$1) }),
        MeshSubscription(name: "money", filters: Advances.types, inlet: { try Inlets.fact($0, desk, in: &$1) }),
        MeshSubscription(name: "customers", filters: customers, inlet: { try Inlets.fact($0, desk, in: &$1) }),
      ]
    },
    ownFacts: { _ in { try OwnFacts.retrace($0, in: &$1) } }, dueRules: { CareDues.all($0) },
    routes: { desk in API(desk: desk).routes }, story: { try Story.tell($0, in: $1) }, checks: Checks.all,
    hanging: { try HangingWork.all(of: $0, in: $1) }, heads: { try ChainHeads.all(in: $0) })

  private static let orders =
    [OrderCaptured.type] + OrderShipped.types + OrderAmended.types + OrderCancelled.types + OrderReturned.types + SubscriptionChanged.types
  private static let remedies = RemedyChanged.types + RefundResolved.types
  private static let offers =
    OfferVersioned.types + OfferScheduled.types + OfferTurned.types + LookBackCompleted.types + AudiencePrepared.types
    + PromiseDeclared.types
    + QuestionAnswered.types
  private static let customers =
    CustomerKnown.types + ConsentChanged.types + CustomerRestricted.types + MessageTurned.types + ProductsListed.types
    + MembershipChanged.types + ChainAnchored.types + Colleagues.types + PolicyPublished.types
  private static let reads = orders + remedies + offers + Advances.types + customers
}
