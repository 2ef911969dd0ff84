import Contracts
import Foundation
import HTTP
import Host
import LedgerRoom
import Store
import TestKit
import Testing

/// A night's audit over many orders: piece by piece, with memory that does not grow with them. `ACCORD_AUDIT_ORDERS` says how many.
struct RegisterScaleTests {
  private static let orders = Int64(ProcessInfo.processInfo.environment["ACCORD_AUDIT_ORDERS"] ?? "") ?? 2_000

  @Test func `an audit of many orders is many small pieces, finds the one that was missed, and holds no more than one piece`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(900_000_000)
    var offer = PlannedOffer.shipping()
    offer.reserve = 800_000_000
    for (id, shipping) in [("WITH", Int64(995)), ("WITHOUT", 0)] {
      try house.capture(.dollars(id, at: house.now, [("LAMP", 4_000)], shipping: shipping, person: id))
    }
    // Each tenth has shipping to give back; the others are looked at and have nothing.
    try house.store.write { transaction in
      try transaction.run(
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO captured_order (order_id, person_id, placed_at, captured_at, message_id, actor, content)
        SELECT 'O-' || i, 'p-' || i, placed_at, captured_at, 'm-' || i, actor,
          CAST(replace(replace(CAST(content AS TEXT), '"order_id":"' || order_id, '"order_id":"O-' || i), '"person_id":"' || order_id,
            '"person_id":"p-' || i) AS BLOB)
        FROM n JOIN captured_order c ON c.order_id = CASE WHEN i % 10 = 0 THEN 'WITH' ELSE 'WITHOUT' END
        """, .integer(Self.orders))
      try transaction.run(
        "INSERT INTO order_by_time (placed_at, order_id, is_day) SELECT placed_at, order_id, 0 FROM captured_order WHERE order_id LIKE 'O-%'"
      )
    }
    try house.launch(offer)
    try house.advance(to: offer.startsAt)
    #expect(try house.lookBacks(offer.id).first?["granted"]?.integer == Self.orders / 10 + 1)
    try house.store.write { transaction in
      try transaction.run("DROP TRIGGER order_event_stays")
      try transaction.run("DELETE FROM order_event WHERE order_id = 'O-' || ?1", .integer(Self.orders / 10 * 10))
      try transaction.run("DELETE FROM remedy WHERE order_id = 'O-' || ?1", .integer(Self.orders / 10 * 10))
    }
    house.premises.clock.advance(to: offer.startsAt.adding(.seconds(90_000)))
    while try house.store.read({ try Due.next(in: $0) }).map({ $0 <= house.now }) ?? false { _ = try house.doDue() }
    while try house.chunk() {}
    // The night has found it; now it is looked for once more, by hand and with a clock beside it.
    #expect(house.post("/v1/disconnects/audit").status == 202)
    let (before, clock) = (Self.residentKiB, ContinuousClock())
    var (chunks, longest) = (0, Duration.zero)
    let whole = try clock.measure {
      var isMore = true
      while isMore {
        longest = max(longest, try clock.measure { isMore = try house.chunk() })
        chunks += 1
      }
    }
    let grown = Self.residentKiB - before
    print("\(Self.orders) orders: audit \(whole) in \(chunks) pieces, the longest \(longest); memory grew by \(grown) KiB")
    #expect(Int64(chunks) >= Self.orders / 1_000)
    #expect(grown < 64 * 1_024)
    let slipped = try house.register([("outcome", "slipped")])
    #expect(slipped.count == 1 && slipped[0]["cause"]?.string?.contains("O-\(Self.orders / 10 * 10)") == true)
  }

  private static var residentKiB: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }
}
