/// The limits of time zones, each with its reason.
package enum ZoneLimits {
  /// The largest zone of the database has about 4 KiB; more is no zone.
  package static let fileBytesMax = 65_536
  /// RFC 9636 3.2: an offset lies between -24:59:59 and +25:59:59.
  package static let offsetSeconds = -89_999...93_599
  /// RFC 9636 3.3.1: rules may count up to 167 hours from midnight, either way.
  package static let ruleHoursMax = 167
  /// A place name fits several times.
  package static let abbreviationBytesMax = 31
}
