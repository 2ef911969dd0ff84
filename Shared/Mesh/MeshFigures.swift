import Telemetry

/// What a department's side of the mesh counts.
struct MeshFigures: Sendable {
  let connects: Counter
  let up: Gauge
  let waiting: Gauge
  let published: Counter
  let refused: Counter
  let delivered: Counter
  let done: Counter
  let seenBefore: Counter
  let later: Counter
  let never: Counter
  let rolledBack: Counter
  let batchMessages: Histogram
  let batchSeconds: Histogram

  init(_ metrics: Metrics) {
    connects = metrics.counter("mesh_connects_total", help: "Times the broker let this program in.")
    up = metrics.gauge("mesh_up", help: "1 while there is a link to the broker.")
    waiting = metrics.gauge("mesh_outbox_waiting", help: "Facts that the broker has not confirmed.")
    published = metrics.counter("mesh_published_total", help: "Publishes sent, repetitions included.")
    refused = metrics.counter("mesh_refused_total", help: "Facts that the broker will never take: a bug each.")
    delivered = metrics.counter("mesh_delivered_total", help: "Deliveries received.")
    done = metrics.counter("mesh_done_total", help: "Messages handled and durable.")
    seenBefore = metrics.counter("mesh_seen_before_total", help: "Messages that had been handled before: settled without handling.")
    later = metrics.counter("mesh_later_total", help: "Messages put off by their handler.")
    never = metrics.counter("mesh_never_total", help: "Messages sent to the dead letters.")
    rolledBack = metrics.counter("mesh_batches_rolled_back_total", help: "Batches that the store could not write; no attempt counted.")
    batchMessages = metrics.histogram(
      "mesh_batch_messages", help: "Messages in one transaction.", unit: .count, bounds: Histogram.batches)
    batchSeconds = metrics.histogram("mesh_batch_seconds", help: "From the beginning of a batch to its being durable.")
  }
}
