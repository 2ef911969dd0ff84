import BrokerCore
import Contracts
import Journal
import MeshMachines
import Wire

// What goes wrong, and what operators do.
extension World {
  func disturb() throws {
    if isWorn, chance.percent(60) {
      if chance.percent(30), journal != nil { return try roll(isForced: true) }
      return damage()
    }
    switch chance.below(46) {
    case 0, 1: if !lines.isEmpty { breakLine(chance.of(lines)) }
    case 2: kill(chance.of(programs), why: "by chance")
    case 3: stop(chance.of(programs))
    case 4, 5: armPowerCut()
    case 6: if journal != nil { throw BrokerDied(why: "killed") }
    case 7: try stopBroker()
    case 8: failDisk()
    case 9: fillDisk()
    case 10, 11, 12: if journal != nil { try roll(isForced: true) }
    case 13:
      // By the clock, whatever waits; what has records comes first.
      if hasRecords { try clear() }
      if wantsClosingMark { try closeMark() }
    case 14, 15: if journal != nil { prepareReserve() }
    case 16: jump()
    case 17: ghost()
    case 18: pass(Int64(20_000 + chance.below(30_000)))
    case 19: pass(Int64(chance.below(12_000)))
    case 20, 21, 22, 23, 24, 25: try operate()
    case 26, 27, 28, 29, 30, 31, 32, 33: try letGo()
    case 34, 35, 36, 37, 38: damage()
    case 39: if chance.percent(40) { unsubscribe(chance.of(programs)) }
    case 40: if chance.percent(40), let s = openSubscription { try remove(s, dropsDead: chance.percent(70)) }
    case 41: try withdraw()
    case 42: brokenUntil = uptime + Int64(chance.below(8_000))
    default: try brokerTurn()
    }
  }

  /// An operator's command on some subscription.
  private func operate() throws {
    guard journal != nil, !isTight, let s = openSubscription else { return }
    try order(chance.below(14), of: s)
  }

  private var openSubscription: Int? {
    let open = shadow.subscriptions.indices.filter { shadow.subscriptions[$0].isOpen }
    return open.isEmpty ? nil : chance.of(open)
  }

  /// An operator ends a subscription, sometimes with its dead letters; its programs come again and begin anew.
  func remove(_ s: Int, dropsDead: Bool) throws {
    guard journal != nil, !isTight else { return }
    try clear()
    tell("an operator removes \(shadow.subscriptions[s].name)\(dropsDead ? " with its dead letters" : "")")
    try makeRoom()
    steady()
    let command: JSON = [
      "name": "remove", "subscription": .string(shadow.subscriptions[s].name), "drop_dead": .bool(dropsDead),
    ]
    machine.administer(ConnectionID(.max), 1, command, by: "operator", at: moment, into: &commit!)
    // What the machine moves in one input it moves before it looks.
    if dropsDead || shadow.deadInAll(s) == 0 { forgetSubscription(s) }
    try clear()
    isRemoving = false
  }

  /// What a credential that is not here has said it reads binds nobody any more.
  private func withdraw() throws {
    guard journal != nil, !isTight, let credential = shadow.reads.first(where: { !$0.value.isEmpty })?.key,
      !lines.contains(where: { $0.isGreeted && $0.program.credential == credential })
    else { return }
    try clear()
    tell("what \(credential) reads is withdrawn")
    try makeRoom()
    steady()
    let command: JSON = ["name": "withdraw", "credential": .string(credential)]
    machine.administer(ConnectionID(.max), 1, command, by: "operator", at: moment, into: &commit!)
    shadow.reads[credential] = []
    coverage.withdrawn += 1
    try clear()
  }

  /// A program gives one of its subscriptions up, and takes it again after its next start.
  private func unsubscribe(_ program: Program) {
    guard program.isAlive, program.link.isUp, let line = program.line, !program.readings.isEmpty else { return }
    let handle = UInt32(1 + chance.below(program.readings.count))
    tell("\(program.credential) \(program.number) gives up its subscription \(handle)")
    line.say(.message(.unsubscribe(handle: handle, forget: chance.percent(80))), due: arrival)
    kill(program, why: "to begin anew")
  }

  /// One of the operator's orders: 0 to 5 redrive, 6 and 7 drop, 8 stop, 9 and 10 reset, others replay.
  func order(_ deed: Int, of s: Int = 0) throws {
    try clear()
    var members = [JSON.Member("subscription", .string(shadow.subscriptions[s].name))]
    switch deed {
    case 0..<6:
      members.append(.init("name", .string("redrive")))
      if chance.percent(30) { members.append(.init("rate", .integer(Int64(1 + chance.below(100))))) }
    case 6, 7: members.append(.init("name", .string("drop")))
    case 8: members.append(.init("name", .string("stop")))
    case 9: members += [.init("name", .string("reset")), .init("to", .string("beginning"))]
    case 10: members += [.init("name", .string("reset")), .init("to", .string("new"))]
    default: members += [.init("name", .string("replay")), .init("from", .string("beginning"))]
    }
    tell("an operator says \(members.map { "\($0.name) \($0.value)" })")
    try makeRoom()
    steady()
    machine.administer(ConnectionID(.max), 1, .object(members), by: "operator", at: moment, into: &commit!)
    switch deed {
    case 0..<6: shadow.redrive(s)
    case 6, 7: shadow.drop(s)
    case 8: shadow.stop(s)
    case 9, 10:
      shadow.reset(s, toBeginning: deed == 9, kept: machine.kept)
    default: shadow.subscriptions[s].isReplayed = true
    }
    // What was passed over may come behind later ones now.
    if deed > 8 { for event in shadow.events.indices { everDead.insert(event) } }
    errands.insert(deed < 8 ? .redrive : .reset)
    isDirty = true
    try clear()
  }

  private func breakLine(_ line: Line) {
    if chance.percent(35) {
      tell("line \(line.id.raw) is half open")
      line.isSilent = true
      line.toClient = []
      line.toBroker = []
      return
    }
    tell("line \(line.id.raw) is cut")
    line.toBroker.removeLast(chance.below(line.toBroker.count + 1))
    line.toClient.removeLast(chance.below(line.toClient.count + 1))
    line.isClientThere = false
    // The client hears that it is over when it has read what arrived.
    if line.program.line === line { line.isBrokerThere = false }
  }

  /// An orderly end: farewell, and back after a moment.
  private func stop(_ program: Program) {
    guard program.isAlive, program.link.isUp, let line = program.line else { return }
    tell("\(program.credential) \(program.number) stops in order")
    line.say(.message(.farewell(reason: "stops")), due: arrival)
    kill(program, why: "in order")
  }

  private func armPowerCut() {
    guard journal != nil, disk.powerGoesAt == .max else { return }
    disk.powerGoesAt = disk.steps + chance.below(9)
    tell("the power goes at step \(disk.powerGoesAt)")
  }

  private func stopBroker() throws {
    guard journal != nil else { return }
    try clear()
    try apply(.drain(reason: "stops"))
    try clear()
    try flushTouched()
    try clear()
    if wantsClosingMark { try closeMark() }
    throw BrokerDied(why: "stopped in order")
  }

  private func failDisk() {
    guard journal != nil else { return }
    coverage.diskFaults += 1
    disk.fault = (disk.steps + 1 + chance.below(6), chance.percent(60) ? DiskFault.inputOutput : DiskFault.noSpace)
    tell("step \(disk.fault!.step) of the disk will fail with \(disk.fault!.errno)")
  }

  private func fillDisk() {
    if disk.capacity < .max {
      disk.capacity = .max
    } else {
      coverage.diskFaults += 1
      disk.capacity = disk.used + chance.below(60_000)
    }
    tell("the disk has \(disk.capacity) bytes")
  }

  private func jump() {
    wall += Int64(chance.below(7_200_000)) - 3_600_000
    tell("the wall clock jumps to \(wall)")
    guard journal != nil else { return }
    // The machine sees every jump, so that its clock and the shadow's go alike.
    guardBroker { [self] () throws in
      try clear()
      try apply(.tick)
      isDirty = true
    }
  }

  /// A second process of a store, older than the first; or the store as it was yesterday.
  private func ghost() {
    let program = programs[chance.below(2)]
    let name = "\(program.credential)/L\(program.store.lineage)"
    guard journal != nil, let known = shadow.producers.first(where: { $0.name == name }), known.epoch > 1 else { return }
    let isOld = chance.percent(50)
    guard isOld || known.last > 0 else { return }
    connections += 1
    let line = Line(
      ConnectionID(connections), Program(program.number, program.credential, publishes: true, readings: [], store: program.store),
      now: uptime)
    line.say(
      .message(
        .hello(
          Hello(
            version: WireLimits.version, credential: program.credential, secret: "", lineage: program.lineage,
            epoch: isOld ? known.epoch - 1 : known.epoch, highestSequence: isOld ? known.last + 10 : known.last - 1, manifest: Manifest()))),
      due: uptime)
    for number in program.store.rows.prefix(3) { line.say(.fact(number), due: uptime) }
    line.isClientThere = chance.percent(50)
    lines.append(line)
    tell("a ghost of \(name) appears")
  }
}
