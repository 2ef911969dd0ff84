package import Contracts
package import Store

/// How one kind of run goes on: one chunk of it, in the transaction that moves its cursor. `Timestamp` is now. It asks the pace before each
/// row. A throw takes the chunk back.
package typealias RunRule = @Sendable (Runs.Run, Timestamp, inout Transaction, inout ChunkPace) throws -> RunStep

/// How a chunk of a run ended.
package enum RunStep: Sendable {
  /// More is to do, from `cursor` on. `counts` are added to the run's counters.
  case goOn(cursor: [UInt8], counts: [String: Int64] = [:])
  /// That was the last of it. What the run came to is its counters and these.
  case finished(counts: [String: Int64] = [:])
  /// Nothing can be done as things stand. What the chunk wrote is taken back, and the rule is asked again after this much of the machine's
  /// time, or when a manual clock is advanced.
  case waits(Duration)
}
