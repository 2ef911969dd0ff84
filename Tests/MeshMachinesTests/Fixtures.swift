import Contracts
import MeshMachines
import Wire

func at(_ milliseconds: Int64) -> Uptime { Uptime(milliseconds: milliseconds) }

/// Middle of the road: neither the shortest nor the longest wait.
let jitter: UInt32 = 0x8000_0000

func refusal(_ code: String) -> Refusal { Refusal(code: code, sentence: "no") }

func welcome(
  last: UInt64 = 0, id: String? = nil, forget: UInt64 = 0, window: Int = 4, heartbeat: Duration = .seconds(10)
) -> Welcome {
  Welcome(
    version: 1, journal: "j", lastSequence: last, lastEventID: id, forget: forget, deduplicated: true,
    limits: SessionLimits(frameBytesMax: 1 << 20, windowMax: window, heartbeat: heartbeat, lease: .seconds(30)),
    now: Timestamp(milliseconds: 0))
}

/// A test's stand-in for a committed transaction.
struct Written: Proof { let verdicts: Verdicts }

/// A small seeded generator (SplitMix64, Steele, Lea and Flood 2014): the same seed gives the same run everywhere.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
