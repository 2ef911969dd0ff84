extension Shadow {
  /// What the machine's memory, as its checkpoint tells it, has that this has not, or the other way round; nil where they agree.
  ///
  /// Followers of dead events go to the dead letters when the machine finds time for it: those that it moved are taken over here.
  mutating func mismatch(_ image: Image) -> String? {
    guard image.producers.count == producers.count else {
      return "it knows \(image.producers.count) producers, it was told of \(producers.count)"
    }
    for (known, kept) in zip(producers, image.producers) where (known.name, known.epoch, known.last) != (kept.name, kept.epoch, kept.last) {
      return "\(known.name) is at epoch \(known.epoch) number \(known.last), the machine says \(kept.name) \(kept.epoch) \(kept.last)"
    }
    guard image.reads == reads else { return "manifests say \(reads), the machine has \(image.reads)" }
    guard image.subscriptions.count == subscriptions.count else {
      return "it has \(image.subscriptions.count) subscriptions, there are \(subscriptions.count)"
    }
    for s in subscriptions.indices {
      guard image.subscriptions[s].isOpen == subscriptions[s].isOpen else {
        return "subscription \(s) is \(subscriptions[s].isOpen ? "open" : "gone"), and not so at the machine"
      }
      guard subscriptions[s].isOpen else { continue }
      dropUnreadable(s, image.subscriptions[s])
      if let wrong = adoptFollowers(s, image.subscriptions[s]) ?? adoptReplayed(s, image.subscriptions[s])
        ?? mismatch(s, image.subscriptions[s])
      {
        return "\(subscriptions[s].name): \(wrong)"
      }
    }
    return nil
  }

  /// Takes over dead letters "behind" others; says what is wrong with one that is no follower.
  private mutating func adoptFollowers(_ s: Int, _ image: Image.Subscription) -> String? {
    let known = subscriptions[s].dead.count
    guard image.dead.count >= known else { return "\(known) are dead, the machine has \(image.dead.count) dead letters" }
    if image.dead.count == known { return nil }
    let mine = Set(subscriptions[s].dead.map(\.event))
    for letter in image.dead where letter.cause == .never && isDamaged {
      // Called back, and its bytes cannot be read just now: dead once more, and its letter says so.
      guard let event = event(letter.producer, letter.sequence), let before = subscriptions[s].returns[event]?.letter else { continue }
      if before.attempts == letter.attempts { bury(event, letter.attempts, .never, of: s) }
    }
    for letter in image.dead where letter.cause == .behind {
      guard let event = event(letter.producer, letter.sequence) else { return "a dead letter of an event that was never accepted" }
      if mine.contains(event) { continue }
      guard subscriptions[s].isParked(event, key: events[event].key) else {
        return "\(events[event]) is said to stand behind a dead event, and there is none of its key"
      }
      let state = subscriptions[s].states[event]
      guard state == .open || state == .recalled || state == .gone else { return "\(events[event]) was \(state), and is dead now" }
      bury(event, subscriptions[s].trouble(event)?.attempts ?? 0, .behind, of: s)
    }
    return nil
  }

  /// Takes over what a replay has called back so far.
  private mutating func adoptReplayed(_ s: Int, _ image: Image.Subscription) -> String? {
    for it in image.returns where !it.wasDead {
      guard let event = event(it.producer, it.sequence) else { return "an event is replayed that was never accepted" }
      if subscriptions[s].returns[event] != nil { continue }
      let state = subscriptions[s].states[event]
      let isOver = state == .settled || state == .dropped || event < subscriptions[s].from
      guard subscriptions[s].isReplayed, isOver else { return "\(events[event]) is \(state), and comes back uncalled" }
      subscriptions[s].states[event] = .recalled
      subscriptions[s].returns[event] = Return(before: state == .settled ? .settled : .dropped)
    }
    return nil
  }

  /// What was to be replayed is passed over where its segment was let go of meanwhile, or where its key has died or something is
  /// damaged.
  private mutating func dropUnreadable(_ s: Int, _ image: Image.Subscription) {
    guard subscriptions[s].returns.count > image.returns.count else { return }
    let known = Set(image.returns.compactMap { event($0.producer, $0.sequence) })
    for (event, it) in subscriptions[s].returns where it.letter == nil && !known.contains(event) {
      guard isDamaged || events[event].position < image.kept || subscriptions[s].firstDead[events[event].key] < .max else { continue }
      subscriptions[s].returns[event] = nil
      subscriptions[s].states[event] = it.before
    }
  }

  private func mismatch(_ s: Int, _ image: Image.Subscription) -> String? {
    let subscription = subscriptions[s]
    guard image.name == subscription.name, image.parks == subscription.parks else { return "it is said to be \(image.name)" }
    guard image.isPaused == subscription.isPaused else {
      return "it \(subscription.isPaused ? "pauses" : "goes on"), and not so at the machine"
    }
    guard image.dead.count == subscription.dead.count else {
      return "\(subscription.dead.count) are dead, the machine has \(image.dead.count) dead letters"
    }
    // The machine may bury several in one input in another order than the settlement named them.
    let mine = subscription.dead.sorted { $0.event < $1.event }
    let theirs = image.dead.sorted { $0.position < $1.position }
    for (letter, kept) in zip(mine, theirs) {
      let event = events[letter.event]
      guard event.position == 0 || event.position == kept.position, event.sequence == kept.sequence, event.producer == kept.producer,
        letter.attempts == kept.attempts, letter.cause == kept.cause
      else { return "\(event) is a dead letter \(letter), the machine says \(kept)" }
    }
    var troubles = 0
    for (number, event) in events.enumerated() where subscription.wants(event, number) {
      let isOver = event.position > 0 && image.isSettled(event.position)
      // Behind a floor that was set back the dead stand by themselves.
      if subscription.states[number] == .gone,
        image.troubles.contains(where: { $0.position == event.position && !image.isSettled($0.position) })
      {
        troubles += 1
      }
      if [.dead, .recalled, .gone].contains(subscription.states[number]) { continue }
      if isOver != (subscription.states[number] != .open) {
        return "\(event) is \(subscription.states[number]), the machine has it \(isOver ? "" : "un")settled"
      }
      if subscription.states[number] == .open, let trouble = subscription.troubles[number] {
        troubles += 1
        guard let kept = image.troubles.first(where: { $0.position == event.position }) else {
          return "\(event) has failed \(trouble.attempts) times, the machine has forgotten it"
        }
        if kept.attempts != trouble.attempts || kept.isSuspect != trouble.isSuspect || !trouble.notBefore.contains(kept.notBefore) {
          return "\(event) is in trouble \(trouble), the machine says \(kept)"
        }
      }
    }
    guard image.returns.count == subscription.returns.count else {
      let known = image.returns.compactMap { self.event($0.producer, $0.sequence) }
      let stray = subscription.returns.keys.filter { !known.contains($0) }.sorted().map { "f\(events[$0].fact)" }
      return "\(subscription.returns.count) events are on their way back, the machine knows \(image.returns.count) and not \(stray)"
    }
    for it in image.returns {
      guard let event = event(it.producer, it.sequence), let mine = subscription.returns[event] else {
        return "an event comes back uncalled"
      }
      if mine.trouble.attempts != it.attempts || mine.trouble.isSuspect != it.isSuspect || !mine.trouble.notBefore.contains(it.notBefore)
        || (mine.letter != nil) != it.wasDead
      {
        return "\(events[event]) comes back as \(mine), the machine says \(it)"
      }
    }
    let stray = image.troubles.filter { !image.isSettled($0.position) }.count
    return stray == troubles ? nil : "\(troubles) events are in trouble, the machine knows \(stray)"
  }
}
