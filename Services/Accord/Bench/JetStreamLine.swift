import Contracts

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
