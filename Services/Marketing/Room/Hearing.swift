package import Contracts
package import Host
import Mesh

/// How old marketing's knowledge of the ledger is.
package struct Hearing: Sendable {
  /// Up to when the ledger was heard; nil where it never was.
  let heard: @Sendable (DepartmentDesk) -> Timestamp?

  /// `heard` tells up to when the ledger was heard; nil where it never was.
  package init(heard: @escaping @Sendable (DepartmentDesk) -> Timestamp?) { self.heard = heard }

  /// By the marks that come over the mesh.
  package static let mesh = Hearing(heard: { $0.mesh.heardThrough("/ledger") })
}
