import Contracts
import Foundation
import Host
import TestKit
import Testing

/// Whatever people do, and however late, doubled or out of order it becomes known: nobody is credited twice, no stale sheet is used, no offer
/// goes live past a shut gate, no hold and no reservation is lost, nobody who left does anything, and what takes two is not done by one. What
/// breaks is told as the shortest story that breaks it.
struct WorldTests {
  /// How many stories; more with `ACCORD_STORIES`.
  private static let stories = ProcessInfo.processInfo.environment["ACCORD_STORIES"].flatMap(Int.init) ?? 40
  /// Whoever only counts stories need not wait for the shortest of them.
  private static let isShortened = ProcessInfo.processInfo.environment["ACCORD_SHORTEST"] != "no"

  @Test func `no sequence of what people do breaks what the departments promise each other`() throws {
    var random = Seed.printed(for: "worlds")
    var seen: [String: Int] = [:]
    var blocked: Set<String> = []
    for number in 1...Self.stories {
      let steps = WorldWeek.story(using: &random)
      let watch = try ShortestStory.play(steps).watch
      if let fault = watch.fault {
        let told = try Self.isShortened ? ShortestStory(of: steps, breaking: fault.promise).description : fault.sentence
        Issue.record("ACCORD_SEED=\(random.seed), story \(number), \(fault.promise):\n\(told)")
        return
      }
      if let sentence = watch.blocked { blocked.insert(sentence) }
      for (type, count) in watch.seen { seen[type, default: 0] += count }
    }
    // Worlds in which nothing happens show nothing.
    for type in [
      "marketing.offer.launched", "marketing.offer.blocked", "ledger.remedy.granted", "service.hold.placed", "service.answer.given",
      "service.promise.answered", "marketing.message.sent", "marketing.offer.versioned", "marketing.offer.paused",
      "service.capacity.changed",
      "service.parity.approved", "ledger.policy.proposed",
    ] { #expect(seen["\(type).v1", default: 0] > 0, "\(type) never happened: \(seen) \(blocked.sorted().prefix(4))") }
  }

  /// Stories in which no offer ever goes live would show little.
  @Test func `what is ordinary goes as it should: an offer, one beside it, and another version`() throws {
    let steps = WorldWeek.ordinary + WorldWeek.anotherOffer + [.deliver(60, 8), .hours(29), .deliver(40, 9)] + WorldWeek.anotherVersion
    let watch = try ShortestStory.play(steps).watch
    #expect(watch.fault == nil, "\(watch.fault?.sentence ?? "")")
    let all: Set = ["\(GateWatch.sunday)@1", "\(GateWatch.welcome)@1", "\(GateWatch.sunday)@2"]
    #expect(watch.launched == all, "\(watch.blocked ?? "nothing was blocked") \(watch.seen.sorted { $0.key < $1.key })")
  }

  /// A hold that never arrives is noticed, and told as a short story.
  @Test func `what is lost on the way is found, and its story is short`() throws {
    var random = Seed.printed(for: "lossy worlds")
    let losing: @Sendable (DomainEvent) -> Bool = { event in
      if case .holdTurned = event { true } else { false }
    }
    for _ in 0..<20 {
      let steps = WorldWeek.story(using: &random)
      guard let fault = try ShortestStory.play(steps, losing: losing).watch.fault else { continue }
      let least = try ShortestStory(of: steps, breaking: fault.promise, losing: losing)
      #expect(least.steps.count <= 3 || fault.promise != .lostHold, "\(least)")
      #expect(least.description.contains("complains"))
      return
    }
    Issue.record("no world noticed that holds were lost")
  }

  @Test func `every planted fault can still be planted`() throws {
    let planted = try MutantPatches.plant(of: "DepartmentTests")
    #expect(planted.count >= 10)
    #expect(planted.failed.isEmpty, "cannot be planted any more: make them anew for the sources as they are (deploy/worlds)")
  }
}
