package import Contracts

/// What a document leaves to policy.
extension OfferDocument {
  /// `json` with the look-back that policy has for it, where it names none: another for plans than for goods and shipping.
  ///
  /// To be done before the document is saved: what was not written must be the same for everybody who reads it later.
  package static func filled(_ json: JSON, lookBackForGoods: Duration, forPlans: Duration) -> JSON {
    guard let members = json.object, json["look_back"]?["duration"]?.string == nil else { return json }
    if let given = json["look_back"], !given.isNull, given.object == nil { return json }
    let include = json["applies_to"]?["include"]?.array ?? []
    let isForPlans = include.contains { $0["kind"]?.string == "plan" }
    let duration = JSON.Member("duration", .string((isForPlans ? forPlans : lookBackForGoods).iso8601))
    let others = (json["look_back"]?.object ?? []).filter { $0.name != "duration" }
    return .object(members.filter { $0.name != "look_back" } + [JSON.Member("look_back", .object([duration] + others))])
  }
}
