import BrokerCore
import Contracts
import Journal
import Telemetry
import Transport
import Wire

extension BrokerLoop {
  /// Lets the effects of a durable commit happen, in their order. HOT.
  func perform(_ effects: [Effect], touched: inout [Session]) {
    for effect in effects {
      switch effect {
      case .accepted(let id, let through, let forget):
        sessions.lend(id)?._withUnsafeGuaranteedRef { session in
          session.accepted = (through, forget)
          touch(session, &touched)
        }
      case .deliver(let id, let handle, let number, let position, let attempt, let producer, let sequence, let bytes):
        sessions.lend(id)?._withUnsafeGuaranteedRef { session in
          // Touched first: that keeps it, should its delivery end it.
          touch(session, &touched)
          deliver(to: session, handle, number, position, attempt, producer, sequence, bytes)
        }
      case .send(let id, let message):
        guard let session = sessions[id] else {
          answerDesk(id, message)
          continue
        }
        send(message, to: session)
        touch(session, &touched)
      case .fetch(let subscription, let from, let bytesMax):
        metrics.fetches.increment()
        backlog.read(subscription, from: from, bytesMax: bytesMax, before: journal.durableThrough) { [unowned self] fetched in
          apply(.fetched(subscription: subscription, from: from, fetched))
        }
      case .carry, .forget, .examine, .heal, .mend: keep(effect)
      case .close(let id, let refusal):
        guard let session = sessions[id] else { continue }
        log.warning("session.ended", "\(session.credential ?? "a client") was sent away: \(refusal)")
        end(session, refusal)
      }
    }
  }

  func touch(_ session: Session, _ touched: inout [Session]) {
    guard !session.isTouched else { return }
    session.isTouched = true
    touched.append(session)
  }

  /// One control frame. What was accepted before it leaves before it.
  func send(_ message: BrokerMessage, to session: Session) {
    if let accepted = session.accepted.take() { send(.accepted(through: accepted.through, forget: accepted.forget), to: session) }
    var frame: [UInt8] = []
    do throws(WireFault) { try BrokerMessageEncoder.append(message, to: &frame) } catch {
      // An answer too long for a frame (a status of thousands of rows) must not take the connection with it.
      log.error("session.unsendable", "an answer was left out: \(error)")
      return
    }
    session.connection.send(frame)
    // Who does not read is not heard: else what he asks for would pile up here.
    if session.connection.queuedBytes > DoorLimits.unreadBytesMax { session.hold(.unread) }
  }

  /// Header, event, closing brace: three copies into the out buffer, nothing allocated. HOT.
  private func deliver(
    to session: Session, _ handle: UInt32, _ number: UInt64, _ position: Position, _ attempt: UInt32, _ producer: UInt32,
    _ sequence: UInt64, _ bytes: UInt32
  ) {
    metrics.deliveries.increment()
    if let event = recent.event(at: position) ?? backlog.event(at: position) {
      return append(event, to: session, handle, number, position, attempt, producer, sequence)
    }
    metrics.fallbackReads.increment()
    let found: Void? = backlog.readOne(machine.place(of: position), before: journal.durableThrough) {
      append($0, to: session, handle, number, position, attempt, producer, sequence)
    }
    guard found == nil else { return }
    // Durable and verified when it was indexed, unreadable now: the consumer must not skip it silently.
    log.error("journal.unreadable", "the event at position \(position.value) cannot be read any more; run accord verify")
    end(
      session,
      Refusal(code: "damaged", sentence: "an event on its way here cannot be read from the journal any more; the operator must verify it"))
  }

  private func append(
    _ event: UnsafeRawBufferPointer, to session: Session, _ handle: UInt32, _ number: UInt64, _ position: Position, _ attempt: UInt32,
    _ producer: UInt32, _ sequence: UInt64
  ) {
    // The machine is asked only for a producer that is new here: handing it over would count up each of its parts, delivery by delivery.
    if !producers.knows(producer) { producers.note(producer, machine.producerName(producer)) }
    producers.withName(of: producer) { name in
      session.connection.append(room: DeliveryHeader.bytesMax(producer: name.count)) { room in
        DeliveryHeader.render(
          handle: handle, number: number, position: position.value, attempt: attempt, producer: name, sequence: sequence,
          eventBytes: event.count, into: room)
      }
    }
    session.connection.append(event)
    Self.brace.withUnsafeBytes { session.connection.append($0) }
  }

  private static let brace: [UInt8] = [UInt8(ascii: "}")]
}

/// The producers' names as delivery headers want them, rendered once each. Plain memory, as each delivery asks: nothing is counted up.
struct ProducerNames {
  /// By number; as many as the machine numbers. They live as long as the program.
  private let names: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>

  init(_ countMax: Int) {
    names = .allocate(capacity: countMax)
    names.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  func knows(_ producer: UInt32) -> Bool { !names[Int(producer)].isEmpty }

  func note(_ producer: UInt32, _ name: String) {
    let rendered = DeliveryHeader.producer(name)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: rendered.count, alignment: 1)
    room.copyBytes(from: rendered)
    names[Int(producer)] = UnsafeRawBufferPointer(room)
  }

  /// Lends the name of a known producer. HOT.
  @inline(__always)
  func withName(of producer: UInt32, _ body: (UnsafeRawBufferPointer) -> Void) { body(names[Int(producer)]) }
}
