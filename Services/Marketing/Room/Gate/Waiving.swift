import Contracts
import MarketingDomain

/// Checks that somebody lets pass although they do not hold, and why.
struct Waiving {
  let checks: [Gate.Check]
  let reason: String

  /// Reads `{"checks": ["sheets"], "reason": "..."}`; nil where there is none.
  init?(_ json: JSON?) throws {
    guard let json, !json.isNull else { return nil }
    try self.init(checks: json["checks"]?.strings, reason: json["reason"]?.string)
  }

  init(checks names: [String]?, reason: String?) throws {
    guard let names, !names.isEmpty else {
      throw OfferDeeds.Refused(422, "checks", "checks: none is named; name one or more of \(Self.all)")
    }
    checks = try names.map { name in
      guard let check = Gate.Check(rawValue: name) else {
        throw OfferDeeds.Refused(422, "checks", "checks: there is no check \"\(name)\"; they are \(Self.all)")
      }
      guard check != .terms else {
        throw OfferDeeds.Refused(
          422, "checks", "checks: nobody can waive that the terms hold, for customers are told them; mend what refuses them")
      }
      return check
    }
    guard let reason, (1...Limits.sentenceBytesMax).contains(reason.utf8.count) else {
      throw OfferDeeds.Refused(422, "reason", "reason: a check is waived for a reason, of 1 to \(Limits.sentenceBytesMax) characters")
    }
    self.reason = reason
  }

  private static let all = Gate.kept.filter { $0 != .terms }.map(\.rawValue).joined(separator: ", ")
}
