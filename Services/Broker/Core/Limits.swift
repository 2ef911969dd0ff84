import Contracts
import Wire

/// The limits of the broker's memory and patience, each with its reason; what clients are told of is Wire's.
///
/// A value, so that tests can cross them cheaply.
package struct BrokerLimits: Sendable {
  // The journal holds at most 1 MiB + 64 KiB for one input: `inFlightPerConnection`, `buriedPerInput` and the bytes of
  // reasons are chosen so that no input writes more.

  /// Connections that said hello: far more than a company has departments and workers.
  package var connections = 4_096
  /// Credential and lineage pairs ever seen; a lineage is born with a store or its restore, so this is years of mistakes.
  package var producers = 4_096
  /// Types ever published: a vocabulary, not data. A publisher that puts ids into types meets this.
  package var types = 4_096
  /// Versions of one contract that are kept: an outbox that is older than so many is not expected.
  package var contractVersions = 8
  /// Bytes of all contracts and of who reads what: they stand in every checkpoint.
  package var contractBytes = 8_388_608
  /// What a credential without a quota of its own may use: the departments' own programs, which are trusted and must be able to catch up
  /// after a day away. The rates are beyond what the broker takes from all together; fairness among connections is the loop's, which reads
  /// each in turn. 256 connections are a department's workers many times over; 64 subscriptions leave room for three other such greedy ones.
  package var allowance = Allowance(
    connections: 256, messagesPerSecond: 1_000_000, bytesPerSecond: 1_073_741_824, pending: 8_192, subscriptions: 64)
  /// Lineages and types of one credential: a quarter of all, so that the mistake of one leaves room for the others.
  package var producersOfOne = 1_024
  package var typesOfOne = 1_024
  /// The longest that nothing is read from a connection over its rate: below the heartbeat, so that it is never taken for silent.
  package var holdMax: Int64 = 5_000
  /// The longest that a publisher over its rate is told to wait, before it is told again. Milliseconds.
  package var rateWaitMax: Int64 = 60_000
  /// Durable subscriptions; with `settledRanges` this keeps the checkpoint within half a segment.
  package var subscriptions = 256
  /// Subscriptions joined by one connection.
  package var handles = 64
  /// Connections that share one subscription.
  package var consumers = 64

  /// Unanswered publishes of one connection.
  package var window = WireLimits.windowMax
  /// Told in the welcome: one event of 1 MiB and what is around it.
  package var frameBytes = WireLimits.frameBytesMax
  package var heartbeat = WireLimits.heartbeat

  /// What credit may add up to on one handle.
  package var creditMessages = WireLimits.creditMessagesMax
  package var creditBytes = WireLimits.creditBytesMax
  /// Deliveries in flight on one connection: losing it writes one commit, whatever the client granted.
  package var inFlightPerConnection = 8_192
  /// Delivery numbers between the oldest in flight and the next of one handle: bounds the memory of a delivery held for ever.
  package var numbersSpan = 131_072
  /// Bytes on their way to one connection before a flush is reported: a slow reader harms nobody.
  package var queuedBytes = 262_144
  /// What a frame adds to the event's bytes, roughly; counted towards `queuedBytes`.
  package var deliveryOverhead = 192
  /// Events of a subscription between its first unsettled one and its reading: bounds memory where one key is stuck.
  package var lookAhead = 65_536
  /// Islands of settled events beyond the first unsettled one; bounds settle records and checkpoints.
  package var settledRanges = 4_096
  /// One read of backlog: at 500 bytes an event about two thousand, some milliseconds of work for a consumer.
  package var fetchBytes = 1_048_576
  /// Events that are served without reading the disk, and their bytes, which the shell keeps in memory.
  package var tailEvents = 65_536
  package var tailBytes = 16_777_216

  /// A delivery that is not settled by then is taken back. Milliseconds of uptime.
  package var lease: Int64 = 30_000
  /// After so many counted attempts an event is a dead letter: with the backoff below about half an hour.
  package var attempts: UInt32 = 10
  /// The first backoff's upper end; doubled with each attempt, drawn evenly from zero (full jitter). Milliseconds.
  package var backoffFirst: Int64 = 1_000
  /// No backoff is longer: people wait for the repaired program to go on.
  package var backoffMax: Int64 = 300_000
  /// The longest `later` that a consumer may ask for. Milliseconds.
  package var laterMax = WireLimits.laterMax.milliseconds
  /// Dead letters of one subscription. At this many it pauses, so that none is lost and the checkpoint stays small.
  package var deadLetters = 4_096
  /// So many different events that failed in a row, none done, within so many milliseconds: it is the consumer and not the events. A batch
  /// of a healthy one has fewer bad ones; one that fails at everything has used up one attempt of each.
  package var floodFailures = 20
  package var floodSpan: Int64 = 10_000
  /// While deliveries pause, one goes out so often: a repaired program is noticed within half a minute. Milliseconds.
  package var probeEvery: Int64 = 30_000
  /// Where a probe was due and nothing could be sent, it is tried again after as long.
  package var probeAgain: Int64 = 1_000
  /// Redriven or replayed events in the window at once: the live flow keeps nearly all of the look-ahead.
  package var returnsAhead = 64
  /// Read at once for a dead letter and those behind it.
  package var returnBytes = 65_536
  /// What operators did to one subscription, and to those that are gone: as much is kept for the audit, and the journal has the rest.
  package var interventions = 32
  /// Bytes of a filter, a name or a person in an intervention.
  package var interventionBytes = 512

  /// Followers moved behind a dead letter by one input; the rest follow at the next tick.
  package var buriedPerInput = 2_048
  /// The same for a publish, whose event may fill the commit but for 64 KiB.
  package var buriedPerPublish = 128
  /// Of a reason for a dead letter; a sentence for a person.
  package var reasonBytes = 256

  /// How often marks held up by an unsettled event are looked at again. Milliseconds.
  package var markPause: Int64 = 100
  /// Questions under way, in all and by one connection.
  package var requests = 4_096
  package var requestsPerConnection = 256
  /// The longest deadline of a question. Milliseconds.
  package var deadlineMax = WireLimits.deadlineMax.milliseconds
  /// Rows of one admin answer, so that it fits a frame.
  package var answerRows = 256
  /// A subscription that wants nothing of what passes still notes its place this often, in events.
  package var floorNoteEvents: UInt64 = 16_384
  /// How far a publisher's `forget` stays behind, at least: what its outbox still holds can heal a damaged segment.
  package var healBytes: UInt64 = 67_108_864
  /// Holes that a note names, 24 bytes each: more are found again by reading.
  package var holesNoted = 1_024
  /// A segment of which more than one part in so many is still needed is kept as it is: copying it on would not free much.
  package var carriedShare = 4
  /// Events copied forward that are kept in mind, each some 60 bytes in every checkpoint; small segments take fewer.
  package var carried = 65_536
  /// On a full disk: what copying forward leaves for settles in the last segment.
  package var settleRoom = 65_536

  package init() {}

  /// Deliveries in flight on one connection of a credential with this quota.
  func inFlightMax(_ quota: Quota) -> Int { min(inFlightPerConnection, quota.pending ?? allowance.pending) }
}
