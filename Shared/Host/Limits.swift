/// The limits of running a program, each with its reason.
package enum HostLimits {
  /// Containers and service managers commonly grant ten seconds before they kill; two are left for the system.
  package static let stopMax = Duration.seconds(8)
}
