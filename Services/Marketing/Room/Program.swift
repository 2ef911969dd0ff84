import Contracts
package import Host
import Mesh
import Store
import Wire

/// What makes marketing marketing: whom it hears and what it counts.
package enum MarketingProgram {
  package static let department = Department(
    name: "marketing", part: .marketing, summary: "Makes offers, and knows who bought.", httpPort: 4463, applicationID: 0x4143_4D4B,
    migrations: Schema.migrations, manifest: Manifest(publishes: MarketingEvents.schemas, reads: [OrderCaptured.type]),
    subscriptions: { _ in [MeshSubscription(name: "orders", filters: [OrderCaptured.type], inlet: { try Inlets.order($0, in: &$1) })] },
    routes: { desk in API(desk: desk).routes }, story: { try Story.tell($0, in: $1) }, checks: Checks.all)
}
