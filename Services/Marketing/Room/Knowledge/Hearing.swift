package import Contracts
package import Host
import Mesh

/// How old marketing's knowledge of the others is.
package struct Hearing: Sendable {
  /// Up to when the ledger was heard; nil where it never was.
  let ledger: @Sendable (DepartmentDesk) -> Timestamp?
  /// Up to when customer service was heard; nil where it never was.
  let service: @Sendable (DepartmentDesk) -> Timestamp?

  /// `heard` tells up to when both were heard; nil where one never was.
  package init(heard: @escaping @Sendable (DepartmentDesk) -> Timestamp?) { self.init(ledger: heard, service: heard) }

  package init(
    ledger: @escaping @Sendable (DepartmentDesk) -> Timestamp?, service: @escaping @Sendable (DepartmentDesk) -> Timestamp?
  ) {
    self.ledger = ledger
    self.service = service
  }

  /// By the marks that come over the mesh.
  package static let mesh = Hearing(ledger: { $0.mesh.heardThrough("/ledger") }, service: { $0.mesh.heardThrough("/service") })

  /// Up to when both were heard: what came later from one of them may say otherwise.
  func both(_ desk: DepartmentDesk) -> Timestamp? {
    guard let ledger = ledger(desk), let service = service(desk) else { return nil }
    return min(ledger, service)
  }
}
