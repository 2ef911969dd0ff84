import Dispatch
import Glibc
import Synchronization

/// The command: worlds from fresh seeds on every processor for so many minutes, or one world again with its tale.
package enum Simulate {
  private static let help = """
    Lives through invented worlds: programs, lines, clocks and the broker's own machines over a disk that loses what was not synced.

      accord-simulate [--minutes N] [--worlds N] [--threads N]   fresh seeds until the time is over or so many worlds were seen
      accord-simulate --seed N                                   that world again, and the tale of its end
      accord-simulate --from N --worlds N                        the worlds N, N + 1, ...
      accord-simulate --exhaustive                               small scenarios, cut short at every operation in every way

      --brief        one line at the end: after how many worlds, and which promise
      --steps N      steps of the safety phase of each world (700 otherwise)
      --variants N   power cuts examined at one operation of the disk, at most (4 otherwise)

    Exit code 0: every promise held. 1: a promise was broken; the seed and its last steps are printed. 2: not understood.
    """

  private struct Order {
    var seed: UInt64?
    var from: UInt64?
    var minutes: Double?
    var worlds: Int?
    var threads = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    var options = World.Options()
    var isExhaustive = false
    /// One line at the end and nothing else.
    var isBrief = false
  }

  /// Runs the command; its exit code.
  package static func main(_ arguments: [String]) -> Int32 {
    if arguments.contains("--help") {
      print(help)
      return 0
    }
    guard let order = order(arguments.dropFirst()) else {
      print(help)
      return 2
    }
    if order.isExhaustive { return enumerate() }
    if let seed = order.seed { return again(seed, order.options) }
    return run(order)
  }

  private static func order(_ arguments: ArraySlice<String>) -> Order? {
    var order = Order()
    var rest = arguments
    while let word = rest.popFirst() {
      switch word {
      case "--exhaustive": order.isExhaustive = true
      case "--brief": order.isBrief = true
      default: break
      }
      if word == "--exhaustive" || word == "--brief" { continue }
      guard let value = rest.popFirst() else { return nil }
      switch word {
      case "--seed": order.seed = UInt64(value)
      case "--from": order.from = UInt64(value)
      case "--minutes": order.minutes = Double(value)
      case "--worlds": order.worlds = Int(value)
      case "--threads": order.threads = Int(value) ?? order.threads
      case "--steps": order.options.steps = Int(value) ?? order.options.steps
      case "--variants": order.options.variants = Int(value) ?? order.options.variants
      default: return nil
      }
    }
    return order
  }

  /// The small scenarios.
  private static func enumerate() -> Int32 {
    for scenario in Scenario.allCases {
      do throws(Wrong) {
        let coverage = try scenario.enumerate()
        print("\(coverage.crashPoints) crash points: \(scenario.words)")
      } catch {
        print("\(scenario.words): \(error)")
        return 1
      }
    }
    return 0
  }

  /// One world again.
  private static func again(_ seed: UInt64, _ options: World.Options) -> Int32 {
    var options = options
    options.isTold = true
    let world = World(seed: seed, options: options)
    do throws(Wrong) { try world.run() } catch {
      report(seed, error, world)
      return 1
    }
    print("seed \(seed): every promise held\n\(world.coverage.table)")
    return 0
  }

  private static func report(_ seed: UInt64, _ wrong: Wrong, _ world: World) {
    for step in world.lastSteps { print("  \(step)") }
    print("seed \(seed): \(wrong)\nagain: accord-simulate --seed \(seed)")
  }

  /// A world that kept or broke its promises.
  package static func live(_ seed: UInt64, _ options: World.Options) -> (coverage: Coverage, wrong: Wrong?) {
    let world = World(seed: seed, options: options)
    do throws(Wrong) { try world.run() } catch { return (world.coverage, error) }
    return (world.coverage, nil)
  }

  private struct Run: Sendable {
    var coverage = Coverage()
    var found: (seed: UInt64, worlds: Int, wrong: Wrong)?
  }

  private static func run(_ order: Order) -> Int32 {
    let first = order.from ?? UInt64.random(in: 1...UInt64(UInt32.max)) << 20
    let minutes = order.minutes ?? (order.worlds == nil ? 1 : .infinity)
    let began = now()
    let end = began + minutes * 60
    if !order.isBrief { print("seeds from \(first), \(order.threads) threads") }
    let run = Mutex(Run())
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: order.threads) { _ in
      while now() < end {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < order.worlds ?? .max else { return }
        let lived = live(first + UInt64(index), order.options)
        let isOver = run.withLock { run in
          run.coverage.add(lived.coverage)
          if let wrong = lived.wrong, run.found == nil { run.found = (first + UInt64(index), run.coverage.worlds, wrong) }
          return run.found != nil
        }
        if isOver { return }
      }
    }
    let result = run.withLock { $0 }
    let seconds = now() - began
    if order.isBrief {
      guard let found = result.found else { return 0 }
      let worlds = String(found.worlds)
      print(String(repeating: " ", count: max(0, 9 - worlds.count)) + worlds + "  " + found.wrong.description)
      return 1
    }
    print(result.coverage.table)
    let points = result.coverage.crashPoints
    print("\(points) crash points in \(rounded(seconds)) s, \(rounded(Double(points) / seconds * 60 / 1_000)) thousand a minute")
    guard let found = result.found else { return 0 }
    print("broken after \(found.worlds) worlds")
    _ = again(found.seed, order.options)
    return 1
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func rounded(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}
