import Contracts

/// What both directions have in common.
extension MemberWalk {
  /// The first member, which names the message: plainly spelled, before all others.
  @inline(__always)
  mutating func op() throws(WireFault) -> MemberName {
    guard try next(), name.equals("op"), nextByte == .quote else { throw .opNotFirst }
    do {
      let span = unsafe try JSONScanner.scanString(bytes, from: offset)
      offset = span.end
      return unsafe MemberName(bytes, span)
    } catch { throw WireFault(error) }
  }

  /// The fault for a message that this side does not know. The whole frame is checked first: broken JSON is the worse news.
  mutating func unknown(_ op: MemberName) -> WireFault {
    do {
      while try next() { try skip() }
      try end()
    } catch { return error }
    let shown = op.span.start..<min(op.span.close, op.span.start + 32)
    return .unknownOp(unsafe String(decoding: bytes[shown], as: UTF8.self))
  }

  /// Ascending, disjoint pairs; nil where the value is null.
  mutating func ranges() throws(WireFault) -> DeliveryRanges? {
    var ranges: DeliveryRanges = []
    let present = try elements("ranges", limit: WireLimits.rangesMax) { walk throws(WireFault) in
      var pair: (low: UInt64?, high: UInt64?) = (nil, nil)
      var count = 0
      let isArray = try walk.elements("ranges", limit: WireLimits.rangesMax) { walk throws(WireFault) in
        let number = try walk.rangeEnd()
        if count == 0 { pair.low = number }
        if count == 1 { pair.high = number }
        count += 1
      }
      guard isArray, count == 2, let low = pair.low, let high = pair.high else { throw walk.wrong(.ranges) }
      guard low <= high, ranges.last.map({ $0.upperBound < low }) ?? true else { throw .rangesNotAscending(walk.nameText) }
      ranges.append(low...high)
    }
    return present ? ranges : nil
  }

  /// One end of a range: plain digits before a comma or a bracket.
  private mutating func rangeEnd() throws(WireFault) -> UInt64 {
    let written = try skip()
    guard written.count <= 16 else { throw wrong(.ranges) }
    var value: UInt64 = 0
    for at in written {
      let digit = unsafe bytes[at] &- .zero
      guard digit <= 9 else { throw wrong(.ranges) }
      value = value &* 10 &+ UInt64(digit)
    }
    guard value <= WireLimits.numberMax else { throw wrong(.ranges) }
    return value
  }

  mutating func exceptions() throws(WireFault) -> [Settlement.Exception] {
    var exceptions: [Settlement.Exception] = []
    _ = try elements("exceptions", limit: WireLimits.exceptionsMax) { walk throws(WireFault) in
      guard try walk.beginsObject() else { throw walk.wrong(.object) }
      var inner = unsafe try MemberWalk(walk.bytes, from: walk.offset, depth: walk.depth + 1)
      exceptions.append(try inner.exception())
      walk.offset = inner.offset
    }
    return exceptions
  }

  private mutating func exception() throws(WireFault) -> Settlement.Exception {
    var delivery: UInt64?
    var verdict: String?
    var after: Duration?
    var reason: String?
    while try next() {
      switch name {
      case "delivery": delivery = try number()
      case "verdict":
        verdict = try text(wanted: .verdict)
        guard verdict == nil || verdict == "later" || verdict == "never" else { throw wrong(.verdict) }
      case "after_ms": after = try duration(upTo: UInt64(WireLimits.laterMax.milliseconds), wanted: .wait)
      case "reason": reason = try text(0...WireLimits.sentenceBytesMax)
      default: try skip()
      }
    }
    guard let delivery else { throw .missing("delivery") }
    guard let verdict else { throw .missing("verdict") }
    if verdict == "later" { return Settlement.Exception(delivery: delivery, verdict: .later(after: after)) }
    guard let reason else { throw .missing("reason") }
    return Settlement.Exception(delivery: delivery, verdict: .never(reason: reason))
  }

  /// `peerName` is `to` from a client and `from` from the broker.
  mutating func request(peerName: StaticString) throws(WireFault) -> Request {
    var id: UInt64?
    var peer: String?
    var subject: String?
    var deadline: Duration?
    var body: JSON?
    while try next() {
      switch name {
      case "id": id = try number()
      case peerName: peer = try plainName(WireLimits.credentialBytesMax, of: .credential)
      case "subject": subject = try text(1...WireLimits.subjectBytesMax)
      case "deadline_ms": deadline = try duration(from: 1, upTo: UInt64(WireLimits.deadlineMax.milliseconds), wanted: .deadline)
      case "body": body = try json()
      default: try skip()
      }
    }
    try end()
    guard let id else { throw .missing("id") }
    guard let peer else { throw .missing("\(peerName)") }
    guard let subject else { throw .missing("subject") }
    guard let deadline else { throw .missing("deadline_ms") }
    guard let body else { throw .missing("body") }
    return Request(id: id, peer: peer, subject: subject, deadline: deadline, body: body)
  }

  /// A body, or a code and a sentence.
  mutating func reply() throws(WireFault) -> Reply {
    var id: UInt64?
    var body: JSON?
    var code: String?
    var sentence: String?
    while try next() {
      switch name {
      case "id": id = try number()
      case "body": body = try json()
      case "code": code = try text(1...WireLimits.subjectBytesMax)
      case "sentence": sentence = try text(0...WireLimits.sentenceBytesMax)
      default: try skip()
      }
    }
    try end()
    guard let id else { throw .missing("id") }
    if let code {
      guard let sentence else { throw .missing("sentence") }
      return Reply(id: id, outcome: .failed(Refusal(code: code, sentence: sentence)))
    }
    guard let body else { throw .missing("body") }
    return Reply(id: id, outcome: .answered(body))
  }

  /// `bodyName` is `command` from a client and `answer` from the broker.
  mutating func admin(bodyName: StaticString) throws(WireFault) -> (id: UInt64, body: JSON) {
    var id: UInt64?
    var body: JSON?
    while try next() {
      switch name {
      case "id": id = try number()
      case bodyName: body = try json()
      default: try skip()
      }
    }
    try end()
    guard let id else { throw .missing("id") }
    guard let body else { throw .missing("\(bodyName)") }
    return (id, body)
  }

  mutating func farewell() throws(WireFault) -> String {
    var reason: String?
    while try next() {
      if name.equals("reason") { reason = try text(0...WireLimits.sentenceBytesMax) } else { try skip() }
    }
    try end()
    guard let reason else { throw .missing("reason") }
    return reason
  }
}
