import Contracts

/// The limits of the wire, each with its reason. PROTOCOL.md tells them to clients.
package enum WireLimits {
  /// The version in hello and welcome.
  package static let version = 1

  /// One event: larger things are files, not facts.
  package static let messageBytesMax = 1_048_576
  /// One frame's payload: an event and what is around it.
  package static let frameBytesMax = messageBytesMax + 65_536
  /// A hello: room for a manifest of some forty schemas; a stranger may make the broker keep no more.
  package static let helloBytesMax = 262_144
  /// The four bytes of length in front of each payload.
  package static let lengthBytes = 4

  /// Levels inside an event, the event itself being the first; bounds the scanner's stack.
  package static let depthMax = Limits.jsonDepthMax
  /// Members of a frame, and attributes of an event: bounds the search for duplicates.
  package static let membersMax = 64
  /// Ranges in one frame, and exceptions in one settle: a batch of credit has no more gaps than this.
  package static let rangesMax = 1_024
  package static let exceptionsMax = 1_024
  /// Filters of one subscription.
  package static let filtersMax = 64

  /// A schema: places in it, members of one object (one word of bits says which were seen), and its text.
  package static let schemaNodesMax = 4_096
  package static let schemaMembersMax = 64
  package static let schemaBytesMax = 65_536
  /// Fields that a manifest names for one type, and a pointer to one.
  package static let readFieldsMax = 256
  package static let fieldBytesMax = 256

  /// Numbers of the protocol: what every language's number can hold exactly (RFC 8259 6).
  package static let numberMax: UInt64 = 9_007_199_254_740_991
  /// What credit may add up to: the broker's look-ahead, and what a consumer may ask to hold.
  package static let creditMessagesMax = 65_536
  package static let creditBytesMax = 67_108_864
  /// Offered in the welcome: unanswered publishes at once, about what one fdatasync carries.
  package static let windowMax = 1_024

  /// Names and texts, in bytes of UTF-8.
  package static let credentialBytesMax = 64
  package static let secretBytesMax = 256
  package static let lineageBytesMax = 64
  package static let subscriptionBytesMax = 128
  package static let subjectBytesMax = 128
  /// Sentences and reasons: for a person and a log line.
  package static let sentenceBytesMax = 1_024
  /// `credential/lineage`.
  package static let producerBytesMax = credentialBytesMax + 1 + lineageBytesMax

  /// An event's attributes: the id is an `Identifier`, the others go into tables and log lines.
  package static let eventIDBytesMax = Limits.identifierBytesMax
  package static let eventSourceBytesMax = 256
  package static let eventTypeBytesMax = 128
  package static let eventKeyBytesMax = 512
  /// CloudEvents 1.0 asks for 20 at most but lets longer ones pass.
  package static let attributeNameBytesMax = 64

  /// A question older than this is better asked anew.
  package static let deadlineMax: Duration = .seconds(60)
  /// What waits longer than a day is a plan of the consumer's own.
  package static let laterMax: Duration = .seconds(86_400)
  /// A connection that says no hello by then is ended.
  package static let helloWithin: Duration = .seconds(5)
  /// Who heard nothing for so long asks; three unanswered questions end the connection.
  package static let heartbeat: Duration = .seconds(10)
  package static let heartbeatsMissedMax = 3

  /// Moulds of one connection: a program speaks of a few things, each in a few lengths.
  package static let mouldsMax = 8
  /// A longer frame costs enough in copying that its reading is no longer what counts; eight of these are 32 KiB a connection.
  package static let mouldBytesMax = 4_096
  package static let mouldPlacesMax = 256
  /// Moulds tried in vain, beyond those that fitted, before they rest; and for how many events.
  static let mouldPatience = 64
  static let mouldRest = 8_192
}
