/// A promise that was broken: which one, and how it showed.
package struct Wrong: Error, CustomStringConvertible, Sendable {
  package enum Invariant: String, CaseIterable, Sendable {
    case durableFirst = "nothing leaves before it is durable"
    case nothingLost = "what was accepted stays"
    case onlyAccepted = "nobody is told more than was taken"
    case memory = "the disk's memory is the machine's"
    case shadow = "the machine knows what happened, no more and no less"
    case recovery = "the journal opens after a power cut, undamaged"
    case deliveredOnce = "what is settled or dead does not come again"
    case order = "a key's events come in order, to one consumer"
    case attempts = "attempts are counted, kept and never made up"
    case patience = "nothing is tried before its time"
    case bytes = "the bytes that come out are those that went in"
    case fencing = "an old epoch, an old store and an old connection stay out"
    case effects = "every event has its effect once"
    case marks = "no mark passes an earlier fact"
    case credit = "nobody gets more than was asked for"
    case liveness = "in the end everything is settled or dead"
    case bounds = "memory stays within its limits"
    case machines = "the clients' machines find nothing to complain about"
  }

  package let invariant: Invariant
  package let sentence: String
  package var description: String { "\(invariant.rawValue): \(sentence)" }
}

/// The broker's process has come to its end; the next start believes the disk.
struct BrokerDied: Error { let why: String }
