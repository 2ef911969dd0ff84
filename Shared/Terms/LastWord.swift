package import Contracts

/// Which of two facts about one thing counts, for whoever hears them: the later in time, and of two with one time the one with the higher
/// sequence of its producer.
///
/// Facts about one thing have one key, and those of one key come in their producer's sequence: so it is the one that comes later. In SQL it
/// reads `WHERE ?at >= at`.
package enum LastWord {
  /// Whether a fact of `time`, which comes now, takes the place of the one of `known`.
  package static func counts(_ time: Timestamp, after known: Timestamp) -> Bool { time >= known }
}
