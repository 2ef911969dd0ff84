/// The limits of running a program, each with its reason.
package enum HostLimits {
  /// Containers and service managers commonly grant ten seconds before they kill; two are left for the system.
  package static let stopMax = Duration.seconds(8)
  /// Rows of the broker's registry, those revoked included: many times the programs of a company, and still read in milliseconds.
  package static let credentialsMax = 1_024
  /// Wrong tokens that one address may bring in a minute before it is told to wait: a script with an old token notices, a guesser is slowed.
  package static let wrongTokensMax = 30
  /// The minute, in milliseconds.
  static let wrongTokensWindow: Int64 = 60_000
  /// Addresses that are counted at once: some kilobytes.
  static let wrongTokenPeersMax = 4_096
  /// So long a department relies on people's tokens for money without having heard the ledger: it may be that somebody left meanwhile. The
  /// other departments' short silences are not the customer's to wait for.
  package static let peopleAgeMax = Duration.seconds(15 * 60)
  /// Whose list went to whom and on from there: nobody's goes through more hands.
  static let handOversMax = 32
}
