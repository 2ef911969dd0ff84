/// Why bytes are no event of the contracts, or a value none that may be published.
package enum ContractFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// No JSON, or JSON of another shape. `at` is a JSON pointer (RFC 6901) to the place.
  case unreadable(JSONFault, at: String)
  /// Readable, but against a rule of the contract.
  case broken(ContractRule, at: String)

  package var description: String {
    switch self {
    case .unreadable(let fault, ""): fault.description
    case .unreadable(let fault, let pointer): "\(pointer): \(fault.description)"
    case .broken(let rule, ""): rule.description
    case .broken(let rule, let pointer): "\(pointer): \(rule.description)"
    }
  }

  /// What a reader of `bytes` met, with its place.
  init(_ fault: JSONFault, in bytes: UnsafeRawBufferPointer) {
    let pointer = JSONPointer.to(fault.offset, in: bytes)
    switch fault.kind {
    case .rule(let rule): self = .broken(rule, at: pointer)
    default: self = .unreadable(fault, at: pointer)
    }
  }
}
