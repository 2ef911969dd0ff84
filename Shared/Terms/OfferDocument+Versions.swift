import Contracts

/// What changes from one version to the next, and whether it changes what is promised.
extension OfferDocument {
  /// The fields whose change changes the promise.
  private static let material: Set<String> = [
    "currency", "campaign_id", "window", "look_back", "in_window", "honour_for", "eligibility", "applies_to", "benefit", "duration",
    "minimum", "limits", "stacking", "remedy", "add_items", "budget", "parity_exception", "promises", "sheets_required",
  ]

  /// Whether a change at the JSON pointer `pointer` changes what is promised: such a version cannot be minor.
  package static func isMaterial(_ pointer: String) -> Bool {
    guard pointer.first == "/" else { return true }
    return material.contains(String(pointer.dropFirst().prefix { $0 != "/" }))
  }

  /// JSON pointers to what differs from `old`, in the order of this document; lists are taken as wholes, absent is the same as null.
  package func changes(from old: OfferDocument) -> [String] { Self.changes(json, old.json) }

  static func changes(_ new: JSON, _ old: JSON, at pointer: String = "") -> [String] {
    guard let news = new.object, let olds = old.object else { return new == old ? [] : [pointer] }
    let gone = olds.map(\.name).filter { name in !news.contains { $0.name == name } }
    return (news.map(\.name) + gone).flatMap { name in
      changes(new[name] ?? .null, old[name] ?? .null, at: "\(pointer)/\(name)")
    }
  }

  /// SHA-256 in hex over what is material: versions with the same hash promise the same, however they are written.
  package var termsHash: String {
    let members = (json.object ?? []).filter { Self.material.contains($0.name) && !$0.value.isNull }
    return Hex.encode(SHA256.hash(Self.canonical(.object(members)).bytes))
  }

  /// Names sorted, nulls left out; a number with a fraction, which no field has but an unknown one may, stands as it is written.
  private static func canonical(_ json: JSON) -> JSON {
    switch json {
    case .object(let members):
      let kept = members.filter { !$0.value.isNull }.map { JSON.Member($0.name, canonical($0.value)) }
      return .object(kept.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) })
    case .array(let elements): return .array(elements.map(canonical))
    case .null, .bool, .integer, .number, .string: return json
    }
  }
}
