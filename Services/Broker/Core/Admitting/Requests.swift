import Contracts
import Journal
import Wire

/// Questions between programs that are under way: who asked, who is asked, until when. Never journaled.
struct Requests: Sendable {
  struct Pending: Sendable {
    let asker: ConnectionID
    /// The asker's own number for it.
    let askedAs: UInt64
    let peer: ConnectionID
    /// The asker's place among the accounts.
    let account: Int
    /// Uptime.
    let due: Int64
  }

  private var pending: [UInt64: Pending] = [:]
  private var next: UInt64 = 1

  var count: Int { pending.count }
  /// When the first deadline passes; uptime.
  private(set) var nextDue = Int64.max

  func count(of asker: ConnectionID) -> Int { pending.values.count { $0.asker == asker } }

  /// The broker's number for a new question.
  mutating func add(_ question: Pending) -> UInt64 {
    defer { next += 1 }
    pending[next] = question
    nextDue = min(nextDue, question.due)
    return next
  }

  /// Ends the question that `peer` answers; nil where it asks for none of its own, or too late.
  mutating func answer(_ id: UInt64, by peer: ConnectionID) -> Pending? {
    guard let question = pending[id], question.peer == peer else { return nil }
    pending[id] = nil
    return question
  }

  /// Takes out the questions whose deadline has passed, in the order of asking.
  mutating func overdue(at uptime: Int64) -> [Pending] {
    guard nextDue <= uptime else { return [] }
    return take { $0.due <= uptime }
  }

  /// Takes out all that `connection` was asked or asked itself, in the order of asking.
  mutating func lost(_ connection: ConnectionID) -> [Pending] { take { $0.peer == connection || $0.asker == connection } }

  private mutating func take(_ matches: (Pending) -> Bool) -> [Pending] {
    let ids = pending.filter { matches($0.value) }.keys.sorted()
    let taken = ids.compactMap { pending.removeValue(forKey: $0) }
    nextDue = pending.values.map(\.due).min() ?? .max
    return taken
  }
}

extension BrokerMachine {
  mutating func ask(_ slot: Int, _ request: Request, _ now: Moment, into commit: inout Gathering<Effect>) {
    let id = connections[slot].id
    func fail(_ code: String, _ sentence: String) {
      let reply = Reply(id: request.id, outcome: .failed(Refusal(code: code, sentence: sentence)))
      commit.afterDurable(.send(id, .reply(reply)))
    }
    let account = connections[slot].account
    guard connections[slot].rights.mayAsk(request.peer) else {
      return fail(
        "not_allowed", "The credential \(connections[slot].credential) may not put questions to \(request.peer); ask for the right.")
    }
    guard requests.count < limits.requests, requests.count(of: id) < limits.requestsPerConnection,
      accounts[account].questions < accounts[account].allowance.pending
    else { return fail("limit", "Too many questions are under way; wait for answers before asking more.") }
    // The newest connection of a program is the likeliest to be alive.
    guard
      let peer = connections.indices.filter({
        connections[$0].isOpen && !connections[$0].isLeaving && $0 != slot
          && connections[$0].credential == request.peer
      }).max(by: { connections[$0].order < connections[$1].order })
    else { return fail("nobody_there", "\(request.peer) is not connected; ask again later.") }
    // What it has not read yet would only grow.
    guard outlets[peer].queuedBytes < limits.queuedBytes else {
      return fail("limit", "\(request.peer) has not yet read what was sent to it; ask again later.")
    }
    accounts[account].questions += 1
    let wait = min(max(1, request.deadline.milliseconds), limits.deadlineMax)
    let asked = requests.add(
      Requests.Pending(asker: id, askedAs: request.id, peer: connections[peer].id, account: account, due: now.uptime + wait))
    let question = Request(
      id: asked, peer: connections[slot].credential, subject: request.subject, deadline: .milliseconds(wait), body: request.body)
    commit.afterDurable(.send(connections[peer].id, .request(question)))
  }

  mutating func answer(_ slot: Int, _ reply: Reply, into commit: inout Gathering<Effect>) {
    guard let question = requests.answer(reply.id, by: connections[slot].id) else { return }
    accounts[question.account].questions -= 1
    commit.afterDurable(.send(question.asker, .reply(Reply(id: question.askedAs, outcome: reply.outcome))))
  }

  mutating func endOverdueRequests(_ now: Moment, into commit: inout Gathering<Effect>) {
    for question in requests.overdue(at: now.uptime) {
      accounts[question.account].questions -= 1
      let refusal = Refusal(code: "deadline", sentence: "The program asked has not answered in time; ask again later.")
      commit.afterDurable(.send(question.asker, .reply(Reply(id: question.askedAs, outcome: .failed(refusal)))))
    }
  }

  mutating func endRequests(lost connection: ConnectionID, into commit: inout Gathering<Effect>) {
    for question in requests.lost(connection) {
      accounts[question.account].questions -= 1
      guard question.asker != connection else { continue }
      let refusal = Refusal(code: "nobody_there", sentence: "The program asked has gone away without an answer; ask again later.")
      commit.afterDurable(.send(question.asker, .reply(Reply(id: question.askedAs, outcome: .failed(refusal)))))
    }
  }
}
