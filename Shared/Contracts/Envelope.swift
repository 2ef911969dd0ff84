/// One event as it travels: CloudEvents 1.0 (github.com/cloudevents/spec v1.0.2) in structured JSON, with Accord's extensions.
///
/// Unknown extension attributes are kept and sent on as they came.
package struct Envelope: Sendable, Equatable {
  /// Unique per source, for ever.
  package var id: Identifier<Message>
  /// `/ledger`, `/marketing`, `/service`, or another department's.
  package var source: String
  /// Such as `ledger.order.captured.v1`.
  package var type: String
  package var subject: String?
  /// When it was true.
  package var time: Timestamp
  /// When it was recorded.
  package var recordedTime: Timestamp
  package var correlationID: String?
  package var causationID: String?
  /// Events of one key are handled in order.
  package var partitionKey: String
  package var authType: String?
  package var authID: String?
  package var ruleVersion: String?
  package var dataSchema: String?
  package var traceParent: String?
  package var extensions: [JSON.Member]
  /// Nil where the sender did not say; then it is JSON (CloudEvents JSON format 3.1).
  package var dataContentType: String?
  /// The event's data, one JSON value, encoded. Empty where the event has none, which is not the same as null.
  package var data: [UInt8]
  /// Whether `data` are raw bytes instead, which travel as `data_base64`.
  package var dataIsBinary: Bool

  package init(
    id: Identifier<Message>, source: String, type: String, subject: String? = nil, time: Timestamp, recordedTime: Timestamp,
    correlationID: String? = nil, causationID: String? = nil, partitionKey: String, authType: String? = nil, authID: String? = nil,
    ruleVersion: String? = nil, dataSchema: String? = nil, traceParent: String? = nil, extensions: [JSON.Member] = [],
    dataContentType: String? = "application/json", data: [UInt8], dataIsBinary: Bool = false
  ) {
    self.id = id
    self.source = source
    self.type = type
    self.subject = subject
    self.time = time
    self.recordedTime = recordedTime
    self.correlationID = correlationID
    self.causationID = causationID
    self.partitionKey = partitionKey
    self.authType = authType
    self.authID = authID
    self.ruleVersion = ruleVersion
    self.dataSchema = dataSchema
    self.traceParent = traceParent
    self.extensions = extensions
    self.dataContentType = dataContentType
    self.data = data
    self.dataIsBinary = dataIsBinary
  }

  /// Whether an attribute may bear this name: 1 to 20 of a to z and 0 to 9, and not `data`, which is no attribute.
  package static func isAttributeName(_ name: some Collection<UInt8>) -> Bool {
    (1...Limits.attributeNameBytesMax).contains(name.count) && !name.elementsEqual("data".utf8)
      && name.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (.zero ... .nine).contains($0) }
  }
}
