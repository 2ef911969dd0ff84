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
  let strangersDropped: Counter
  let holds: Counter
  let credentialReloads: Counter
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
    strangersDropped = metrics.counter(
      "strangers_dropped_total", help: "Connections without a hello that made room for others, or held too many bytes.")
    holds = metrics.counter(
      "over_rate_total", help: "Times that nothing was read from a connection because its credential was over its rate.")
    credentialReloads = metrics.counter("credential_reloads_total", help: "Changes of the credentials' file that were followed.")
    fallbackReads = metrics.counter("journal_single_reads_total", help: "Events read one by one because they were no longer in memory.")
    fetches = metrics.counter("journal_fetches_total", help: "Reads of backlog on the reader's thread.")
    connections = metrics.gauge("connections", help: "Clients connected.")
    durableThrough = metrics.gauge("durable_through_position", help: "Everything before this position of the journal is durable.")
    syncTime = metrics.histogram("journal_sync_seconds", help: "Time of write and fdatasync of one commit.")
    messagesPerSync = metrics.histogram(
      "events_per_sync", help: "Events that shared one fdatasync.", unit: .count, bounds: Histogram.batches)
  }
}
