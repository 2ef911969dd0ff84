import Contracts
import Wire

extension FuzzTarget {
  /// What a stranger's connection says, as the broker hears it: frames, messages, and whether they count now.
  static let session = FuzzTarget(
    name: "session",
    seeds: {
      let messages = SessionWords.all
      let hello = SessionWords.frame(messages[0])
      var seeds = messages.map { [1] + hello + SessionWords.frame($0) }
      seeds.append([9] + messages.flatMap(SessionWords.frame))
      seeds.append([0] + SessionWords.frame(messages[3]))
      seeds.append([5] + hello + hello)
      seeds.append([5] + hello + [0, 0, 0, 3] + Array("{}]".utf8))
      return seeds
    },
    check: { bytes in
      var input = FuzzInput(bytes)
      var cuts = Cuts(input.byte())
      var whole = Heard()
      if let wrong = whole.take(input.rest, isAll: true) { return wrong }
      var pieces = Heard()
      var arrived = 0
      while arrived < input.rest.count, !pieces.isOver {
        arrived = min(input.rest.count, arrived + cuts.next())
        if let wrong = pieces.take(UnsafeRawBufferPointer(rebasing: input.rest[..<arrived]), isAll: false) { return wrong }
      }
      return whole.told == pieces.told ? nil : "whole it is \(whole.told), cut into pieces \(pieces.told)"
    })

  /// A session's hearing: the decoder, the machine, and what they came to.
  struct Heard {
    private(set) var told: [String] = []
    private(set) var isOver = false
    private var machine = SessionMachine()
    private var decoder = FrameDecoder(payloadBytesMax: WireLimits.helloBytesMax)
    private var consumed = 0

    /// Goes on in `stream`, of which the beginning was heard before; returns what is wrong.
    mutating func take(_ stream: UnsafeRawBufferPointer, isAll: Bool) -> String? {
      machine.heardBytes()
      while !isOver {
        let step: FrameDecoder.Step
        do throws(WireFault) { step = try decoder.next(in: stream, from: consumed) } catch {
          end("frame: \(error.refusal.code)")
          return error.refusal.sentence.isEmpty ? "a fault without a sentence: \(error)" : nil
        }
        guard case .payload(let range) = step else { return nil }
        consumed = range.upperBound
        if let wrong = hear(UnsafeRawBufferPointer(rebasing: stream[range])) { return wrong }
      }
      return nil
    }

    private mutating func end(_ why: String) {
      told.append(why)
      machine.closed()
      isOver = true
    }

    private mutating func hear(_ payload: UnsafeRawBufferPointer) -> String? {
      let message: ClientMessage
      do throws(WireFault) { message = try ClientMessageDecoder.decode(payload) } catch {
        if error.refusal.sentence.isEmpty || error.refusal.code.isEmpty { return "a fault without words: \(error)" }
        guard case .event(let sequence, _) = error else {
          end("fault \(error.refusal.code)")
          return nil
        }
        if sequence == 0 { return "an event is refused under no sequence" }
        judge(machine.receivedRefusedEvent(), "refused \(sequence)")
        return nil
      }
      let before = machine.state
      judge(machine.received(message), "\(message)".prefix(60).description)
      if before == .awaitingHello, machine.state == .greeted {
        guard case .hello = message else { return "greeted by \(message)" }
        decoder.payloadBytesMax = WireLimits.frameBytesMax
      }
      return SessionWords.wrong(message, payload)
    }

    private mutating func judge(_ verdict: SessionMachine.Verdict, _ what: String) {
      switch verdict {
      case .take: told.append("took \(what)")
      case .answer(let id): told.append("pong \(id)")
      case .drop: told.append("dropped")
      case .finish: told.append("finish")
      case .fault(let fault): end("fault \(fault.refusal.code)")
      }
    }
  }
}

/// Messages to begin with, and what must be true of every one that is decoded.
enum SessionWords {
  static let event =
    #"{"specversion":"1.0","id":"a-1","source":"/ledger","type":"ledger.order.captured.v1","partitionkey":"k","data":{"n":1}}"#
  static let all = [
    #"{"op":"hello","version":1,"credential":"ledger","secret":"s","lineage":"L1","epoch":1,"highest":0,"manifest":{"publishes":{"t.v1":{"type":"object"}},"reads":["a.*",{"type":"b.v1","fields":["/id"]}]}}"#,
    #"{"op":"publish","sequence":1,"event":\#(event)}"#, #"{"op":"publish","sequence":2,"event":{"id":"x","id":"y"}}"#,
    #"{"op":"ping","id":7}"#, #"{"op":"pong","id":7}"#,
    #"{"op":"subscribe","handle":1,"name":"n","filters":["a.*","b.v1"],"start":"beginning","dead_key":"pass","messages":5,"bytes":500}"#,
    #"{"op":"subscribe","handle":2,"name":"m","start":{"time":"2026-01-01T00:00:00.000Z"},"messages":1,"bytes":1}"#,
    #"{"op":"working","handle":1,"deliveries":[[1,3],[5,5]]}"#,
    #"{"op":"settle","handle":1,"done":[[1,2]],"exceptions":[{"delivery":3,"verdict":"later","after_ms":250},{"delivery":5,"verdict":"never","reason":"b"}]}"#,
    #"{"op":"extend","handle":1,"deliveries":[[1,1]]}"#, #"{"op":"credit","handle":1,"messages":256,"bytes":4194304}"#,
    #"{"op":"request","id":1,"to":"ledger","subject":"s","deadline_ms":1000,"body":{"q":1}}"#, #"{"op":"reply","id":1,"body":{"a":2}}"#,
    #"{"op":"heal","sequence":1,"event":\#(event)}"#, #"{"op":"mark","through":"2026-01-01T00:00:00.000Z"}"#,
    #"{"op":"admin","id":1,"command":{"name":"status"}}"#,
    #"{"op":"unsubscribe","handle":1,"forget":true}"#, #"{"op":"farewell","reason":"done"}"#,
  ]

  static func frame(_ text: String) -> [UInt8] {
    withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { Array($0) } + Array(text.utf8)
  }

  /// What is wrong with `message`, decoded from `payload`.
  static func wrong(_ message: ClientMessage, _ payload: UnsafeRawBufferPointer) -> String? {
    switch message {
    case .publish(let publish), .heal(let publish):
      let inside = [publish.routing.id, publish.routing.source, publish.routing.type, publish.routing.key]
      guard publish.event.upperBound <= payload.count, publish.sequence > 0, publish.sequence <= WireLimits.numberMax,
        inside.allSatisfy({ !$0.isEmpty && $0.lowerBound > publish.event.lowerBound && $0.upperBound < publish.event.upperBound })
      else { return "a publish with parts outside: \(publish) of \(payload.count) bytes" }
      return nil
    case .working(_, let ranges), .extend(_, let ranges): return ordered(ranges) ?? again(message)
    case .settle(_, let settlement):
      if settlement.exceptions.count > WireLimits.exceptionsMax { return "\(settlement.exceptions.count) exceptions" }
      return ordered(settlement.done) ?? again(message)
    case .credit(_, let messages, let bytes):
      return messages < 0 || bytes < 0 ? "credit of \(messages) messages, \(bytes) bytes" : again(message)
    case .hello, .subscribe, .unsubscribe, .request, .reply, .mark, .admin, .ping, .pong, .farewell: return again(message)
    }
  }

  private static func ordered(_ ranges: DeliveryRanges) -> String? {
    let isOrdered = zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
    return isOrdered && ranges.count <= WireLimits.rangesMax ? nil : "ranges that are not in order: \(ranges.prefix(20))"
  }

  /// Encoded and decoded again a message is the same.
  private static func again(_ message: ClientMessage) -> String? {
    do throws(WireFault) {
      var output: [UInt8] = []
      try ClientMessageEncoder.append(message, to: &output)
      let outcome = output.withUnsafeBytes { bytes in
        Result { () throws(WireFault) in try ClientMessageDecoder.decode(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(4))) }
      }
      let decoded = try outcome.get()
      return decoded == message ? nil : "encoded and decoded it is \(decoded), not \(message)"
    } catch {
      // What was decoded may be longer than a frame once it is spelled out.
      guard case .frameTooLong = error else { return "what was decoded cannot be sent: \(error), \(message)" }
      return nil
    }
  }
}
