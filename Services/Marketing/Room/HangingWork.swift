import Contracts
import Host
import Store

/// What hangs on a colleague at marketing: offers that they own or are service's contact of, and campaigns whose money they approved.
enum HangingWork {
  static func all(of id: Identifier<Colleague>, in reading: borrowing some StoreReading & ~Copyable) throws -> [Hanging] {
    let offers = try reading.all(
      """
      SELECT o.offer_id, v.version, v.state, json_extract(CAST(v.document AS TEXT), '$.owner') = ?1
      FROM offer o JOIN offer_version v ON v.offer_id = o.offer_id AND v.version = o.latest
      WHERE v.state NOT IN ('ended', 'cancelled') AND (json_extract(CAST(v.document AS TEXT), '$.owner') = ?1
        OR json_extract(CAST(v.document AS TEXT), '$.service_contact') = ?1) ORDER BY o.offer_id
      """, .text(id.text)
    ) { row in
      let (offer, version, state) = (try row.text(0), try row.integer(1), try row.text(2))
      let role = try row.bool(3) ? "owner" : "service_contact"
      return Hanging(
        kind: "offer", id: offer, role: role, of: id,
        "\(offer)@\(version), which is \(state), names \(id) as \(role == "owner" ? "its owner" : "its contact at customer service")")
    }
    let campaigns = try reading.all(
      "SELECT campaign_id FROM campaign WHERE approved_by = ?1 AND closed_at IS NULL ORDER BY campaign_id", .text(id.text)
    ) { row in
      let campaign = try row.text(0)
      return Hanging(kind: "campaign", id: campaign, role: "approver", of: id, "\(id) approved the money of \(campaign), which is open")
    }
    return offers + campaigns
  }
}
