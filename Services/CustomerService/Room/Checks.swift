import Store

/// What must hold in customer service's store beside what holds in every store.
enum Checks {
  static let all = [
    Check("timelines") { snapshot in
      // What stands on a timeline came by a message, and the inbox has a mark for the place where that message stands.
      try snapshot.all(
        """
        SELECT message_id, position FROM timeline_entry WHERE position NOT IN (SELECT position FROM inbox) LIMIT 20
        """
      ) { row throws(StoreFault) in
        Finding(
          "timelines", "message \(try row.text(0)) stands on a timeline, but no handled message stood at position \(try row.unsigned(1))")
      }
    },
    Check("totals") { snapshot in
      let totals = try Timeline.totals(in: snapshot)
      let entries = try snapshot.integer("SELECT count(*) FROM timeline_entry") ?? 0
      let customers = try snapshot.integer("SELECT count(DISTINCT person_id) FROM timeline_entry") ?? 0
      guard totals != Timeline.Totals(entries: entries, customers: customers) else { return [] }
      return [
        Finding("totals", "\(totals.entries) entries of \(totals.customers) customers are told, \(entries) of \(customers) are there")
      ]
    },
  ]
}
