import Contracts
import Glibc
import Host

/// Moves the clocks of a running sandbox together, step by step, and waits at each step until the mesh is at rest (ClockSteps).
struct Stepping {
  /// What came of it.
  struct Outcome {
    let now: Timestamp
    /// How many times the clocks were moved.
    let moves: Int
  }

  private let folder: DataFolder
  private let office: Office?

  /// `office` is asked about the broker; nil where nobody knows where that is.
  init(_ folder: DataFolder, _ office: Office?) {
    self.folder = folder
    self.office = office
  }

  /// Returns once all stand at `target` and are at rest. Where no program runs, the folder's clock alone is moved.
  func move(to target: Timestamp) throws(Complaint) -> Outcome {
    var steps = ClockSteps(to: target, at: Clock.uptimeMilliseconds)
    while true {
      let standings = try look()
      guard standings.contains(where: { $0.program != "broker" }) else { return Outcome(now: try set(target), moves: 1) }
      switch steps.looked(standings, at: Clock.uptimeMilliseconds) {
      case .lookAgain: usleep(Self.pauseMicroseconds)
      case .move(let instant): try set(instant)
      case .arrived(let now): return Outcome(now: now, moves: steps.moves)
      case .stuck(let sentence):
        throw Complaint(
          code: .temporary, happened: sentence,
          advice: "`accord status --data \(folder.path)` tells more; advance again, or with --jump to move the clocks all the same")
      }
    }
  }

  @discardableResult
  private func set(_ instant: Timestamp) throws(Complaint) -> Timestamp {
    do throws(ClockFault) { return try ManualClock.advance(to: instant, in: folder) } catch {
      // Somebody ended at this moment, or hangs: the next look shows who is where.
      if case .unanswered = error { return instant }
      throw Complaint(host: error)
    }
  }

  /// The broker first: what it had delivered by then, its readers have settled or tell of when they are asked after it.
  private func look() throws(Complaint) -> [Standing] {
    let broker = office?.askIfThere("broker", "/v1/status")
    let departments: [Standing]
    do { departments = try ManualClock.standings(in: folder) } catch { throw Complaint(host: error) }
    guard let broker else { return departments }
    // Whoever has something in hand knows more of why than the broker, which waits for them.
    return departments + [Self.standing(ofBroker: broker, present: Set(departments.map(\.program)))]
  }

  /// The broker is busy while a department that is there has not settled all that it should hear.
  private static func standing(ofBroker status: JSON, present: Set<String>) -> Standing {
    var standing = Standing(program: "broker", told: UInt64(max(0, status["durable_through"]?.integer ?? 0)))
    for subscription in status["subscriptions"]?.array ?? [] {
      guard let name = subscription["name"]?.string, present.contains(String(name.prefix { $0 != "/" })) else { continue }
      let (behind, flight) = (subscription["behind"]?.integer ?? 0, subscription["in_flight"]?.integer ?? 0)
      guard behind > 0 || flight > 0 else { continue }
      standing.busy = "waits for \(name), which is \(behind) bytes behind (\(subscription["waits_for"]?.string ?? "unknown"))"
      break
    }
    return standing
  }

  private static let pauseMicroseconds: UInt32 = 3_000
}
