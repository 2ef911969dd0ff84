import Contracts
import HTTP
import Host
import ServiceDomain
import Store

/// The door through which a roster comes in: a head on the first line, one shift on each other line. Each is taken by itself or refused.
struct RosterImport: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  /// One piece of a file, as the command line sends it.
  private static let bodyBytesMax = 4 << 20
  private static let rowsMax = 1_000
  /// Nobody is at work longer than this at a time.
  private static let shiftMax = Duration.seconds(24 * 3_600)
  /// How far ahead the capacity follows one piece of a file: a quarter of a year, each hour of it.
  private static let spanMax = Duration.seconds(92 * 86_400)

  var route: Route {
    Route(
      .post, "/v1/imports/roster", "takes up to a thousand shifts; ?dry_run=true only says what would become of them",
      bodyBytesMax: Self.bodyBytesMax, query: ["dry_run": .flag]
    ) { request, _ in
      let rows: [JSON]
      do { rows = try Self.rows(request.body) } catch {
        return .problem(status: 400, code: "batch_unreadable", detail: "the batch cannot be read: \(error)")
      }
      guard request.query("dry_run") != "true" else {
        return desk.wordQuestion(request) { snapshot, _ in
          var reading = Rows(now: desk.clock.now())
          for row in rows { _ = try reading.take(row, in: snapshot) }
          return .json(reading.json)
        }
      }
      return desk.command(request, for: .lead, .supervisor) { transaction, occasion in
        let teller = Speaker(desk: desk, occasion: occasion)
        let (read, _) = try RosterFollowing(speaker: teller, shelf: shelf).following(
          Self.span(rows), because: "shifts were published", in: transaction
        ) { transaction in
          var reading = Rows(now: occasion.now)
          for row in rows {
            if let fact = try reading.take(row, in: transaction) { try teller.tell(.rosterPublished(fact), in: transaction) }
          }
          return reading
        }
        return .done(status: 200, read.json)
      }
    }
  }

  /// From the first beginning to the last end; nil where no row says both. What a shift was before it was moved is not far from it.
  private static func span(_ rows: [JSON]) -> Range<Timestamp>? {
    func times(_ name: String) -> [Timestamp] { rows.compactMap { $0[name]?.string.flatMap { try? Timestamp(rfc3339: $0) } } }
    guard let from = times("from").min(), let to = times("to").max(), from < to else { return nil }
    let end = min(to.adding(shiftMax), from.adding(spanMax))
    return from.adding(.zero - shiftMax)..<max(end, from)
  }

  private static func rows(_ body: [UInt8]) throws -> [JSON] {
    var lines = body.split(separator: 0x0A)[...]
    guard let head = lines.popFirst() else { throw WordRefusal.field("body", "it has no head; send one on the first line") }
    let read = try JSON(parsing: Array(head))
    guard read.object != nil, read["file"].map({ $0.string != nil || $0.isNull }) ?? true else {
      throw WordRefusal.field("head", "the first line is no JSON object that names the file; write {\"file\": \"NAME\"}")
    }
    guard lines.count <= rowsMax else { throw WordRefusal.field("body", "more than \(rowsMax) rows came at once; send fewer") }
    return try lines.map { try JSON(parsing: Array($0)) }
  }

  /// Rows as they are read one after the other, each held against the store.
  private struct Rows {
    let now: Timestamp
    private var letters = ""
    private var refusals: [JSON] = []

    init(now: Timestamp) { self.now = now }

    var json: JSON { .object([.init("outcomes", .string(letters)), .init("refusals", .array(refusals))]) }

    /// The shift that is to be told; nil where it is known already or refused.
    mutating func take(_ json: JSON, in reading: borrowing some Reading & ~Copyable) throws -> RosterPublished? {
      do {
        let fact = try shift(WordForm(row: json))
        try WordForm.confirmHere(fact.agentID, "agent", in: reading)
        var known = try Rosters.find(fact.agentID, fact.shiftID, in: reading)
        let isNew = known == nil
        // A row says nothing of absence: who was marked absent stays so.
        var told = fact
        told.absent = known?.absent ?? false
        known?.at = told.at
        guard known != told else {
          letters += "m"
          return nil
        }
        if !told.absent, let other = try Rosters.overlapping(told, in: reading) {
          throw WordRefusal.overlaps(agent: told.agentID, shift: other.shiftID)
        }
        letters += isNew ? "c" : "u"
        return told
      } catch let refusal as WordRefusal {
        letters += refusal.code == "shift_overlaps" ? "x" : "r"
        refusals.append(
          .object([
            .init("line", json["line"] ?? 0), .init("id", .string(json["agent_id"]?.string ?? "")),
            .init("field", .string(refusal.field ?? "from")), .init("code", .string(refusal.code)),
            .init("sentence", .string(String(refusal.description.prefix(400)))),
          ]))
        return nil
      }
    }

    private func shift(_ row: WordForm) throws(WordRefusal) -> RosterPublished {
      let agent = try row.needed("agent_id", Colleague.self)
      guard let from = try row.time("from") else { throw .field("from", "it is missing; say when the shift begins") }
      guard let to = try row.time("to") else { throw .field("to", "it is missing; say when the shift ends") }
      guard from < to else { throw .field("to", "the shift ends (\(to)) before it begins (\(from))") }
      guard to.since(from) <= RosterImport.shiftMax else { throw .field("to", "a shift has at most 24 hours; part it") }
      let locales = try row.texts("locales", max: Limits.localesMax)
      for locale in locales where WordForm.locale(locale) == nil {
        throw .field("locales", "“\(locale)” is no language; write a tag such as en-US")
      }
      let channels = try row.texts("channels", max: Limits.channelsMax)
      let name = try Rosters.name(try row.text("shift_id") ?? from.description, of: agent)
      return RosterPublished(
        agentID: agent, shiftID: name, from: from, to: to,
        site: try row.word("site"), employer: try row.word("employer"), channels: channels, locales: locales, absent: false, at: now)
    }
  }
}

extension WordForm {
  /// A row of a batch, read like a body.
  fileprivate init(row json: JSON) { self.json = json }
}
