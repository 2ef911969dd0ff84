import Contracts
import Host
import Store

/// What marketing does when something falls due.
enum DueRules {
  static func all(_ desk: DepartmentDesk) -> [String: DueRule] {
    [
      DueKinds.start: { row, now, transaction in
        guard let offer = OfferVersion(row.subject) else { return }
        try Gatekeeping.start(offer, Telling(desk: desk, occasion: desk.occasion(of: row, now)), in: transaction)
      },
      DueKinds.order: { row, now, transaction in
        guard let offer = OfferVersion(row.subject) else { return }
        try Gatekeeping.lapse(offer, Telling(desk: desk, occasion: desk.occasion(of: row, now)), in: transaction)
      },
      DueKinds.look: { row, now, transaction in
        guard let offer = OfferVersion(row.subject) else { return }
        try Gatekeeping.lookAgain(offer, Telling(desk: desk, occasion: desk.occasion(of: row, now)), in: transaction)
      },
      DueKinds.terms: { row, now, transaction in
        guard let offer = OfferVersion(row.subject) else { return }
        try Gatekeeping.lookAgain(offer, terms: true, Telling(desk: desk, occasion: desk.occasion(of: row, now)), in: transaction)
      },
      DueKinds.beside: { row, now, transaction in
        guard let offer = OfferVersion(row.subject) else { return }
        try Gatekeeping.lookAgain(offer, since: row.at, Telling(desk: desk, occasion: desk.occasion(of: row, now)), in: transaction)
      },
      DueKinds.holdOver: { row, now, transaction in
        let person = Identifier<Person>(restoring: row.subject)
        try Verdicts.reopen(person, leftOutFor: ["hold"], at: now, in: transaction)
        try Holds.wake(person, at: now, in: transaction)
      },
      DueKinds.question: { row, _, transaction in try Questions.overdue(row, desk.log, in: transaction) },
      DueKinds.end: { row, now, transaction in
        try Gatekeeping.end(
          Identifier(restoring: row.subject), Telling(desk: desk, occasion: desk.occasion(of: row, now)), in: transaction)
      },
    ]
  }
}
