package import Contracts

/// What came of one thing in which the departments might contradict each other, by when each part of it happened: the table of the register,
/// a function for each of its rows. Nil where there is nothing to tell, or not yet.
///
/// ```
///               prevented               repaired                    slipped                     unknown
/// look-back     before any message      after one, or asked for     nothing a day later         a limit may have been used up
/// insult        suppressed or a note    note within 24 h            the message stands          -
/// unbriefed     read before speaking    read at login               spoke without               -
/// wrong words   refused, facts card     corrected within 48 h       not corrected               -
/// promise       gate, pause             capacity before the hour    more came than promised     nobody had answered
/// noisy         held back               -                           5 s after the complaint     -
/// parity        equal or excepted       matched                     live for a day without      no gate was told of
/// unknown offer -                       answered in time            later                       -
/// refused       -                       given after all             left without                -
/// channel       there before the hour   within it                   nobody                      told when it was over
/// ```
package enum Contradiction {
  package typealias Outcome = DisconnectRecorded.Outcome

  /// How long an order may lack what an offer owes it, and an offer may lack its exception.
  package static let day = Duration.seconds(86_400)
  /// A note mends an advertisement so long after it.
  package static let noteMax = Duration.seconds(24 * 3_600)
  /// Everybody who was answered wrongly is told better within this.
  package static let correctionMax = Duration.seconds(48 * 3_600)
  /// A message may cross a complaint on the way for so long.
  package static let crossing = Duration.seconds(5)
  /// An unknown offer is answered within this where its own fact does not say.
  package static let questionMax = Duration.seconds(30 * 60)

  // MARK: Orders and letters

  /// An order that an offer owes something.
  package struct Owed: Sendable {
    /// The start, or when it came to be known if that was later.
    package var since: Timestamp
    /// Nil where it has nothing.
    package var givenAt: Timestamp?
    /// Whether somebody had to ask for it.
    package var isAsked: Bool
    /// When the first message about the offer went to its customer.
    package var messageAt: Timestamp?
    /// Whether a limit of the offer may have been used up when it was decided, though it is not any more.
    package var isLimitUnsure: Bool

    package init(
      since: Timestamp, givenAt: Timestamp? = nil, isAsked: Bool = false, messageAt: Timestamp? = nil, isLimitUnsure: Bool = false
    ) {
      self.since = since
      self.givenAt = givenAt
      self.isAsked = isAsked
      self.messageAt = messageAt
      self.isLimitUnsure = isLimitUnsure
    }
  }

  /// Nil before a day has passed for whoever has nothing.
  package static func lookBack(_ owed: Owed, at now: Timestamp) -> Outcome? {
    guard let given = owed.givenAt else {
      guard now >= owed.since.adding(day) else { return nil }
      return owed.isLimitUnsure ? .unknown : .slipped
    }
    let isLate = given > owed.since.adding(day)
    let isAfterMessage = owed.messageAt.map { $0 < given } ?? false
    return owed.isAsked || isAfterMessage || isLate ? .repaired : .prevented
  }

  /// Somebody who had bought the same thing: when the advertisement went out to them, and when a note.
  package static func insult(sentAt: Timestamp?, noteAt: Timestamp?) -> Outcome {
    guard let sentAt else { return .prevented }
    guard let noteAt, noteAt >= sentAt, noteAt <= sentAt.adding(noteMax) else { return .slipped }
    return .repaired
  }

  /// A marketing message to somebody who had complained; held back where it was not sent.
  package static func noisy(sentAt: Timestamp?, openedAt: Timestamp) -> Outcome? {
    guard let sentAt else { return .prevented }
    return sentAt > openedAt.adding(crossing) ? .slipped : nil
  }

  // MARK: Words

  /// An agent spoke of an offer's version for the first time.
  package static func unbriefed(usedAt: Timestamp, acknowledgedAt: Timestamp?, launchedAt: Timestamp?) -> Outcome {
    guard let acknowledgedAt, acknowledgedAt <= usedAt else { return .slipped }
    return launchedAt.map { acknowledgedAt > $0 } ?? false ? .repaired : .prevented
  }

  /// An answer that came from words which did not hold, or turned out not to.
  package static func wrongWords(
    answeredAt: Timestamp, wrongSince: Timestamp?, isFactsCard: Bool, correctedAt: Timestamp?, at now: Timestamp
  ) -> Outcome? {
    guard let wrongSince else { return nil }
    if isFactsCard { return wrongSince <= answeredAt ? .prevented : nil }
    let due = max(answeredAt, wrongSince).adding(correctionMax)
    if let correctedAt { return correctedAt <= due ? .repaired : .slipped }
    // Right when it was given: whoever has to mend it has the time for it.
    return wrongSince > answeredAt && now < due ? nil : .slipped
  }

  // MARK: Promises, parity, channels

  /// What is known of a promise.
  package enum Kept: Sendable {
    case gateRefused
    /// The offer rested before more came than can be taken.
    case paused
    /// Less was there than promised; again as much from `back` on, for the time from `from` on.
    case filled(back: Timestamp, from: Timestamp)
    /// So much came where so much had been promised; nil where nobody had answered.
    case came(Int64, promised: Int64?)
  }

  /// Nil where no more came than was promised.
  package static func promise(_ kept: Kept) -> Outcome? {
    switch kept {
    case .gateRefused, .paused: .prevented
    case .filled(let back, let from): back <= from ? .repaired : nil
    case .came(_, nil): .unknown
    case .came(let count, let promised?): count > promised ? .slipped : nil
    }
  }

  /// How an offer treats those who are customers already.
  package struct Parity: Sendable {
    /// Nil where nobody told of it.
    package var isEqual: Bool?
    package var liveSince: Timestamp
    /// When it was to be had no more; nil where it still is.
    package var goneAt: Timestamp?
    package var approvedAt: Timestamp?
    package var matchedAt: Timestamp?

    package init(
      isEqual: Bool?, liveSince: Timestamp, goneAt: Timestamp? = nil, approvedAt: Timestamp? = nil, matchedAt: Timestamp? = nil
    ) {
      self.isEqual = isEqual
      self.liveSince = liveSince
      self.goneAt = goneAt
      self.approvedAt = approvedAt
      self.matchedAt = matchedAt
    }
  }

  /// Nil within the first day.
  package static func parity(_ parity: Parity, at now: Timestamp) -> Outcome? {
    let late = parity.liveSince.adding(day)
    if parity.isEqual == true { return .prevented }
    if let approved = parity.approvedAt, approved <= late { return .prevented }
    if parity.matchedAt != nil { return .repaired }
    guard now >= late, parity.goneAt.map({ $0 >= late }) ?? true else { return nil }
    return parity.isEqual == nil ? .unknown : .slipped
  }

  /// One hour in which somebody has to be there: from when on it is known that somebody is, and whether from its first minute on.
  package static func channel(
    _ hour: Range<Timestamp>, staffedFrom: Timestamp?, knownAt: Timestamp?
  ) -> Outcome {
    guard let staffedFrom, let knownAt, staffedFrom < hour.upperBound else { return .slipped }
    if staffedFrom <= hour.lowerBound, knownAt <= hour.lowerBound { return .prevented }
    return knownAt < hour.upperBound ? .repaired : .unknown
  }

  // MARK: Questions and refusals

  /// Nil while there is time for the answer.
  package static func unknownOffer(askedAt: Timestamp, due: Timestamp?, answeredAt: Timestamp?, at now: Timestamp) -> Outcome? {
    let due = due ?? askedAt.adding(questionMax)
    if let answeredAt { return answeredAt <= due ? .repaired : .slipped }
    return now > due ? .slipped : nil
  }

  /// An agent said no: when it was given, and whether the terms give it.
  package static func refused(at refusedAt: Timestamp, givenAt: Timestamp?, isOwed: Bool) -> Outcome? {
    if let givenAt { return givenAt > refusedAt ? .repaired : nil }
    return isOwed ? .slipped : nil
  }
}
