/// The limits of the broker's doors, each with its reason; what a credential may use is `BrokerLimits.allowance`.
enum DoorLimits {
  /// Connections that have not said hello. An honest client says it at once, so where there are more the oldest one makes room: who opens
  /// thousands and leaves them only ever pushes out his own.
  static let strangersMax = 1_024
  /// What all of them may have sent without its being a whole hello.
  static let strangerBytesMax = 16 << 20
  /// How often the oldest are looked at; they end by so much later than `WireLimits.helloWithin`.
  static let strangersSweep = Duration.milliseconds(250)
  /// Descriptors that connections leave to the journal, its reader, the log and the credentials' file.
  static let descriptorsKept = 64
  /// Connections of people, scripts and scrapers at the HTTP port.
  static let httpConnectionsMax = 256

  /// A message of 1 MiB on top of what a reader may leave unread, and then some: only answers that nobody reads can pile up to this, and
  /// who does not read is not heard until he does.
  static let unreadBytesMax = 2 << 20
  /// One turn's answers to such a one may still come on top.
  static let outboundBytesMax = 16 << 20
  /// How long one whose session is over may take over what is left to read: the reason why it ended is among it. Longer than a lost segment
  /// takes to be sent again a few times, so that only who does not read is cut off.
  static let lastWordsMax = Duration.seconds(10)

  /// How often the credentials' file is looked at: a revoked credential is out within a second.
  static let credentialsLook = Duration.milliseconds(500)
}
