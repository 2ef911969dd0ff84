package import Contracts

/// Which answers came from words that turned out wrong: whoever got one is told better.
package enum Corrections {
  /// An answer as it was given.
  package struct Given: Sendable, Equatable {
    package let fact: AnswerTurned
    package var correctedAt: Timestamp?

    package init(_ fact: AnswerTurned, correctedAt: Timestamp? = nil) {
      self.fact = fact
      self.correctedAt = correctedAt
    }
  }

  package enum Cause: String, Sendable, CaseIterable {
    /// The version was stopped: it is wrong or harmful.
    case stopped
    /// It was given when a later version had taken its place already.
    case superseded
    /// The sheet itself was taken back as wrong.
    case wrongSheet = "wrong_sheet"
  }

  package struct Wrong: Sendable, Equatable {
    package let given: Given
    package let cause: Cause
    /// Since when it is known to be wrong.
    package let since: Timestamp
  }

  /// What `accord sheet stale` says of a sheet whose words are wrong, not only old.
  package static let wrong = "wrong"

  /// The wrong ones among `answers`, which are all of one offer, in the order in which they were given. `turns` are what the offer's life took,
  /// `sheets` the facts about its sheets.
  package static func of(_ answers: [Given], turns: [OfferTurned], sheets: [SheetTurned], counting: (Int) -> ClosedRange<Int>) -> [Wrong] {
    let stops = turns.filter { $0.turn == .stopped }
    let launches = turns.filter { $0.turn == .launched }
    let taken = sheets.filter { $0.turn == .staled && $0.cause?.hasPrefix(wrong) == true }
    return answers.compactMap { given in
      let fact = given.fact
      if let stop = stops.first(where: { $0.version == fact.offer.version }), !(fact.factsCard && fact.at >= stop.at) {
        return Wrong(given: given, cause: .stopped, since: stop.at)
      }
      let sheet = taken.first { $0.sheetID == fact.sheetID && $0.sheetVersion == fact.sheetVersion }
      if let sheet { return Wrong(given: given, cause: .wrongSheet, since: sheet.at) }
      let later = launches.first { launch in
        launch.version > fact.offer.version && !counting(launch.version).contains(fact.offer.version)
          && launch.at < fact.at
      }
      return later.map { Wrong(given: given, cause: .superseded, since: $0.at) }
    }.sorted { ($0.given.fact.at, $0.given.fact.answerID) < ($1.given.fact.at, $1.given.fact.answerID) }
  }
}
