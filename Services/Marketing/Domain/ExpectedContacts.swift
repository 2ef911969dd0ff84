import Contracts
package import Terms

/// How many people get in touch after a launch, hour by hour, by the numbers of the policy `capacity`.
///
/// Of a thousand who are written to, 20 do within 72 hours unless offers like it brought another number, and 5 of a thousand who were given
/// something by a look-back: 60 % of them on the first day, 25 % on the second, 15 % on the third, where the policy says nothing else. Each
/// hour counts, not the average, and part of a contact is a contact.
package enum ExpectedContacts {
  /// The hours of the days over which they fall.
  package static func hours(
    messages: Int64, recipients: Int64, perThousand: Int64, rules: ContactForecast.Rules = .usual
  ) -> [Int64] {
    // Thousandths of a contact, so that nothing is lost before the end.
    let (first, isTooMuch) = messages.multipliedReportingOverflow(by: perThousand)
    let contacts =
      isTooMuch
      ? Int64.max / 10_000 : min(first, Int64.max / 10_000) + min(recipients, Int64.max / 10_000_000) * rules.lookBackPerThousand
    return rules.dayPercents.flatMap { percent in
      let perHour = (contacts * percent + 2_399_999) / 2_400_000
      return Array(repeating: perHour, count: 24)
    }
  }
}
