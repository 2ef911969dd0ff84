import Contracts

/// The limits of a department's side of the mesh, each with its reason.
package enum MeshLimits {
  // The link.

  /// A connection that needs longer than this would not carry a business either.
  package static let connectTimeout = Duration.seconds(5)
  /// The broker answers a hello from memory: five seconds are a stalled or a wrong program.
  package static let welcomeTimeout = Duration.seconds(5)
  /// The first retry comes fast: most absences are a restart that takes a fraction of a second.
  package static let retryFirst = Duration.milliseconds(50)
  /// A broker that comes back is noticed within half a minute at worst.
  package static let retryMax = Duration.seconds(30)
  /// What only a person can mend is retried slowly, so that the mend is noticed without another start.
  package static let retrySlow = Duration.seconds(10)
  /// A link that held so long was a good one: the next trouble starts from the fast retry again.
  package static let goodAfter = Duration.seconds(5)
  /// Three silent heartbeats in a row are an end, one is a hiccup.
  package static let heartbeatsMissedMax = 3
  /// A heartbeat below this would be a flood; whatever the welcome says is raised to it.
  package static let heartbeatMin = Duration.milliseconds(100)
  /// Within this an ordered stop says farewell, whatever is still unanswered: half of the 8 s that a program's stop has is others'.
  package static let drainTimeout = Duration.seconds(3)
  /// A farewell that is not flushed within this is not waited for.
  package static let leaveTimeout = Duration.seconds(1)

  // Consumers.

  /// Deliveries in hand at once: enough to keep one transaction busy while the next ones gather, and two megabytes of usual facts.
  package static let creditMessages = 1_024
  /// Four of the largest messages.
  package static let creditBytes = 4 << 20
  /// A transaction's fixed cost is well spread over so many: its sync, and the last page of each table, which each transaction writes anew.
  package static let batchMessages = 512
  /// Bounds what one transaction keeps in memory, beside one message that is larger.
  package static let batchBytes = 1 << 20
  /// From so many on a batch takes the processors as long work does: half a millisecond, beside which asking for it is nothing. Who waits for
  /// facts one by one has fewer.
  package static let longBatchMessages = 16
  /// How long one batch may hold the store's only writer: a person's command waits behind it.
  package static let batchTime = Duration.milliseconds(5)
  /// Half a lease is left when it is extended, so that one lost beat does not lose the lease.
  package static let extendAtShareOfLease = 2
  /// A batch that is at work longer than this is told of in `accord status`: people wonder before the lease ends.
  package static let slowBatch = Duration.seconds(30)
  /// A handler that takes longer than this hangs: its lease is let go, so that status and attempts show it.
  package static let extendMax = Duration.seconds(600)
  /// After the store refused a batch: first pause; a full disk is not mended within milliseconds.
  package static let storePause = Duration.milliseconds(500)
  /// After many refusals in a row.
  package static let storePauseMax = Duration.seconds(10)
  /// Keys that wait for their failed message; beyond this the oldest is let go and the broker's own order stands alone.
  package static let barsMax = 65_536

  // The relay.

  /// How long to wait when the outbox cannot be read at the start: the store tells of it itself, and a person mends it.
  package static let outboxRetry = Duration.seconds(1)
  /// Rows of one read from the outbox: half a megabyte of usual facts, so that a backlog is not read page by page.
  package static let relayChunk = 512
  /// Rows read ahead of the window: the disk works while answers are on their way.
  package static let relayAhead = 1_024
  /// Rows below the forget mark before they are worth a transaction of their own at once.
  package static let trimRows: UInt64 = 4_096
  /// Fewer rows wait so long for company.
  package static let trimEvery = Duration.seconds(1)
  /// Nothing was told for so long: between the chunks of a long run the broker may have everything for a moment.
  package static let trimPause = Duration.milliseconds(250)
  /// The same while facts are told or wait for the broker: some 80 MB of usual facts, and a bite now and then.
  package static let trimRowsBusy: UInt64 = 65_536
  package static let trimEveryBusy = Duration.seconds(5)
  /// How often a department says up to when it has told everything.
  package static let markEvery = Duration.seconds(1)
  /// A passing refusal is not retried sooner than this, whatever the broker says, nor later than `resumeMax`.
  package static let resumeMin = Duration.milliseconds(10)
  package static let resumeMax = Duration.seconds(60)

  // Requests.

  /// Questions without an answer at once.
  package static let requestsMax = 1_024
  /// No question lives longer.
  package static let requestDeadlineMax = Duration.seconds(60)
}
