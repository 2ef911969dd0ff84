import Contracts
import Transport

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
