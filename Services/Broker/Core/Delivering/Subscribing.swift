import Contracts
package import Journal
package import Wire

// Joining, leaving and feeding subscriptions.
extension BrokerMachine {
  /// Opens or joins a durable subscription.
  package mutating func subscribe(
    _ id: ConnectionID, _ subscribe: Subscribe, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id) else { return }
    enter(moment)
    func refuse(_ code: String, _ sentence: String) {
      let reason = Refusal(code: code, sentence: sentence)
      commit.afterDurable(.send(id, .unsubscribed(handle: subscribe.handle, reason: reason)))
    }
    let credential = connections[slot].credential
    let filters = subscribe.filters.map(TypePattern.init)
    guard connections[slot].handle(subscribe.handle) == nil else {
      return refuse("handle_in_use", "Handle \(subscribe.handle) is in use on this connection; choose another.")
    }
    for filter in filters.isEmpty ? [.all] : filters where !connections[slot].rights.mayRead(filter) {
      return refuse("filter_not_allowed", "The credential \(credential) may not read \(filter); ask for the right or drop the filter.")
    }
    guard connections[slot].handles.count < limits.handles else {
      return refuse("limit", "This connection has \(limits.handles) subscriptions, which is the limit; leave one.")
    }
    let known = subscriptions.firstIndex { $0.isOpen && $0.row.credential == credential && $0.row.name == subscribe.name }
    let number = known ?? subscriptions.firstIndex { !$0.isOpen && $0.reading.fetch == nil } ?? subscriptions.count
    guard known != nil || number < limits.subscriptions else {
      return refuse("limit", "The broker has \(limits.subscriptions) subscriptions, which is its limit; forget one.")
    }
    let allowed = accounts[connections[slot].account].allowance.subscriptions
    guard known != nil || subscriptions.count(where: { $0.isOpen && $0.row.credential == credential }) < allowed else {
      return refuse("limit", "The credential \(credential) has \(allowed) subscriptions, which is its quota; forget one or ask for more.")
    }
    if let known, subscriptions[known].attached >= limits.consumers {
      return refuse("limit", "\(limits.consumers) connections share this subscription, which is the limit; leave with one.")
    }

    let (floor, acceptedFrom): (UInt64, Int64) =
      switch subscribe.start {
      // Its record may have been lost, and with it from where on it had asked: rather again than never.
      case .new: (lostFrom > 0 ? lostFrom - 1 : SubscriptionRow.here, .min)
      case .beginning: (0, .min)
      case .position(let position): (min(position, SubscriptionRow.here - 1), .min)
      case .time(let instant): (floor(before: instant.milliseconds), instant.milliseconds)
      }
    let row = SubscriptionRow(
      credential: credential, name: subscribe.name, filters: filters, deadKey: subscribe.deadKey, floor: floor,
      acceptedFrom: acceptedFrom)
    if let known {
      let changesFilters = subscriptions[known].row.filters != row.filters
      if changesFilters || subscriptions[known].row.deadKey != row.deadKey {
        write(.subscription(UInt32(known), row), into: &commit)
        subscriptions[known].startOver(newest, at: now, &outlets, into: &commit)
      }
    } else {
      write(.subscription(UInt32(number), row), into: &commit)
    }
    let consumer = subscriptions[number].join(
      id, slot: slot, subscribe, isLeaving: isDraining || connections[slot].isLeaving)
    connections[slot].handles.append(
      Connection.Handle(handle: subscribe.handle, subscription: number, consumer: consumer))
    types.listen(subscriptions)
    commit.afterDurable(
      .send(id, .subscribed(handle: subscribe.handle, position: subscriptions[number].progress.floor)))
    pump(number, into: &commit)
  }

  /// Leaves a subscription; with `forget` the subscription itself ends, for all.
  package mutating func unsubscribe(
    _ id: ConnectionID, handle: UInt32, forget: Bool, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id) else { return }
    enter(moment)
    guard let joined = connections[slot].handle(handle) else {
      return commit.afterDurable(.send(id, .unsubscribed(handle: handle, reason: nil)))
    }
    connections[slot].handles.removeAll { $0.handle == handle }
    leave(joined, counting: false, into: &commit)
    if forget {
      let dead = subscriptions[joined.subscription].deadInAll
      if dead > 0 {
        let reason = Refusal(
          code: "dead_letters",
          sentence: "The subscription stays: it has \(dead) dead letters, which an operator must redrive or drop first.")
        return commit.afterDurable(.send(id, .unsubscribed(handle: handle, reason: reason)))
      }
      self.forget(joined.subscription, into: &commit)
    }
    commit.afterDurable(.send(id, .unsubscribed(handle: handle, reason: nil)))
  }

  mutating func forget(_ number: Int, into commit: inout Gathering<Effect>) {
    let reason = Refusal(code: "ended", sentence: "The subscription \(subscriptions[number].row.fullName) was deleted.")
    for slot in connections.indices where connections[slot].isOpen {
      for joined in connections[slot].handles where joined.subscription == number {
        subscriptions[number].leave(joined.consumer, counting: false, newest, at: now, &outlets, into: &commit)
        commit.afterDurable(.send(connections[slot].id, .unsubscribed(handle: joined.handle, reason: reason)))
      }
      connections[slot].handles.removeAll { $0.subscription == number }
    }
    let fetch = subscriptions[number].reading.fetch
    write(.forgotten(UInt32(number)), into: &commit)
    // The number stays taken until the disk has answered.
    subscriptions[number].reading.fetch = fetch
    types.listen(subscriptions)
  }

  mutating func leave(_ joined: Connection.Handle, counting: Bool, into commit: inout Gathering<Effect>) {
    subscriptions[joined.subscription].leave(joined.consumer, counting: counting, newest, at: now, &outlets, into: &commit)
    types.listen(subscriptions)
    pump(joined.subscription, into: &commit)
  }

  /// Grants more.
  package mutating func credit(
    _ id: ConnectionID, handle: UInt32, messages: Int, bytes: Int, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id), let joined = connections[slot].handle(handle) else { return }
    enter(moment)
    subscriptions[joined.subscription].grant(joined.consumer, messages, bytes)
    if !subscriptions[joined.subscription].isIdle { pump(joined.subscription, into: &commit) }
  }

  /// These deliveries have been started.
  package mutating func working(_ id: ConnectionID, handle: UInt32, _ ranges: DeliveryRanges) {
    guard let slot = slot(id), let joined = connections[slot].handle(handle) else { return }
    subscriptions[joined.subscription].working(joined.consumer, ranges)
  }

  /// These deliveries have ended.
  package mutating func settle(
    _ id: ConnectionID, handle: UInt32, _ settlement: Settlement, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id), let joined = connections[slot].handle(handle) else { return }
    enter(moment)
    let number = joined.subscription
    subscriptions[number].settle(joined.consumer, settlement, newest, at: now, &outlets, into: &commit)
    if !subscriptions[number].isIdle || !subscriptions[number].marks.isEmpty { pump(number, into: &commit) }
  }

  /// These deliveries take longer.
  package mutating func extend(_ id: ConnectionID, handle: UInt32, _ ranges: DeliveryRanges, at moment: Moment) {
    guard let slot = slot(id), let joined = connections[slot].handle(handle) else { return }
    enter(moment)
    subscriptions[joined.subscription].extend(joined.consumer, ranges, at: now)
  }
}

extension Subscription {
  /// A number that is free.
  static func vacant(_ number: UInt32, limits: BrokerLimits, hash: KeyHash) -> Subscription {
    let row = SubscriptionRow(credential: "", name: "", filters: [], deadKey: .park, floor: 0, acceptedFrom: 0)
    var subscription = Subscription(number, row, floor: 0, limits: limits, hash: hash)
    subscription.isOpen = false
    return subscription
  }

  /// A connection's share; returns its number here.
  mutating func join(_ id: ConnectionID, slot: Int, _ subscribe: Subscribe, isLeaving: Bool) -> Int {
    var consumer = Consumer(connection: id, slot: slot, handle: subscribe.handle, messages: 0, bytes: 0)
    consumer.isLeaving = isLeaving
    let place = consumers.firstIndex { !$0.isOpen } ?? consumers.count
    if place == consumers.count { consumers.append(consumer) } else { consumers[place] = consumer }
    attached += 1
    counts.detachedSince = nil
    // Perhaps it is the repaired program.
    breaker.probeDue = 0
    grant(place, subscribe.creditMessages, subscribe.creditBytes)
    return place
  }

  mutating func grant(_ consumer: Int, _ messages: Int, _ bytes: Int) {
    let held = consumers[consumer]
    consumers[consumer].creditMessages = min(held.creditMessages + min(max(0, messages), limits.creditMessages), limits.creditMessages)
    consumers[consumer].creditBytes = min(held.creditBytes + min(max(0, bytes), limits.creditBytes), limits.creditBytes)
  }

  /// Nothing more goes to this consumer; what it has it may settle.
  mutating func letGo(_ consumer: Int) {
    consumers[consumer].isLeaving = true
    if solo == consumer { solo = nil }
  }
}
