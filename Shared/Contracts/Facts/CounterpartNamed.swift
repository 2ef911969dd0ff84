/// `service.counterpart.named.v1`: where customers are answered who came by a channel. Keyed by the channel.
package struct CounterpartNamed: TreeFact {
  /// Before the purchase.
  package var channel: String
  /// After it.
  package var counterpart: String
  /// Local time such as `08:00`.
  package var opens: String
  package var closes: String
  /// IANA.
  package var timeZone: String
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    channel: String, counterpart: String, opens: String, closes: String, timeZone: String, by: Identifier<Colleague>, at: Timestamp
  ) {
    self.channel = channel
    self.counterpart = counterpart
    self.opens = opens
    self.closes = closes
    self.timeZone = timeZone
    self.by = by
    self.at = at
  }

  package static let type = "service.counterpart.named.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Where customers are answered who came by a channel" }

  package var type: String { Self.type }
  package var key: String { channel }
  package var event: DomainEvent { .counterpartNamed(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      channel: try members.needs("channel", .word), counterpart: try members.needs("counterpart", .word),
      opens: try members.needs("opens", .text), closes: try members.needs("closes", .text), timeZone: try members.needs("time_zone", .text),
      by: try members.needs("by", .id()), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("channel", channel)
    writer.member("counterpart", counterpart)
    writer.member("opens", opens)
    writer.member("closes", closes)
    writer.member("time_zone", timeZone)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
