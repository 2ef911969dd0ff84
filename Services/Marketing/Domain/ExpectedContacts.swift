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
    let contacts = thousandths(messages: messages, recipients: recipients, perThousand: perThousand, rules: rules)
    return rules.dayPercents.flatMap { percent in
      let perHour = (contacts * percent + 2_399_999) / 2_400_000
      return Array(repeating: perHour, count: 24)
    }
  }

  /// All of them together: less than the sum of hours of which each counts a part as a whole.
  package static func all(
    messages: Int64, recipients: Int64, perThousand: Int64, rules: ContactForecast.Rules = .usual
  ) -> Int64 {
    (thousandths(messages: messages, recipients: recipients, perThousand: perThousand, rules: rules) + 999) / 1_000
  }

  /// In thousandths of a contact, so that nothing is lost before the end.
  private static func thousandths(messages: Int64, recipients: Int64, perThousand: Int64, rules: ContactForecast.Rules) -> Int64 {
    let (first, isTooMuch) = messages.multipliedReportingOverflow(by: perThousand)
    return isTooMuch
      ? Int64.max / 10_000 : min(first, Int64.max / 10_000) + min(recipients, Int64.max / 10_000_000) * rules.lookBackPerThousand
  }
}
