import Dispatch
import Transport

/// A bounded crew for one lane: so many handlers at a time, so many requests waiting, and no more.
///
/// Belongs to the reactor's thread; only the work itself runs elsewhere.
final class Workers: @unchecked Sendable {
  private struct Job {
    let work: @Sendable () -> Response
    let done: (Response) -> Void
    let isWanted: () -> Bool
  }

  private let reactor: Reactor
  private let waitingMax: Int
  private var idle: [DispatchQueue]
  private var waiting: [Job] = []
  private var running: [ObjectIdentifier: Job] = [:]

  /// Serial queues, one per worker: each has a thread of its own while it blocks.
  init(_ name: String, count: Int, waitingMax: Int, reactor: Reactor) {
    self.reactor = reactor
    self.waitingMax = waitingMax
    idle = (0..<count).map { DispatchQueue(label: "accord.http.\(name).\($0)") }
  }

  var waitingCount: Int { waiting.count }

  /// Has `work` run by a worker and `done` called with its answer on the reactor's thread; skips it where `isWanted` says no when its turn
  /// comes. False where the crew and the bench are full.
  func run(_ work: @escaping @Sendable () -> Response, isWanted: @escaping () -> Bool, done: @escaping (Response) -> Void) -> Bool {
    let job = Job(work: work, done: done, isWanted: isWanted)
    if let queue = idle.popLast() {
      start(job, on: queue)
    } else {
      guard waiting.count < waitingMax else { return false }
      waiting.append(job)
    }
    return true
  }

  private func start(_ job: Job, on queue: DispatchQueue) {
    running[ObjectIdentifier(queue)] = job
    let work = job.work
    queue.async { [self] in
      let response = work()
      reactor.post { self.finished(queue, response) }
    }
  }

  private func finished(_ queue: DispatchQueue, _ response: Response) {
    let job = running.removeValue(forKey: ObjectIdentifier(queue))
    while let next = waiting.first {
      waiting.removeFirst()
      guard next.isWanted() else { continue }
      start(next, on: queue)
      job?.done(response)
      return
    }
    idle.append(queue)
    job?.done(response)
  }
}
