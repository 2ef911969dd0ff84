package import Contracts

/// What a client says to the broker; one frame each. PROTOCOL.md gives the JSON.
package enum ClientMessage: Sendable, Equatable {
  case hello(Hello)
  case publish(Publish)
  /// A row that the broker asked for because its journal lost it.
  case heal(Publish)
  case subscribe(Subscribe)
  /// Stops deliveries on `handle`; where `forget`, the durable subscription itself is deleted.
  case unsubscribe(handle: UInt32, forget: Bool)
  /// Grants more: adds to what is left.
  case credit(handle: UInt32, messages: Int, bytes: Int)
  /// These deliveries have been started: only such count an attempt when their consumer dies.
  case working(handle: UInt32, DeliveryRanges)
  case settle(handle: UInt32, Settlement)
  /// Restarts the lease of these deliveries.
  case extend(handle: UInt32, DeliveryRanges)
  case request(Request)
  case reply(Reply)
  /// Everything that happened here up to `through` has been published before this frame.
  case mark(through: Timestamp)
  case admin(id: UInt64, command: JSON)
  case ping(UInt64)
  case pong(UInt64)
  case farewell(reason: String)
}

/// Ascending, disjoint, inclusive ranges of delivery numbers.
package typealias DeliveryRanges = [ClosedRange<UInt64>]

/// The first frame of a connection, due within five seconds.
package struct Hello: Sendable, Equatable {
  package var version: Int
  /// The credential's name, such as `ledger`, and its secret.
  package var credential: String
  package var secret: String
  /// The random id born with the publisher's store; nil for a publisher without a store, or a pure reader.
  package var lineage: String?
  /// Raised at each start of the publisher; a lower one of the same lineage is fenced.
  package var epoch: UInt64
  /// The highest sequence in the publisher's outbox ever; 0 where it never published.
  package var highestSequence: UInt64
  package var manifest: Manifest

  package init(
    version: Int, credential: String, secret: String, lineage: String?, epoch: UInt64, highestSequence: UInt64, manifest: Manifest
  ) {
    self.version = version
    self.credential = credential
    self.secret = secret
    self.lineage = lineage
    self.epoch = epoch
    self.highestSequence = highestSequence
    self.manifest = manifest
  }
}

/// What a program publishes (type to JSON schema) and what it reads. An empty one is none.
package struct Manifest: Sendable, Equatable {
  /// Types that a program reads, and what of their data.
  package struct Read: Sendable, Equatable {
    /// An exact type, `prefix.*`, or `*`.
    package var type: String
    /// JSON pointers into the data; `*` and numbers stand for every element of an array. Empty: all of it.
    package var fields: [String]

    package init(_ type: String, fields: [String] = []) {
      self.type = type
      self.fields = fields
    }

    /// Whether events of `type` are read.
    package func matches(_ type: String) -> Bool {
      self.type.utf8.last == UInt8(ascii: "*") ? type.hasPrefix(self.type.dropLast()) : type == self.type
    }
  }

  package var publishes: [JSON.Member]
  package var reads: [Read]

  package init(publishes: [JSON.Member] = [], reads: [Read] = []) {
    self.publishes = publishes
    self.reads = reads
  }

  /// Reads the whole data of each.
  package init(publishes: [JSON.Member] = [], reads types: [String]) {
    self.init(publishes: publishes, reads: types.map { Read($0) })
  }
}

/// One event offered under the publisher's own sequence. Ranges are byte offsets into the frame's payload.
package struct Publish: Sendable, Equatable {
  package var sequence: UInt64
  /// The whole event object.
  package var event: Range<Int>
  package var routing: RoutingFields

  package init(sequence: UInt64, event: Range<Int>, routing: RoutingFields) {
    self.sequence = sequence
    self.event = event
    self.routing = routing
  }
}

/// Where an event's routing attributes stand in the frame: the characters between the quotation marks, unescaped as they are.
/// Where its data stands, as well.
package struct RoutingFields: Sendable, Equatable {
  package var id: Range<Int>
  package var source: Range<Int>
  package var type: Range<Int>
  /// `partitionkey`, or where absent `subject`, or where absent `id`.
  package var key: Range<Int>
  /// The value of `data`, whatever its kind; empty where absent.
  package var data: Range<Int>

  package init(id: Range<Int>, source: Range<Int>, type: Range<Int>, key: Range<Int>, data: Range<Int> = 0..<0) {
    self.id = id
    self.source = source
    self.type = type
    self.key = key
    self.data = data
  }
}

/// Opens or joins a durable subscription. `handle` is the client's own small number for it on this connection.
package struct Subscribe: Sendable, Equatable {
  package enum Start: Sendable, Equatable {
    /// Only events accepted from now on.
    case new
    case beginning
    case position(UInt64)
    case time(Timestamp)
  }
  /// What a dead-lettered message does to those behind it with the same key.
  package enum DeadKey: String, Sendable { case park, pass }

  package var handle: UInt32
  /// Unique per credential; the broker knows it as `credential/name`.
  package var name: String
  /// Exact types or `prefix.*`; empty means every type.
  package var filters: [String]
  /// Used when the subscription does not exist yet.
  package var start: Start
  package var deadKey: DeadKey
  package var creditMessages: Int
  package var creditBytes: Int

  package init(
    handle: UInt32, name: String, filters: [String], start: Start, deadKey: DeadKey, creditMessages: Int, creditBytes: Int
  ) {
    self.handle = handle
    self.name = name
    self.filters = filters
    self.start = start
    self.deadKey = deadKey
    self.creditMessages = creditMessages
    self.creditBytes = creditBytes
  }
}

/// How deliveries ended: done by ranges, all else one by one.
package struct Settlement: Sendable, Equatable {
  package struct Exception: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable {
      /// Try again, not before so long. Nil leaves the backoff to the broker.
      case later(after: Duration?)
      /// Will never succeed: to the dead letters, with the reason.
      case never(reason: String)
    }
    package var delivery: UInt64
    package var verdict: Verdict
    package init(delivery: UInt64, verdict: Verdict) {
      self.delivery = delivery
      self.verdict = verdict
    }
  }
  package var done: DeliveryRanges
  package var exceptions: [Exception]
  package init(done: DeliveryRanges, exceptions: [Exception] = []) {
    self.done = done
    self.exceptions = exceptions
  }
}

/// A question to another program, answered at most once, never journaled: personal data may travel here and nowhere else.
package struct Request: Sendable, Equatable {
  package var id: UInt64
  /// The credential asked (from a client), or asking (from the broker).
  package var peer: String
  package var subject: String
  /// Milliseconds left; on passing the broker answers for the silent peer.
  package var deadline: Duration
  package var body: JSON
  package init(id: UInt64, peer: String, subject: String, deadline: Duration, body: JSON) {
    self.id = id
    self.peer = peer
    self.subject = subject
    self.deadline = deadline
    self.body = body
  }
}

/// The answer to a request: a body, or why there is none.
package struct Reply: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    case answered(JSON)
    case failed(Refusal)
  }
  package var id: UInt64
  package var outcome: Outcome
  package init(id: UInt64, outcome: Outcome) {
    self.id = id
    self.outcome = outcome
  }
}

/// A no with a code for programs and a sentence for people: what happened, why, what to do.
package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
  package var code: String
  package var sentence: String
  package init(code: String, sentence: String) {
    self.code = code
    self.sentence = sentence
  }
  package var description: String { "\(sentence) [\(code)]" }
}
