import Contracts
import MeshMachines
import TestKit
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

extension SeededRandom {
  mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
