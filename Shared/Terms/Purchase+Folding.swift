package import Contracts

/// What happens to an order after its capture. Each verb takes what one fact says; quantities and amounts stay within what there is.
extension Purchase {
  /// Takes back `quantity` of a line, by a return or a cancellation. A line that is not known is left alone.
  package mutating func returned(_ lineID: Identifier<OrderLine>, quantity: Int64) {
    guard let index = lines.firstIndex(where: { $0.lineID == lineID }) else { return }
    lines[index].returned = min(lines[index].quantity, lines[index].returned + max(0, quantity))
  }

  /// Pays shipping back: from the first charge on, each up to what it was.
  package mutating func refundedShipping(_ amount: Int64) {
    var left = amount
    for index in charges.indices where left > 0 {
      let part = min(left, charges[index].paid - charges[index].refunded)
      charges[index].refunded += part
      left -= part
    }
  }

  /// The whole order is off.
  package mutating func cancelled() { isCancelled = true }

  package mutating func shipped(_ lineID: Identifier<OrderLine>, quantity: Int64) {
    guard let index = lines.firstIndex(where: { $0.lineID == lineID }) else { return }
    lines[index].shipped = min(lines[index].quantity, lines[index].shipped + max(0, quantity))
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

  /// A remedy was granted or posted. The same id again only changes its state.
  package mutating func given(_ remedy: Given) {
    if let index = remedies.firstIndex(where: { $0.remedyID == remedy.remedyID }) {
      remedies[index].state = remedy.state
      return
    }
    var remedy = remedy
    for index in remedy.lines.indices where remedy.lines[index].kept == nil {
      guard let line = lines.first(where: { $0.lineID == remedy.lines[index].lineID }) else { continue }
      remedy.lines[index].kept = line.kept
    }
    remedies.append(remedy)
  }

  /// A remedy was posted, voided or expired.
  package mutating func resolved(_ remedyID: String, as state: Given.State) {
    guard let index = remedies.firstIndex(where: { $0.remedyID == remedyID }) else { return }
    remedies[index].state = state
  }

  /// Something of a remedy was taken back.
  package mutating func clawedBack(_ remedyID: String, _ amount: Int64) {
    guard let index = remedies.firstIndex(where: { $0.remedyID == remedyID }) else { return }
    remedies[index].clawedBack = min(remedies[index].amount, remedies[index].clawedBack + max(0, amount))
  }
}
