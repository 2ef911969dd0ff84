/// `service.roster.published.v1`: a shift of an agent as it is from now on. Keyed by the agent.
package struct RosterPublished: TreeFact {
  package var agentID: Identifier<Colleague>
  package var shiftID: Identifier<Shift>
  package var from: Timestamp
  package var to: Timestamp
  package var site: String?
  package var employer: String?
  package var channels: [String]
  package var locales: [String]
  /// They do not come: the shift stands and nobody is in it.
  package var absent: Bool
  package var at: Timestamp

  package init(
    agentID: Identifier<Colleague>, shiftID: Identifier<Shift>, from: Timestamp, to: Timestamp, site: String? = nil,
    employer: String? = nil, channels: [String] = [], locales: [String] = [], absent: Bool, at: Timestamp
  ) {
    self.agentID = agentID
    self.shiftID = shiftID
    self.from = from
    self.to = to
    self.site = site
    self.employer = employer
    self.channels = channels
    self.locales = locales
    self.absent = absent
    self.at = at
  }

  package static let type = "service.roster.published.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "A shift of an agent" }

  package var type: String { Self.type }
  package var key: String { agentID.text }
  package var event: DomainEvent { .rosterPublished(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      agentID: try members.needs("agent_id", .id()), shiftID: try members.needs("shift_id", .id()), from: try members.needs("from", .time),
      to: try members.needs("to", .time), site: try members.may("site", .word), employer: try members.may("employer", .word),
      channels: try members.list("channels", of: .word, max: Limits.channelsMax),
      locales: try members.list("locales", of: .text, max: Limits.localesMax), absent: try members.needs("absent", .flag),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("agent_id", agentID)
    writer.member("shift_id", shiftID)
    writer.member("from", from)
    writer.member("to", to)
    writer.member("site", ifPresent: site)
    writer.member("employer", ifPresent: employer)
    writer.member("channels", channels)
    writer.member("locales", locales)
    writer.member("absent", absent)
    writer.member("at", at)
    writer.endObject()
  }
}
