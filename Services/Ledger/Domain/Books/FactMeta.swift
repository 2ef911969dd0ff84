package import Contracts

/// What an envelope says about its fact, for the entries that the fact causes: the same when it is told and when it is heard again.
package struct FactMeta: Sendable, Equatable {
  package var messageID: Identifier<Message>
  /// When it was true.
  package var time: Timestamp
  package var recordedTime: Timestamp
  package var correlation: String
  package var causation: String?
  /// What kind of credential acted, and which; both from the credential and never from a request.
  package var actorKind: String
  package var actor: String
  package var ruleVersion: String?

  package init(
    messageID: Identifier<Message>, time: Timestamp, recordedTime: Timestamp, correlation: String? = nil, causation: String? = nil,
    actorKind: String, actor: String, ruleVersion: String? = nil
  ) {
    self.messageID = messageID
    self.time = time
    self.recordedTime = recordedTime
    self.correlation = correlation ?? messageID.text
    self.causation = causation
    self.actorKind = actorKind
    self.actor = actor
    self.ruleVersion = ruleVersion
  }

  /// Of a fact that is heard again.
  package init(_ envelope: Envelope) {
    self.init(
      messageID: envelope.id, time: envelope.time, recordedTime: envelope.recordedTime, correlation: envelope.correlationID,
      causation: envelope.causationID, actorKind: envelope.authType ?? "unknown", actor: envelope.authID ?? "unknown",
      ruleVersion: envelope.ruleVersion)
  }
}
