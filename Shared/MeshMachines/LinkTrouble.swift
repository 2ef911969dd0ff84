package import Wire

/// Why there is no link to the broker.
package enum LinkTrouble: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nobody answers at the address.
  case unreachable(String)
  /// Connected, but no welcome came in time.
  case unanswered
  /// Nothing was heard for three heartbeats.
  case silent(Duration)
  /// The connection ended without a word.
  case lost(String)
  /// The broker said that it is about to stop.
  case farewell(String)
  /// The broker refuses for now.
  case refused(Refusal)
  /// The broker refuses until a person mends something here or there.
  case barred(Refusal)
  /// The broker said what it may not say at this point.
  case confused(String)

  /// The codes that no retry alone will mend (PROTOCOL.md, Codes): a wrong credential or version, a store set back, another program
  /// with the same store, a manifest that nobody can work with, and frames that this program should never have sent.
  package static let permanentCodes: Set<String> = [
    "version", "not_known", "revoked", "fenced", "superseded", "store_restored", "frame_length", "not_json", "nested_too_deep",
    "contract_schema", "contract_incompatible", "type_not_yours", "filter_not_allowed", "op_not_first", "unknown_op", "missing",
    "wrong_type", "duplicate_name", "escaped_name", "too_many", "ranges_not_ascending", "hello_repeated",
  ]

  /// Sorts a fault of the broker by its code.
  package init(fault: Refusal) {
    self = Self.permanentCodes.contains(fault.code) ? .barred(fault) : .refused(fault)
  }

  /// True where waiting does not help.
  package var needsPerson: Bool {
    switch self {
    case .barred: true
    case .unreachable, .unanswered, .silent, .lost, .farewell, .refused, .confused: false
    }
  }

  /// True where the broker takes this program's manifest for wrong: then it is not ready, for it could tell nobody anything.
  package var refusesManifest: Bool {
    switch self {
    case .barred(let refusal): Self.manifestCodes.contains(refusal.code)
    case .unreachable, .unanswered, .silent, .lost, .farewell, .refused, .confused: false
    }
  }

  private static let manifestCodes: Set<String> = ["contract_schema", "contract_incompatible", "type_not_yours", "filter_not_allowed"]

  package var description: String {
    switch self {
    case .unreachable(let why): "the broker cannot be reached (\(why)); it is tried again by itself"
    case .unanswered:
      "the broker's port answers, but not with a welcome within \(MeshLimits.welcomeTimeout); see whether it is the broker's port"
    case .silent(let time): "the broker has been silent for \(time); the connection was ended and is tried again"
    case .lost(let why): "the connection to the broker was lost (\(why)); it is tried again by itself"
    case .farewell(let reason): "the broker said farewell (\(reason)); it is tried again in a moment"
    case .refused(let refusal): "the broker refused: \(refusal)"
    case .barred(let refusal): "the broker will not let this program in until somebody mends it: \(refusal)"
    case .confused(let what): "the broker said what it may not (\(what)); see whether both programs are of one version"
    }
  }
}
