import Contracts
import HTTP
import MarketingDomain
import Store

/// What stopping an offer would undo and what it would not, before anybody does it.
enum StopPreview {
  /// `version` is the one that somebody named; nil for the one that customers know.
  static func of(_ known: Offers.Known, version named: Int?, in reading: borrowing some StoreReading & ~Copyable) throws -> Response {
    if let named, named != known.running {
      guard (1...known.latest).contains(named) else { return VersionDiff.missing(known, named) }
      return .problem(
        status: 409, code: "offer_state",
        detail: "\(known.id)@\(named) is not what customers know"
          + (known.running.map { ": that is \(known.id)@\($0), and what waits is given up with `accord offer cancel \(known.id)@\(named)`" }
            ?? "; nothing of it ever went live, so cancel it with `accord offer cancel \(known.id)@\(named)`"))
    }
    guard let running = known.running.flatMap({ OfferVersion(offer: known.id, version: $0) }),
      let version = try Offers.version(running, in: reading)
    else {
      return .problem(
        status: 409, code: "offer_state",
        detail: "\(known.id) never went live: there is nothing to stop; cancel it with `accord offer cancel`")
    }
    guard OfferLife.transitions[version.state]?[.stop] != nil else {
      return .problem(
        status: 409, code: "offer_state",
        detail: "\(running) is \(version.state) and cannot be stopped; `accord offer show \(known.id)` tells more")
    }
    let counts = try Counts(running, in: reading)
    return .json(
      .object([
        .init("offer", .string(running.description)), .init("state", .string(version.state.rawValue)),
        .init("will", .array(will(counts).map { .string($0) })), .init("will_not", .array(willNot(counts).map { .string($0) })),
        .init("afterwards", .array(afterwards(running).map { .string($0) })),
        .init(
          "counts",
          [
            "messages_sent": .integer(counts.sent), "messages_open": .integer(counts.open), "remedies": .integer(counts.remedies),
            "remedies_pending": .integer(counts.pending), "remedies_untold": .integer(counts.untold),
          ]), .init("remedies_sum", ["amount_minor": .integer(counts.sum), "currency": .string(counts.currency)]),
      ]))
  }

  private struct Counts {
    var sent: Int64 = 0
    var open: Int64 = 0
    var remedies: Int64 = 0
    var pending: Int64 = 0
    var untold: Int64 = 0
    var sum: Int64 = 0
    var currency = ""

    init(_ offer: OfferVersion, in reading: borrowing some StoreReading & ~Copyable) throws {
      sent =
        try reading.integer(
          "SELECT count(*) FROM message WHERE offer_id = ?1 AND state = 'sent' AND purpose = 'marketing'", .text(offer.offer.text)) ?? 0
      open =
        try reading.integer(
          "SELECT count(*) FROM verdict v JOIN preparation p ON p.number = v.preparation WHERE p.offer_id = ?1 AND p.version = ?2 AND v.open = 2",
          .text(offer.offer.text), .integer(Int64(offer.version))) ?? 0
      open +=
        try reading.integer(
          "SELECT count(*) FROM message WHERE offer_id = ?1 AND version = ?2 AND state = 'planned' AND purpose = 'marketing'",
          .text(offer.offer.text), .integer(Int64(offer.version))) ?? 0
      var found = (Int64(0), Int64(0), Int64(0), Int64(0), "")
      try reading.rows(
        """
        SELECT count(*), sum(state = 'pending'), sum(noted IS NULL), sum(amount_minor), max(currency) FROM remedy
        WHERE offer_id = ?1 AND state IN ('pending', 'posted')
        """, .text(offer.offer.text)
      ) { row in
        found = (
          try row.integer(0), try row.optionalInteger(1) ?? 0, try row.optionalInteger(2) ?? 0, try row.optionalInteger(3) ?? 0,
          try row.optionalText(4) ?? ""
        )
      }
      (remedies, pending, untold, sum, currency) = found
    }

    var money: String { Currency(currency).map { "\(Money(minor: sum, $0))" } ?? "nothing" }
  }

  private static func counted(_ count: Int64, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }

  private static func will(_ counts: Counts) -> [String] {
    [
      "no checkout applies it from then on",
      "its sheets may not be used any more, at once and through every door; the desk shows a card with the facts instead",
      counts.open == 0
        ? "no message of it waits to leave"
        : "\(counted(counts.open, "campaign message that waits does", "campaign messages that wait do")) not leave",
    ]
  }

  private static func willNot(_ counts: Counts) -> [String] {
    [
      counts.sent == 0
        ? "no campaign message of it was sent"
        : "\(counted(counts.sent, "campaign message was sent and is", "campaign messages were sent and are")) not taken back",
      counts.remedies == 0
        ? "nobody was given anything under it"
        : "\(counted(counts.remedies, "remedy stays", "remedies stay")) given, \(counts.money) in all, \(counts.pending) still on the way",
      counts.untold == 0
        ? "everybody who was given something was told"
        : "\(counted(counts.untold, "note on what was given still leaves", "notes on what was given still leave")): that is no advertising",
      "what is set aside for it stays set aside until its honouring is over",
    ]
  }

  private static func afterwards(_ offer: OfferVersion) -> [String] {
    [
      "only version \(offer.version + 1) or the end may follow: `accord offer schedule FILE` or `accord offer end \(offer.offer)`",
      "orders from the stop until that version is live are looked back to when it is",
      "whoever was answered from its sheets is listed at customer service to be told better (`accord answer correct list`)",
    ]
  }
}
