import Store

/// What must hold in customer service's store beside what holds in every store.
enum Checks {
  static let all = [
    Check("timelines") { snapshot in
      // What stands on a timeline came by a message, and the inbox has a mark for the place where that message stands.
      try snapshot.all(
        """
        SELECT message_id, position FROM (SELECT message_id, position FROM heard_fact WHERE type NOT LIKE 'service.%' UNION ALL SELECT message_id, position FROM offer_fact)
        WHERE position NOT IN (SELECT position FROM inbox) LIMIT 20
        """
      ) { row throws(StoreFault) in
        Finding(
          "timelines", "message \(try row.text(0)) was kept, but no handled message stood at position \(try row.unsigned(1))")
      }
    },
    Check("customers") { snapshot in
      // Whoever's order was captured is the customer of everything about it.
      try snapshot.all(
        """
        SELECT fact.message_id, fact.subject FROM heard_fact AS fact
        JOIN heard_fact AS capture ON capture.subject = fact.subject AND capture.type = 'ledger.order.captured.v1' AND capture.mark = ''
        WHERE fact.person_id IS NULL AND capture.person_id IS NOT NULL LIMIT 20
        """
      ) { row throws(StoreFault) in
        Finding("customers", "message \(try row.text(0)) is nobody's, but order \(try row.text(1)) has a customer")
      }
    },
    Check("totals") { snapshot in
      let totals = try Heard.totals(in: snapshot)
      let facts = try snapshot.integer("SELECT count(*) FROM heard_fact") ?? 0
      let customers = try snapshot.integer("SELECT count(*) FROM customer") ?? 0
      guard totals.facts != facts || totals.customers != customers else { return [] }
      return [
        Finding("totals", "\(totals.facts) entries of \(totals.customers) customers are told, \(facts) of \(customers) are there")
      ]
    },
  ]
}
