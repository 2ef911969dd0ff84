import Telemetry

/// What the broker counts.
struct BrokerMetrics {
  let events: Counter
  let deliveries: Counter
  let settles: Counter
  let commits: Counter
  let syncs: Counter
  let bytesWritten: Counter
  let rolls: Counter
  let wrongCredentials: Counter
  let forgotten: Counter
  let healed: Counter
  let damage: Counter
  let oldestKept: Gauge
  let fallbackReads: Counter
  let fetches: Counter
  let connections: Gauge
  let durableThrough: Gauge
  let syncTime: Histogram
  let messagesPerSync: Histogram

  init(_ metrics: Metrics) {
    events = metrics.counter("events_accepted_total", help: "Events that became durable.")
    deliveries = metrics.counter("deliveries_total", help: "Events sent to consumers, repetitions included.")
    settles = metrics.counter("settle_frames_total", help: "Settle frames taken from consumers.")
    commits = metrics.counter("commits_total", help: "Commits, those without records included.")
    syncs = metrics.counter("journal_syncs_total", help: "Calls of fdatasync for commits.")
    bytesWritten = metrics.counter("journal_written_bytes_total", help: "Bytes of commits written to the journal.", unit: .bytes)
    rolls = metrics.counter("journal_rolls_total", help: "Segments begun.")
    wrongCredentials = metrics.counter("wrong_credentials_total", help: "Hellos turned away for an unknown name or a wrong secret.")
    forgotten = metrics.counter("journal_forgotten_total", help: "Times that old segments were let go of.")
    healed = metrics.counter("journal_healed_total", help: "Events written again at their old places from their producers' rows.")
    damage = metrics.counter("journal_damaged_total", help: "Damaged stretches that were found.")
    oldestKept = metrics.gauge("journal_oldest_position", help: "Where the oldest kept segment begins.")
    fallbackReads = metrics.counter("journal_single_reads_total", help: "Events read one by one because they were no longer in memory.")
    fetches = metrics.counter("journal_fetches_total", help: "Reads of backlog on the reader's thread.")
    connections = metrics.gauge("connections", help: "Clients connected.")
    durableThrough = metrics.gauge("durable_through_position", help: "Everything before this position of the journal is durable.")
    syncTime = metrics.histogram("journal_sync_seconds", help: "Time of write and fdatasync of one commit.")
    messagesPerSync = metrics.histogram(
      "events_per_sync", help: "Events that shared one fdatasync.", unit: .count, bounds: Histogram.batches)
  }
}
