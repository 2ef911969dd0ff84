import Host
import Glibc
import Transport

/// redis-server as a durable log: one stream, append-only file with `appendfsync always`, no snapshots, no rewriting of the file while
/// it is measured, everything else as it comes.
final class PeerRedis: BenchServer {
  let process: BenchProcess
  let port: UInt16
  let title = "redis-server (appendfsync always)"

  init(_ path: String, data: String) throws(Complaint) {
    port = try BenchPlaces.freePort()
    process = try BenchProcess(
      path: path,
      arguments: [
        "--port", "\(port)", "--bind", "127.0.0.1", "--dir", data, "--daemonize", "no", "--save", "", "--appendonly", "yes",
        "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0", "--loglevel", "warning", "--logfile", "\(data).log",
      ], data: data)
    do throws(Complaint) {
      try PeerDialogue.untilReady(process, port) { dialogue throws(SystemError) in
        try dialogue.say("PING\r\n")
        return try dialogue.line() == "+PONG"
      }
    } catch {
      process.stop()
      throw error
    }
  }

  /// One consumer group for each subscription.
  func prepare(_ plan: LoadPlan) throws(Complaint) {
    do throws(SystemError) {
      var dialogue = try PeerDialogue(port)
      for subscription in plan.subscriptions {
        try dialogue.say("XGROUP CREATE s \(subscription.credential) 0 MKSTREAM\r\n")
        let answer = try dialogue.line()
        guard answer == "+OK" else { throw SystemError(.read, EPROTO, on: "redis-server, which answered \(answer)") }
      }
    } catch { throw Complaint(host: error) }
  }

  func publisherTongue(_ index: Int, _ plan: LoadPlan) -> any PublisherTongue { RedisPublisherTongue(index: index, plan: plan) }

  func subscriberTongue(_ subscription: LoadSubscription, _ plan: LoadPlan) -> any SubscriberTongue {
    RedisSubscriberTongue(group: subscription.credential)
  }
}

/// XADD of the event as the one field of an entry, pipelined. Redis has nothing that would recognise a repeated publish.
final class RedisPublisherTongue: PublisherTongue {
  let opening = Array("PING\r\n".utf8)
  let publishBytesMax: Int
  private let index: Int
  private let events: LoadEvents
  private let head: [UInt8]

  init(index: Int, plan: LoadPlan) {
    self.index = index
    events = plan.events
    head = Array("*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$1\r\ne\r\n$\(plan.events.byteCount)\r\n".utf8)
    publishBytesMax = head.count + plan.events.byteCount + 2
  }

  func publish(_ sequence: UInt64, into room: UnsafeMutableRawPointer) -> Int {
    var pen = LoadPen(room)
    pen.write(head)
    pen.write(events, publisher: index, sequence: sequence)
    return pen.at - room
  }

  func hear(_ bytes: UnsafeRawBufferPointer, _ ear: any PublisherEar) -> Int {
    var glance = LoadGlance(bytes)
    var taken = 0
    var accepted: UInt64 = 0
    while let line = glance.line(), let first = line.first {
      switch bytes[first] {
      case UInt8(ascii: "$"):
        // The entry's id, which nobody needs.
        guard glance.line() != nil else {
          if accepted > 0 { ear.accepted(accepted) }
          return taken
        }
        accepted += 1
      case UInt8(ascii: "+"): ear.welcomed()
      default: ear.failed("redis-server said \(glance.text(line))")
      }
      taken = glance.at
    }
    if accepted > 0 { ear.accepted(accepted) }
    return taken
  }
}

/// XREADGROUP of 256 at a time, blocking; each entry acknowledged by an XACK of its own, a batch of them in one write with the next read.
final class RedisSubscriberTongue: SubscriberTongue {
  let opening: [UInt8]
  private let read: [UInt8]
  private let acknowledge: [UInt8]
  /// Entries of the reply that are still to come.
  private var entries = 0
  private var answer: [UInt8] = []

  private static let batch = 256

  init(group: String) {
    read =
      Array(
        "*11\r\n$10\r\nXREADGROUP\r\n$5\r\nGROUP\r\n$\(group.utf8.count)\r\n\(group)\r\n$1\r\nc\r\n$5\r\nCOUNT\r\n$3\r\n\(Self.batch)\r\n"
          .utf8)
      + Array("$5\r\nBLOCK\r\n$4\r\n5000\r\n$7\r\nSTREAMS\r\n$1\r\ns\r\n$1\r\n>\r\n".utf8)
    acknowledge = Array("*4\r\n$4\r\nXACK\r\n$1\r\ns\r\n$\(group.utf8.count)\r\n\(group)\r\n".utf8)
    opening = Array("PING\r\n".utf8)
  }

  func hear(_ bytes: UnsafeRawBufferPointer, _ subscriber: LoadSubscriber) -> Int {
    var glance = LoadGlance(bytes)
    var taken = 0
    while true {
      if entries > 0 {
        guard entry(&glance, subscriber) else { return taken }
        entries -= 1
        if entries == 0 { ask(subscriber) }
      } else {
        guard reply(&glance, subscriber) else { return taken }
      }
      taken = glance.at
    }
  }

  /// `*2 $15 ID *2 $1 e $512 EVENT`, a line each. False while it is not whole.
  private func entry(_ glance: inout LoadGlance, _ subscriber: LoadSubscriber) -> Bool {
    let start = glance.at
    guard glance.line() != nil, let length = glance.line(), let id = glance.line(), glance.line() != nil, glance.line() != nil,
      glance.line() != nil, let size = glance.line()
    else {
      glance.at = start
      return false
    }
    var number = LoadGlance(glance.bytes, from: size.lowerBound + 1)
    let count = Int(number.number())
    guard glance.bytes.count >= glance.at + count + 2 else {
      glance.at = start
      return false
    }
    subscriber.event(UnsafeRawBufferPointer(rebasing: glance.bytes[glance.at..<(glance.at + count)]))
    glance.at += count + 2
    answer += acknowledge
    answer += UnsafeRawBufferPointer(rebasing: glance.bytes[length.lowerBound..<(id.upperBound + 2)])
    return true
  }

  /// The head of a batch, the count of an XACK, or the end of a blocking read. False while it is not whole.
  private func reply(_ glance: inout LoadGlance, _ subscriber: LoadSubscriber) -> Bool {
    let start = glance.at
    guard let line = glance.line(), !line.isEmpty else { return false }
    if glance.bytes[line.lowerBound] == UInt8(ascii: ":") {
      var number = LoadGlance(glance.bytes, from: line.lowerBound + 1)
      subscriber.settled(number.number())
      return true
    }
    switch glance.text(line) {
    case "+PONG":
      subscriber.ready()
      ask(subscriber)
    case "*-1": ask(subscriber)
    case "*1":
      // *2, $1, s, and how many entries follow.
      guard glance.line() != nil, glance.line() != nil, glance.line() != nil, let head = glance.line() else {
        glance.at = start
        return false
      }
      var number = LoadGlance(glance.bytes, from: head.lowerBound + 1)
      entries = Int(number.number())
    case let text: subscriber.failed("redis-server said \(text)")
    }
    return true
  }

  private func ask(_ subscriber: LoadSubscriber) {
    subscriber.connection.send(answer)
    subscriber.connection.send(read)
    answer.removeAll(keepingCapacity: true)
  }
}
