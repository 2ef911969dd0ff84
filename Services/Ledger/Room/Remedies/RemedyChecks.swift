import Contracts
import LedgerDomain
import Store

/// What must hold between remedies, the files of their orders, and the books.
enum RemedyChecks {
  static let all = [
    Check("remedies wait as the books say") { snapshot in
      // One that waits has a pending entry that nothing resolved, and the other way round.
      let forgotten = try snapshot.all(
        """
        SELECT remedy_key || '#' || ordinal FROM remedy WHERE state = 'pending' AND amount > 0
        EXCEPT
        SELECT remedy FROM entry WHERE state = 'pending' AND remedy IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.of = entry.number AND later.state NOT IN ('posted', 'pending'))
        LIMIT 20
        """
      ) { row in Finding("remedies", "remedy \(try row.text(0)) waits, and nothing in the books waits for it") }
      let stray = try snapshot.all(
        """
        SELECT remedy FROM entry WHERE state = 'pending' AND remedy IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.of = entry.number AND later.state NOT IN ('posted', 'pending'))
        EXCEPT
        SELECT remedy_key || '#' || ordinal FROM remedy WHERE state = 'pending'
        LIMIT 20
        """
      ) { row in Finding("remedies", "an entry waits for remedy \(try row.text(0)), which waits for nothing") }
      return forgotten + stray
    },
    Check("remedies are what their orders' files say") { snapshot in
      var findings: [Finding] = []
      var file: (order: String, remedies: [RemedyStanding]) = ("", [])
      let rows = try snapshot.all(
        "SELECT order_id, remedy_key, ordinal, state, amount, clawed_back FROM remedy WHERE order_id IS NOT NULL ORDER BY order_id"
      ) { row in
        Row(
          order: try row.text(0), id: RemedyID(key: RemedyKey(restoring: try row.text(1)), ordinal: Int(try row.integer(2))),
          state: try row.text(3), amount: try row.integer(4), clawedBack: try row.integer(5))
      }
      for row in rows where findings.count < 20 {
        if row.order != file.order {
          file = (row.order, try OrderFile.find(Identifier(restoring: row.order), in: snapshot)?.standing.remedies ?? [])
        }
        let said = file.remedies.first { $0.id == row.id }
        guard said?.state.rawValue == row.state, said?.amount == row.amount, said?.clawedBack == row.clawedBack else {
          findings.append(Finding("remedies", "the row of remedy \(row.id) disagrees with the file of order \(row.order)"))
          continue
        }
      }
      return findings
    },
  ]

  private struct Row {
    let order: String
    let id: RemedyID
    let state: String
    let amount: Int64
    let clawedBack: Int64
  }
}
