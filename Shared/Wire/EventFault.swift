/// Why an event in a sound frame can never be taken; its sequence is used up.
package enum EventFault: Error, Sendable, Equatable, CustomStringConvertible {
  case tooLong(bytes: Int)
  case missing(EventAttribute)
  /// Not a string, empty, or longer than allowed.
  case wrong(EventAttribute)
  case escaped(EventAttribute)
  case version
  /// Offset of the name within the event.
  case nameTwice(offset: Int)
  case nameNotAllowed(offset: Int)
  case tooManyAttributes
  /// The data breaks the contract of its type.
  case mismatch(type: String, DataMismatch)
  /// Nobody has registered the type, and who publishes it has said what it publishes.
  case undeclared(type: String)

  /// For programs; see the table of codes in PROTOCOL.md.
  package var code: String {
    switch self {
    case .tooLong: "event_too_long"
    case .missing: "event_attribute_missing"
    case .wrong, .escaped: "event_attribute_wrong"
    case .version: "event_version"
    case .nameTwice, .nameNotAllowed: "event_name"
    case .tooManyAttributes: "event_attributes"
    case .mismatch: "contract_mismatch"
    case .undeclared: "contract_unknown"
    }
  }

  package var description: String {
    switch self {
    case .tooLong(let bytes):
      "The event has \(bytes) bytes, allowed are \(WireLimits.messageBytesMax); keep the large part elsewhere and send its address."
    case .missing(let attribute): "The event has no \(attribute.rawValue); CloudEvents 1.0 requires it."
    case .wrong(let attribute):
      "The event's \(attribute.rawValue) is not a string of 1 to \(attribute.bytesMax) bytes; correct it."
    case .escaped(let attribute):
      "The event's \(attribute.rawValue) has an escape; write it plainly so that all readers see the same."
    case .version: "The event's specversion is not \"1.0\"; send CloudEvents 1.0."
    case .nameTwice(let offset):
      "An attribute stands twice in the event, again at byte \(offset); two readers would see two events, send one."
    case .nameNotAllowed(let offset):
      "The attribute's name at byte \(offset) of the event is not 1 to \(WireLimits.attributeNameBytesMax) of a-z and 0-9; rename it."
    case .tooManyAttributes: "The event has more than \(WireLimits.membersMax) attributes; put them into data."
    case .mismatch(let type, let mismatch):
      "The event breaks the contract of \(type): \(mismatch); correct what makes it, or the contract in the manifest."
    case .undeclared(let type):
      "The type \(type) has no contract, but its publisher has a manifest; name the type and its schema there, or correct the type."
    }
  }

  package var refusal: Refusal { Refusal(code: code, sentence: description) }
}

/// The attributes that the broker reads.
package enum EventAttribute: String, Sendable {
  case specversion, id, source, type, subject, partitionkey

  /// Bytes between the quotation marks.
  package var bytesMax: Int {
    switch self {
    case .specversion: 3
    case .id: WireLimits.eventIDBytesMax
    case .source: WireLimits.eventSourceBytesMax
    case .type: WireLimits.eventTypeBytesMax
    case .subject, .partitionkey: WireLimits.eventKeyBytesMax
    }
  }
}
