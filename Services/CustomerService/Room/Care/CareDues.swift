import Contracts
import Host
import ServiceDomain
import Store

/// What falls due in care.
enum CareDues {
  /// A hold's time is to be looked at.
  static let hold = "hold"
  /// A letter was not answered in time.
  static let letter = "letter"

  static func all(_ desk: DepartmentDesk) -> [String: DueRule] {
    [
      hold: { row, now, transaction in
        let speaker = Speaker(desk: desk, occasion: desk.occasion(of: row, now))
        try Holding(speaker: speaker).look(at: Identifier(restoring: row.subject), in: transaction)
      },
      letter: { row, now, transaction in
        let speaker = Speaker(desk: desk, occasion: desk.occasion(of: row, now))
        try Holding(speaker: speaker).letterUnanswered(Identifier(restoring: row.subject), in: transaction)
      },
    ]
  }
}
