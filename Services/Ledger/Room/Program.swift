import Contracts
package import Host
import Store
import Wire

/// What makes the ledger the ledger: its tables, its doors, and that it alone tells of orders.
package enum LedgerProgram {
  package static let department = Department(
    name: "ledger", part: .ledger, summary: "Keeps what customers bought and what was promised to them; belongs to neither department.",
    httpPort: 4462, applicationID: 0x4143_4C47, migrations: Schema.migrations,
    manifest: Manifest(publishes: LedgerEvents.schemas),
    subscriptions: { desk in [Inlets.offers(desk), Inlets.requests(desk), Inlets.watch(desk)] },
    ownFacts: { desk in { try Inlets.own($0, desk, in: &$1) } }, afterRebuild: { try Retracing.end($0, in: $1) },
    dueRules: { desk in Anchors.dueRules(desk).merging(Inlets.dueRules(desk)) { books, _ in books } },
    runRules: { desk in
      [
        LookBack.kind: { try LookBack.step($0, $1, desk, in: &$2, pace: &$3) },
        NightlyAudit.kind: { try NightlyAudit.step($0, $1, desk, in: &$2, pace: &$3) },
      ]
    },
    routes: { desk in API(desk: desk).routes + BooksDoors(desk: desk).routes }, story: { try Story.tell($0, in: $1) }, checks: Checks.all,
    heads: { try Anchors.heads(in: $0) })
}
