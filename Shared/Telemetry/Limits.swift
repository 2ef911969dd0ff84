/// The limits of telemetry, each with its reason.
package enum TelemetryLimits {
  /// A label taken from the outside must not fill memory: beyond this many series of one metric the label values read "other".
  package static let seriesPerMetricMax = 256
  /// A few seconds of a very talkative program; what comes while a reader of stderr sleeps longer is dropped and counted.
  package static let logBytesQueuedMax = 1 << 20
  /// A line longer than this is no message but a dump; pipes also keep lines of up to 4 KiB in one piece.
  package static let logLineBytesMax = 4_096
}
