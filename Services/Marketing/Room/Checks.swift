import Store

/// What must hold in marketing's store beside what holds in every store.
enum Checks {
  static let all = [
    Check("buyers") { snapshot in
      try snapshot.all(
        """
        SELECT b.person_id, b.orders, count(o.order_id) FROM buyer b LEFT JOIN counted_order o ON o.person_id = b.person_id
        GROUP BY b.person_id HAVING b.orders != count(o.order_id) LIMIT 20
        """
      ) { row throws(StoreFault) in
        Finding("buyers", "\(try row.text(0)) is said to have \(try row.integer(1)) orders, \(try row.integer(2)) are counted")
      }
    },
    Check("totals") { snapshot in
      let totals = try Buyers.totals(in: snapshot)
      let buyers = try snapshot.integer("SELECT count(*) FROM buyer") ?? 0
      let orders = try snapshot.integer("SELECT count(*) FROM counted_order") ?? 0
      guard totals != Buyers.Totals(buyers: buyers, orders: orders) else { return [] }
      return [Finding("totals", "\(totals.buyers) buyers and \(totals.orders) orders are told, \(buyers) and \(orders) are there")]
    },
  ]
}
