import Contracts
package import Host
import Mesh
import Store
import Wire

/// What makes customer service customer service: whom it hears and what stands on a customer's timeline.
package enum ServiceProgram {
  package static let department = Department(
    name: "service", part: .service, summary: "Answers customers, and sees everything that happened to them.", httpPort: 4464,
    applicationID: 0x4143_5356, migrations: Schema.migrations, manifest: Manifest(publishes: ServiceEvents.schemas, reads: [OrderCaptured.type]),
    subscriptions: { _ in [MeshSubscription(name: "orders", filters: [OrderCaptured.type], inlet: { try Inlets.order($0, in: &$1) })] },
    routes: { desk in API(desk: desk).routes }, story: { try Story.tell($0, in: $1) }, checks: Checks.all)
}
