import Contracts
import Host

/// The shortest part of a story that still breaks the promise which the whole broke, told so that a stranger can follow it: what each did,
/// who heard what by it, and what was told because of it.
struct ShortestStory: CustomStringConvertible {
  /// Facts that never arrive, where a test plants a loss.
  typealias Loss = @Sendable (DomainEvent) -> Bool

  let steps: [WorldStep]
  let description: String

  init(of steps: [WorldStep], breaking promise: Watch.Promise, losing: Loss? = nil) throws {
    let breaks = { (steps: [WorldStep]) throws -> Bool in try Self.play(steps, losing: losing).watch.fault?.promise == promise }
    self.steps = try Self.plainer(try Self.shorter(steps, breaks), breaks)
    let world = try Self.play(self.steps, losing: losing, isTold: true)
    description = Self.told(self.steps, world)
  }

  /// Lives through `steps`, up to the first promise that breaks, and looks at every store at the end.
  static func play(_ steps: [WorldStep], losing: Loss? = nil, isTold: Bool = false) throws -> World {
    let world = try World()
    try world.begin()
    if let losing { world.loses = { event, _ in losing(event) } }
    if isTold { world.diary = [[]] }
    for step in steps {
      try world.take(step)
      if world.watch.fault != nil { return world }
      world.diary?.append([])
    }
    try world.end()
    for house in world.houses where world.watch.fault == nil {
      let findings = try house.findings()
      if let first = findings.first { world.watch.broken(.notTaken, "\(house.department.name) finds \(first)") }
    }
    return world
  }

  // MARK: Shortening

  /// Ever smaller pieces are left out (delta debugging, Zeller 1999).
  private static func shorter(_ steps: [WorldStep], _ breaks: ([WorldStep]) throws -> Bool) throws -> [WorldStep] {
    var (steps, size) = (steps, max(1, steps.count / 2))
    while true {
      var at = 0
      var isAnyGone = false
      while at < steps.count {
        let rest = Array(steps[..<at] + steps[min(at + size, steps.count)...])
        if try breaks(rest) {
          steps = rest
          isAnyGone = true
        } else {
          at += size
        }
      }
      guard size > 1 || isAnyGone else { return steps }
      size = max(1, size / 2)
    }
  }

  /// Of each step no more than is needed.
  private static func plainer(_ steps: [WorldStep], _ breaks: ([WorldStep]) throws -> Bool) throws -> [WorldStep] {
    var steps = steps
    for place in steps.indices {
      for less in steps[place].lesser {
        var tried = steps
        tried[place] = less
        if try breaks(tried) {
          steps = tried
          break
        }
      }
    }
    return steps
  }

  // MARK: Telling

  private static func told(_ steps: [WorldStep], _ world: World) -> String {
    var lines: [String] = []
    let diary = world.diary ?? []
    for (number, step) in steps.enumerated() {
      lines.append("\(number + 1). \(step)")
      if number < diary.count { lines += lined(diary[number]) }
    }
    if diary.count > steps.count, let end = diary.last, !end.isEmpty { lines += ["and everybody hears the rest:"] + lined(end) }
    return (lines + ["then: \(world.watch.fault?.sentence ?? "nothing breaks any more")"]).joined(separator: "\n")
  }

  /// What came of one step: who heard what of it, then who told what, with how often where it is more than once.
  private static func lined(_ entries: [World.Entry]) -> [String] {
    lined(entries, areHeard: true) + lined(entries, areHeard: false)
  }

  private static func lined(_ entries: [World.Entry], areHeard: Bool) -> [String] {
    var lines: [(who: String, what: [(name: String, count: Int)])] = []
    for entry in entries where entry.isHeard == areHeard {
      let who = "\(entry.department) \(areHeard ? "hears" : "tells")"
      let line = lines.firstIndex { $0.who == who } ?? lines.endIndex
      if line == lines.endIndex { lines.append((who, [])) }
      if let known = lines[line].what.firstIndex(where: { $0.name == entry.fact }) {
        lines[line].what[known].count += 1
      } else {
        lines[line].what.append((entry.fact, 1))
      }
    }
    return lines.map { line in
      "     \(line.who) " + line.what.map { $0.count == 1 ? $0.name : "\($0.name) (\($0.count) times)" }.joined(separator: ", ")
    }
  }
}
