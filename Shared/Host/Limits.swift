/// The limits of running a program, each with its reason.
package enum HostLimits {
  /// Containers and service managers commonly grant ten seconds before they kill; two are left for the system.
  package static let stopMax = Duration.seconds(8)
  /// Rows of the broker's registry, those revoked included: many times the programs of a company, and still read in milliseconds.
  package static let credentialsMax = 1_024
}
