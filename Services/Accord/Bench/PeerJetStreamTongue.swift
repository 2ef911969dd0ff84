import Contracts
import Transport

/// Publishes with `Nats-Msg-Id`, so that the server recognises a repeated one as ours does by its sequence; each is answered on an inbox.
final class JetStreamPublisherTongue: PublisherTongue {
  let opening: [UInt8]
  let publishBytesMax: Int
  private let index: Int
  private let events: LoadEvents
  private let head: [UInt8]

  init(index: Int, plan: LoadPlan) {
    self.index = index
    events = plan.events
    let inbox = "_INBOX.p\(index)"
    opening = Array("\(PeerJetStream.connect)SUB \(inbox) 1\r\nPING\r\n".utf8)
    let name = "NATS/1.0\r\nNats-Msg-Id: "
    let header = name.utf8.count + LoadEvents.nameBytes + 4
    head = Array("HPUB \(plan.events.type) \(inbox) \(header) \(header + plan.events.byteCount)\r\n\(name)".utf8)
    publishBytesMax = head.count + LoadEvents.nameBytes + 4 + plan.events.byteCount + 2
  }

  func publish(_ sequence: UInt64, into room: UnsafeMutableRawPointer) -> Int {
    var pen = LoadPen(room)
    pen.write(head)
    LoadEvents.writeName(publisher: index, sequence: sequence, to: pen.at)
    pen.at += LoadEvents.nameBytes
    pen.write("\r\n\r\n")
    events.render(publisher: index, sequence: sequence, into: pen.at)
    pen.at += events.byteCount
    pen.write("\r\n")
    return pen.at - room
  }

  func hear(_ bytes: UnsafeRawBufferPointer, _ ear: any PublisherEar) -> Int {
    var glance = LoadGlance(bytes)
    var taken = 0
    var accepted: UInt64 = 0
    reading: while let line = glance.line() {
      switch JetStreamLine(bytes, line) {
      case .message(let message):
        guard bytes.count >= glance.at + message.total + 2 else { break reading }
        let body = glance.at..<(glance.at + message.total)
        // {"stream":"BENCH","seq":17}; longer where it was a duplicate or an error.
        glance.at = body.lowerBound
        guard glance.skip("{\"stream\":\"BENCH\",\"seq\":"), glance.number() > 0, glance.at == body.upperBound - 1 else {
          ear.failed("nats-server answered \(glance.text(body))")
          break reading
        }
        accepted += 1
        glance.at = body.upperBound + 2
      case .ping: ear.answer(Array("PONG\r\n".utf8))
      case .pong: ear.welcomed()
      case .nothing: break
      case .error(let text): ear.failed("nats-server said \(text)")
      }
      taken = glance.at
    }
    if accepted > 0 { ear.accepted(accepted) }
    return taken
  }
}

/// Pulls 256 at a time, again as soon as half of a batch has come, and acknowledges each message on its own reply subject.
final class JetStreamSubscriberTongue: SubscriberTongue {
  let opening: [UInt8]
  private let pull: [UInt8]
  private let ask: [UInt8]
  private var outstanding = 0
  private var isAsked = false
  private var wasWelcome = false

  private static let batch = 256

  init(consumer: String) {
    let (deliveries, answers) = ("_INBOX.d.\(consumer)", "_INBOX.i.\(consumer)")
    opening = Array("\(PeerJetStream.connect)SUB \(deliveries) 1\r\nSUB \(answers) 2\r\nPING\r\n".utf8)
    let body = #"{"batch":\#(Self.batch),"expires":60000000000}"#
    pull = Array("PUB $JS.API.CONSUMER.MSG.NEXT.\(PeerJetStream.stream).\(consumer) \(deliveries) \(body.utf8.count)\r\n\(body)\r\n".utf8)
    ask = Array("PUB $JS.API.CONSUMER.INFO.\(PeerJetStream.stream).\(consumer) \(answers) 0\r\n\r\n".utf8)
  }

  func hear(_ bytes: UnsafeRawBufferPointer, _ subscriber: LoadSubscriber) -> Int {
    var glance = LoadGlance(bytes)
    var taken = 0
    reading: while let line = glance.line() {
      switch JetStreamLine(bytes, line) {
      case .message(let message):
        let body = (glance.at + message.header)..<(glance.at + message.total)
        guard bytes.count >= body.upperBound + 2 else { break reading }
        if message.subscription == UInt8(ascii: "2") {
          informed(UnsafeRawBufferPointer(rebasing: bytes[body]), subscriber)
        } else if let reply = message.reply {
          subscriber.event(UnsafeRawBufferPointer(rebasing: bytes[body]))
          acknowledge(UnsafeRawBufferPointer(rebasing: bytes[reply]), subscriber.connection)
          outstanding -= 1
        } else {
          told(glance.text(glance.at..<body.lowerBound), subscriber)
        }
        glance.at = body.upperBound + 2
      case .ping: subscriber.connection.send(Array("PONG\r\n".utf8))
      case .pong:
        wasWelcome = true
        subscriber.ready()
      case .nothing: break
      case .error(let text): subscriber.failed("nats-server said \(text)")
      }
      taken = glance.at
    }
    if wasWelcome, outstanding <= Self.batch / 2 {
      outstanding += Self.batch
      subscriber.connection.send(pull)
    }
    return taken
  }

  private func acknowledge(_ reply: UnsafeRawBufferPointer, _ connection: Connection) {
    connection.append(room: reply.count + 12) { room in
      guard let base = room.baseAddress else { return 0 }
      var pen = LoadPen(base)
      pen.write("PUB ")
      pen.write(reply)
      pen.write(" 0\r\n\r\n")
      return pen.at - base
    }
  }

  /// A status instead of a message: the pull has expired, or something is wrong.
  private func told(_ header: String, _ subscriber: LoadSubscriber) {
    guard header.hasPrefix("NATS/1.0 408") || header.hasPrefix("NATS/1.0 404") else {
      return subscriber.failed("nats-server said \(header)")
    }
    outstanding = 0
  }

  func confirm(_ subscriber: LoadSubscriber) {
    guard !isAsked else { return }
    isAsked = true
    subscriber.connection.send(ask)
  }

  private func informed(_ body: UnsafeRawBufferPointer, _ subscriber: LoadSubscriber) {
    isAsked = false
    guard let info = try? JSON(parsing: Array(body)), let floor = info["ack_floor"]?["stream_seq"]?.integer else {
      return subscriber.failed("nats-server's consumer info was not understood: \(String(decoding: body, as: UTF8.self))")
    }
    if UInt64(floor) > subscriber.settled { subscriber.settled(UInt64(floor) - subscriber.settled) }
  }
}

/// One line of the NATS protocol as a client hears it (docs.nats.io, "Client Protocol").
enum JetStreamLine {
  struct Message {
    /// The first digit of the client's number for its subscription.
    var subscription: UInt8
    /// Where the reply subject stands; nil where there is none.
    var reply: Range<Int>?
    /// Bytes of header, and of header and body together.
    var header: Int
    var total: Int
  }
  case message(Message)
  case ping
  case pong
  case nothing
  case error(String)

  init(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) {
    var glance = LoadGlance(bytes, from: line.lowerBound)
    let hasHeader = glance.stands("HMSG ")
    guard hasHeader || glance.stands("MSG ") else {
      self = glance.stands("PING") ? .ping : glance.stands("PONG") ? .pong : glance.stands("-ERR") ? .error(glance.text(line)) : .nothing
      return
    }
    glance.skip(past: UInt8(ascii: " "))
    glance.skip(past: UInt8(ascii: " "))
    var message = Message(subscription: bytes[glance.at], reply: nil, header: 0, total: 0)
    glance.skip(past: UInt8(ascii: " "))
    // A reply subject begins with no digit.
    if bytes[glance.at] &- 48 >= 10 {
      let start = glance.at
      glance.skip(past: UInt8(ascii: " "))
      message.reply = start..<(glance.at - 1)
    }
    if hasHeader {
      message.header = Int(glance.number())
      glance.at += 1
    }
    message.total = Int(glance.number())
    self = .message(message)
  }
}
