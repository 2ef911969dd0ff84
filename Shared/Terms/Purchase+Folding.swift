package import Contracts

/// What happens to an order after its capture. Each verb takes what one fact says; quantities and amounts stay within what there is.
extension Purchase {
  /// So many of a line came back. A line that is not known is left alone.
  package mutating func returned(_ lineID: Identifier<OrderLine>, quantity: Int64) {
    guard let index = lines.firstIndex(where: { $0.lineID == lineID }) else { return }
    lines[index].returned += min(max(0, quantity), lines[index].kept)
  }

  /// So many of a line are not wanted any more.
  package mutating func cancelled(_ lineID: Identifier<OrderLine>, quantity: Int64) {
    guard let index = lines.firstIndex(where: { $0.lineID == lineID }) else { return }
    lines[index].cancelled += min(max(0, quantity), lines[index].kept)
  }

  /// The whole order is off.
  package mutating func cancelled() { isCancelled = true }

  /// So many of a line left the house.
  package mutating func shipped(_ lineID: Identifier<OrderLine>, quantity: Int64) {
    guard let index = lines.firstIndex(where: { $0.lineID == lineID }) else { return }
    lines[index].shipped = min(lines[index].quantity, lines[index].shipped + max(0, quantity))
  }

  /// Shipping is paid back: from the first charge on, each up to what it was.
  package mutating func refundedShipping(_ amount: Int64) {
    var left = max(0, amount)
    for index in charges.indices where left > 0 {
      let part = min(left, charges[index].kept)
      charges[index].refunded += part
      left -= part
    }
  }

  /// Lines are added, and what pays for them; a line that is there already is left as it is.
  package mutating func amended(
    adding added: [OrderCaptured.Line], tenders paid: [OrderCaptured.Tender], under: OfferVersion?, at: Timestamp
  ) {
    for line in added where !lines.contains(where: { $0.lineID == line.lineID }) {
      var line = Line(line)
      line.addedAt = line.addedAt ?? at
      line.under = line.under ?? under
      lines.append(line)
    }
    tenders += paid
  }

  /// A remedy was granted, or posted at once. One that is known only changes its state.
  package mutating func given(_ remedy: Given) {
    if let index = remedies.firstIndex(where: { $0.remedyID == remedy.remedyID }) {
      remedies[index].state = remedy.state
      return
    }
    var remedy = remedy
    for index in remedy.parts.indices where remedy.parts[index].kept == nil {
      guard let id = remedy.parts[index].lineID else { continue }
      remedy.parts[index].kept = lines.first { $0.lineID == id }?.kept
    }
    remedies.append(remedy)
  }

  /// A remedy was posted, voided or expired.
  package mutating func resolved(_ remedyID: RemedyID, as state: Given.State) {
    guard let index = remedies.firstIndex(where: { $0.remedyID == remedyID }) else { return }
    remedies[index].state = state
  }

  /// Something of what a remedy gave to a line, or to the shipping, was taken back.
  package mutating func clawedBack(_ remedyID: RemedyID, _ lineID: Identifier<OrderLine>?, _ amount: Int64) {
    guard let index = remedies.firstIndex(where: { $0.remedyID == remedyID }) else { return }
    var left = max(0, amount)
    for part in remedies[index].parts.indices where remedies[index].parts[part].lineID == lineID && left > 0 {
      let taken = min(left, remedies[index].parts[part].amount - remedies[index].parts[part].clawedBack)
      remedies[index].parts[part].clawedBack += taken
      left -= taken
    }
  }
}

/// The same, out of the facts themselves.
extension Purchase {
  package mutating func apply(_ fact: OrderShipped) {
    for line in fact.lines { shipped(line.lineID, quantity: line.quantity) }
  }

  package mutating func apply(_ fact: OrderCancelled) {
    if fact.lines.isEmpty { cancelled() }
    for line in fact.lines { cancelled(line.lineID, quantity: line.quantity) }
    if let shipping = fact.shipping { refundedShipping(shipping.minor) }
  }

  package mutating func apply(_ fact: OrderReturned) {
    for line in fact.lines { returned(line.lineID, quantity: line.quantity) }
    if let shipping = fact.shipping { refundedShipping(shipping.minor) }
  }

  package mutating func apply(_ fact: OrderAmended) {
    amended(adding: fact.lines, tenders: fact.tenders, under: fact.under, at: fact.amendedAt)
  }

  /// What became of a remedy. `group` is the stacking group of its offer, `at` and `by` who gave it and when, by the fact's envelope.
  package mutating func apply(_ fact: RemedyChanged, group: String?, at: Timestamp, by: String) {
    switch fact.change {
    case .granted, .posted:
      let state: Given.State = fact.change == .granted ? .pending : .posted
      if remedies.contains(where: { $0.remedyID == fact.remedyID }) { return resolved(fact.remedyID, as: state) }
      given(
        Given(
          remedyID: fact.remedyID, offer: fact.offer, group: group, amount: price(of: fact),
          parts: fact.lines.map { Given.Part(lineID: $0.lineID, amount: $0.amount.minor) }, state: state, at: at, by: by,
          units: fact.inputs?["used"]?["units"]?.integer ?? units(of: fact)))
    case .voided: resolved(fact.remedyID, as: .voided)
    case .expired: resolved(fact.remedyID, as: .expired)
    case .clawedBack:
      for line in fact.lines { clawedBack(fact.remedyID, line.lineID, line.amount.minor) }
    case .declined: return
    }
  }

  /// What of the amount lowered prices: taxes on top of them are in the amount, not in its lines.
  private func price(of fact: RemedyChanged) -> Int64 {
    fact.lines.isEmpty ? fact.amount.minor : fact.lines.reduce(0) { $0 + $1.amount.minor }
  }

  /// Without the decision's own word: all that is kept of the lines that it gave something to.
  private func units(of fact: RemedyChanged) -> Int64 {
    fact.lines.reduce(0) { sum, part in
      guard let id = part.lineID, let line = lines.first(where: { $0.lineID == id }) else { return sum }
      return sum + line.kept
    }
  }
}
