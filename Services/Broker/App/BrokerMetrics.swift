import BrokerCore
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
  let strangersDropped: Counter
  let holds: Counter
  let credentialReloads: Counter
  let fallbackReads: Counter
  let fetches: Counter
  let connections: Gauge
  let durableThrough: Gauge
  let dead: Gauge
  let returning: Gauge
  let paused: Gauge
  let inFlight: Gauge
  let lookAhead: Gauge
  let pauses: Counter
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
    strangersDropped = metrics.counter(
      "strangers_dropped_total", help: "Connections without a hello that made room for others, or held too many bytes.")
    holds = metrics.counter(
      "over_rate_total", help: "Times that nothing was read from a connection because its credential was over its rate.")
    credentialReloads = metrics.counter("credential_reloads_total", help: "Changes of the credentials' file that were followed.")
    fallbackReads = metrics.counter("journal_single_reads_total", help: "Events read one by one because they were no longer in memory.")
    fetches = metrics.counter("journal_fetches_total", help: "Reads of backlog on the reader's thread.")
    connections = metrics.gauge("connections", help: "Clients connected.")
    durableThrough = metrics.gauge("durable_through_position", help: "Everything before this position of the journal is durable.")
    dead = metrics.gauge("dead_letters", help: "Dead letters of all subscriptions.")
    returning = metrics.gauge("returning_messages", help: "Redriven and replayed messages that are not settled yet.")
    paused = metrics.gauge("paused_subscriptions", help: "Subscriptions whose flood breaker is open.")
    inFlight = metrics.gauge("in_flight_messages", help: "Deliveries that are not settled.")
    lookAhead = metrics.gauge(
      "look_ahead_messages", help: "Messages read ahead of the first that is not settled, of the subscription with the most.")
    pauses = metrics.counter("flood_pauses_total", help: "Times that a flood breaker opened.")
    syncTime = metrics.histogram("journal_sync_seconds", help: "Time of write and fdatasync of one commit.")
    messagesPerSync = metrics.histogram(
      "events_per_sync", help: "Events that shared one fdatasync.", unit: .count, bounds: Histogram.batches)
  }

  /// Takes over what the machine tells of this moment.
  func note(_ figures: BrokerMachine.Figures) {
    dead.set(Int64(figures.dead))
    returning.set(Int64(figures.returning))
    paused.set(Int64(figures.paused))
    inFlight.set(Int64(figures.inFlight))
    lookAhead.set(Int64(figures.lookAhead))
    pauses.increment(by: max(0, Int64(figures.pauses) - pauses.value))
  }
}
