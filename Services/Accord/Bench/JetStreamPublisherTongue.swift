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
    pen.write(events, publisher: index, sequence: sequence)
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
