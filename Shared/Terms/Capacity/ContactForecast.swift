package import Contracts

/// How many contacts an offer brings, hour by hour, and how many can be taken: never the mean, for the first evening is what breaks a desk.
package struct ContactForecast: Sendable, Equatable {
  /// The numbers behind it: the policy `capacity`.
  package struct Rules: Sendable, Equatable {
    /// Contacts from a thousand messages, where nothing was declared and nothing measured.
    package var perThousand: Int64
    /// Contacts from a thousand customers who received something without asking.
    package var lookBackPerThousand: Int64
    /// How they fall on the days after: percent of each.
    package var dayPercents: [Int64]
    /// What one agent takes in an hour.
    package var contactsPerAgent: Int64
    /// How much of that can be planned with, in percent.
    package var usablePercent: Int64

    package init(perThousand: Int64, lookBackPerThousand: Int64, dayPercents: [Int64], contactsPerAgent: Int64, usablePercent: Int64) {
      self.perThousand = perThousand
      self.lookBackPerThousand = lookBackPerThousand
      self.dayPercents = dayPercents
      self.contactsPerAgent = contactsPerAgent
      self.usablePercent = usablePercent
    }

    /// Those of the policy's first version, where none was heard yet.
    package static let usual = Rules(
      perThousand: 20, lookBackPerThousand: 5, dayPercents: [60, 25, 15], contactsPerAgent: 8, usablePercent: 85)

    /// Reads the policy's document; nil where a number is missing or makes no sense.
    package init?(_ policy: JSON) {
      guard let perThousand = policy["per_thousand"]?.integer, let lookBack = policy["look_back_per_thousand"]?.integer,
        let days = policy["day_percents"]?.array?.compactMap(\.integer), let perAgent = policy["contacts_per_agent_hour"]?.integer,
        let usable = policy["usable_percent"]?.integer, (0...1_000).contains(perThousand), (0...1_000).contains(lookBack), !days.isEmpty,
        days.count <= 31, days.allSatisfy({ (0...100).contains($0) }), days.reduce(0, +) <= 100, (0...1_000).contains(perAgent),
        (0...100).contains(usable)
      else { return nil }
      self.init(
        perThousand: perThousand, lookBackPerThousand: lookBack, dayPercents: days, contactsPerAgent: perAgent, usablePercent: usable)
    }
  }

  /// Messages that leave at one instant, or customers who receive something at one.
  package struct Wave: Sendable, Equatable {
    package let at: Timestamp
    package let people: Int64
    package let perThousand: Int64

    package init(at: Timestamp, people: Int64, perThousand: Int64) {
      self.at = at
      self.people = people
      self.perThousand = perThousand
    }

    /// Thousandths of a contact; beyond what anybody could have written to it stands still, so that sums of days hold it.
    fileprivate var thousandths: Int64 {
      let (product, isTooMuch) = people.multipliedReportingOverflow(by: perThousand)
      return isTooMuch ? Self.thousandthsMax : min(product, Self.thousandthsMax)
    }
    private static let thousandthsMax = Int64.max / 10_000
  }

  /// One hour of it.
  package struct Hour: Sendable, Equatable {
    package let from: Timestamp
    package let expected: Int64
    /// Nil where nobody said what can be taken.
    package let available: Int64?
    package var isShort: Bool { available.map { expected > $0 } ?? false }

    package init(from: Timestamp, expected: Int64, available: Int64?) {
      self.from = from
      self.expected = expected
      self.available = available
    }
  }

  package let waves: [Wave]
  package let rules: Rules
  private static let hour: Int64 = 3_600_000

  package init(waves: [Wave], rules: Rules) {
    self.waves = waves
    self.rules = rules
  }

  /// Contacts in the hour that begins at `start`: of each wave before it its part of the day, an hour's share of that; rounded half to even
  /// once, over all waves.
  package func expected(in start: Timestamp) -> Int64 {
    // In parts of 2,400,000: thousands of people, percents of a day, hours of a day.
    var parts: Int64 = 0
    for wave in waves where wave.at <= start {
      let day = start.since(wave.at).milliseconds / (24 * Self.hour)
      guard day < rules.dayPercents.count else { continue }
      parts += wave.thousandths * rules.dayPercents[Int(day)]
    }
    return Self.halfEven(parts, 2_400_000)
  }

  /// All of them together, rounded half to even once: hours of which each has less than half a contact may have some in sum.
  package var all: Int64 { Self.halfEven(waves.reduce(0) { $0 + $1.thousandths }, 1_000) }

  /// What `agents` on shift who were briefed can take in an hour, less what that hour of the week brings anyway; below zero where that is
  /// more already.
  package static func available(agents: Int64, usual: Int64, rules: Rules) -> Int64 {
    agents * rules.contactsPerAgent * rules.usablePercent / 100 - usual
  }

  /// Each hour that begins from `start` on and before `end`; `available` says what can be taken in it.
  package func hours(from start: Timestamp, to end: Timestamp, available: (Timestamp) -> Int64?) -> [Hour] {
    var hours: [Hour] = []
    var at = start
    while at < end {
      hours.append(Hour(from: at, expected: expected(in: at), available: available(at)))
      at = at.adding(.milliseconds(Self.hour))
    }
    return hours
  }

  /// Contacts from a thousand messages: as declared, else the median of the last five offers of the kind, else the policy's.
  package static func perThousand(declared: Int64?, measured: [Int64], rules: Rules) -> Int64 {
    if let declared { return declared }
    let last = measured.suffix(5).sorted()
    guard !last.isEmpty else { return rules.perThousand }
    return last.count % 2 == 1 ? last[last.count / 2] : halfEven(last[last.count / 2 - 1] + last[last.count / 2], 2)
  }

  /// What an hour of the week usually brings: the mean of what it brought, rounded half to even; 0 where nothing is known.
  package static func usual(_ counts: [Int64]) -> Int64 { counts.isEmpty ? 0 : halfEven(counts.reduce(0, +), Int64(counts.count)) }

  static func halfEven(_ number: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
    let twice = rest * 2
    if twice > divisor || twice == divisor && !quotient.isMultiple(of: 2) { return quotient + 1 }
    return quotient
  }
}

extension OfferDocument.Benefit {
  /// Whether the other one is of the same kind: offers like it bring contacts like it.
  package func isSameKind(as other: Self) -> Bool {
    switch (self, other) {
    case (.percentOff, .percentOff), (.amountOff, .amountOff), (.fixedPrice, .fixedPrice), (.freeShipping, .freeShipping),
      (.described, .described):
      true
    case (.percentOff, _), (.amountOff, _), (.fixedPrice, _), (.freeShipping, _), (.described, _): false
    }
  }
}
