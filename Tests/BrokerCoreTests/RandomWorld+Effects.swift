import BrokerCore
import Contracts
import Journal
import Wire

// What left the broker, checked against the shadow model.
extension RandomWorld {
  /// Ends a turn: what leaves must be right, and now and then memory and disk must agree.
  func turn() throws {
    for consumer in consumers where chance(90) { try stage.apply(.flushed(consumer.id, queuedBytes: chance(90) ? 0 : 3_500)) }
    try stage.turn()
    isDirty = false
    for effect in stage.takeReleased() { try check(effect) }
    durable = model
    if chance(4) {
      let checkpoint = stage.machine.checkpoint()
      try stage.turn()
      for effect in stage.takeReleased() { try check(effect) }
      durable = model
      if try stage.remembered() != stage.machine.checkpoint() { fault = "what the disk remembers is not what the machine knows" }
      var other = BrokerMachine(journalID: Stage.journalID, limits: stage.limits)
      try checkpoint.withUnsafeBytes { try other.restore(checkpoint: $0) }
      other.recovered()
      if other.checkpoint() != checkpoint { fault = "a checkpoint restored is another one" }
    }
  }

  private func check(_ effect: Effect) throws {
    switch effect {
    case .accepted(let id, let through, _):
      guard let p = publishers.firstIndex(of: id) else { return }
      if through > model.last[p] { fault = "\(Self.credentials[p]) was told \(through), known is \(model.last[p])" }
    case .deliver(let id, let handle, let number, let position, let attempt, let producer, let sequence, let bytes):
      guard let c = consumers.firstIndex(where: { $0.id == id }) else { return }
      deliveries += 1
      let p = index(of: producer)
      // An event's position is its name for ever, and its bytes are there.
      if chance(20) || stage.machine.place(of: position) != position {
        let json = try stage.json(at: position)
        if json?.contains(#""id":"\#(p)-\#(sequence)""#) != true { fault = "\(position) is to be \(p)-\(sequence), is \(json ?? "gone")" }
      }
      guard let event = model.event(p, sequence) else { return fault = "delivered \(p)-\(sequence), which was not accepted" }
      if handle != 1 || number != consumers[c].next { fault = "number \(number), awaited was \(consumers[c].next)" }
      if consumers[c].credit <= 0 || consumers[c].bytes <= 0 { fault = "delivered beyond credit" }
      consumers[c].next += 1
      consumers[c].credit -= 1
      consumers[c].bytes -= Int(bytes)
      consumers[c].held[number] = event
      sizes[event] = Int(bytes)
      let s = consumers[c].subscription
      note("\(model.subscriptions[s].name) deliver \(event) \(model.events[event].key) attempt \(attempt) to \(id.raw)")
      if let wrong = model.deliver(number, event, attempt: attempt, to: id.raw, of: s) {
        let row = stage.machine.status()["subscriptions"]?.array?.first { $0["name"]?.string == "reader/" + model.subscriptions[s].name }
        fault =
          "\(model.subscriptions[s].name): \(model.events[event]) at \(position.value) \(wrong); \(model.subscriptions[s].replayed.count) of \(model.events.count) replayed; \(row?.text ?? "")"
      }
    case .send(let id, .revoke(_, let ranges)):
      guard let c = consumers.firstIndex(where: { $0.id == id }) else { return }
      for range in ranges {
        for number in range {
          if consumers[c].failed.remove(number) != nil { continue }
          guard let event = consumers[c].held.removeValue(forKey: number) else {
            fault = "revoked \(number), which was not held"
            continue
          }
          note("\(model.subscriptions[consumers[c].subscription].name) revoke \(event) \(model.events[event].key)")
          model.release(event, of: consumers[c].subscription)
          consumers[c].credit += 1
          consumers[c].bytes += sizes[event]!
        }
      }
    case .send(let id, .welcome(let welcome)):
      guard let p = publishers.firstIndex(of: id) else { return }
      if welcome.lastSequence != model.last[p] { fault = "welcomed with \(welcome.lastSequence), known is \(model.last[p])" }
      let id = model.last[p] == 0 ? nil : "\(p)-\(model.last[p])"
      if welcome.lastEventID != id { fault = "welcomed with id \(welcome.lastEventID ?? "-"), known is \(id ?? "-")" }
    case .send(let id, .admin(_, let told)):
      if id == desk { answer = told }
    case .send(_, .resume), .send(_, .subscribed), .send(_, .mark): break
    case .send(_, let message): fault = "unexpected \(message)"
    case .fetch(let subscription, let from, let bytes): fetches.append((subscription, from, bytes))
    case .carry, .forget: disk.append(effect)
    case .examine, .heal, .mend: fault = "nothing is damaged here: \(effect)"
    case .close(_, let refusal): fault = "closed: \(refusal)"
    }
  }
}
