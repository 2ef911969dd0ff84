import Contracts
import Host
import ServiceDomain
import Store
import Telemetry

/// What falls due in care.
enum CareDues {
  /// A hold's time is to be looked at.
  static let hold = "hold"
  /// A letter was not answered in time.
  static let letter = "letter"
  /// The time to answer a promise is over.
  static let promise = "promise"
  /// The time to undo a grant is over.
  static let honour = "honour"
  /// Nobody above decided in time.
  static let approval = "approval"
  /// Marketing did not say in time what an offer is that nobody knows.
  static let asked = "asked"

  /// A sheet is to be looked at again.
  static let review = "sheet_review"

  static func all(_ desk: DepartmentDesk) -> [String: DueRule] {
    let shelf = OfferShelf()
    return [
      honour: { row, now, transaction in
        let speaker = Speaker(desk: desk, occasion: desk.occasion(of: row, now))
        try Honouring(speaker: speaker, shelf: shelf).send(Identifier(restoring: row.subject), in: transaction)
      },
      approval: { row, now, transaction in
        let speaker = Speaker(desk: desk, occasion: desk.occasion(of: row, now))
        try Honouring(speaker: speaker, shelf: shelf).lapse(Identifier(restoring: row.subject), in: transaction)
      },
      review: { row, _, transaction in try Sheets.overdue(row, desk.log, in: transaction) },
      asked: { row, _, _ in
        desk.log.warning("asked.overdue", "marketing has not said by \(row.at) what \(row.subject) is")
      },
      hold: { row, now, transaction in
        let speaker = Speaker(desk: desk, occasion: desk.occasion(of: row, now))
        try Holding(speaker: speaker).look(at: Identifier(restoring: row.subject), in: transaction)
      },
      letter: { row, now, transaction in
        let speaker = Speaker(desk: desk, occasion: desk.occasion(of: row, now))
        try Holding(speaker: speaker).letterUnanswered(Identifier(restoring: row.subject), in: transaction)
      },
      // Silence is no yes. Nothing has to be written: by its time alone everybody sees that it lies with the deputy now.
      promise: { row, now, transaction in
        let deputy = try Leads.deputy(besides: nil, in: transaction) ?? "customer service's lead"
        desk.log.warning("promise.overdue", "nobody answered \(row.subject) by \(row.at); it lies with \(deputy)")
      },
    ]
  }
}
