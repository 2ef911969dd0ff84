import Contracts
import Host
import Mesh
import ServiceDomain
import Store

/// What customer service does with the facts of others: decode, decide, write.
enum Inlets {
  static func fact(_ received: Received, _ desk: DepartmentDesk, in transaction: inout Transaction) throws -> Disposition {
    guard let event = received.event else { return .done }
    if case .colleagueChanged(let fact) = event {
      try Colleagues.fold(fact, received.envelope.id, in: transaction)
      return .done
    }
    if case .policyPublished(let fact) = event {
      try Policies.fold(fact, in: transaction)
      return .done
    }
    if case .budgetChanged(let fact) = event {
      try Advances.fold(fact, at: received.envelope.time, desk, in: transaction)
      return .done
    }
    if case .promiseDeclared(let fact) = event {
      try Promises.fold(fact, in: transaction)
      return .done
    }
    if case .questionAnswered(let fact) = event {
      try AskedOffers.fold(fact, in: transaction)
      // It is on the timeline of whoever asked.
      let person = try Cases.find(fact.caseID, in: transaction)?.person
      try Heard.keep(FactPlace(mark: "\(fact.askedID) \(fact.at.milliseconds)", person: person, time: fact.at), received, in: transaction)
      return .done
    }
    switch ServiceDomain.decide(event, at: received.envelope.time) {
    case .keep(let place):
      let isNew = try Heard.keep(place, received, in: transaction)
      if isNew, case .remedyChanged(let remedy) = event {
        try Uses.count(remedy, person: place.person, in: transaction)
        try Requests.heard(remedy, in: transaction)
      }
    case .follow(let offer, let mark):
      let isNew = try Offers.follow(offer, mark, received, in: transaction)
      if isNew, case .offerTurned(let turn) = event {
        try Sheets.heard(turn, Speaker(desk: desk, occasion: desk.occasion(of: received)), in: transaction)
      }
    case .know(let customer): try Customers.know(customer, at: received.position, in: transaction)
    case .list(let products): try Catalogue.list(products, at: received.position, in: transaction)
    case .belong(let fact): try Memberships.fold(fact, in: transaction)
    case .anchor(let anchor): try ChainHeads.keep(anchor, received, in: transaction)
    case .nothing: break
    }
    return .done
  }
}
