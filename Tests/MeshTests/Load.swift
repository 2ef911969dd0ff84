import Contracts
import Foundation
import HTTP
import Synchronization
import Telemetry
import TestKit

/// Customers that order as fast as the ledger answers. Each repeats an order under the same key until it is acknowledged, whatever dies meanwhile.
final class Load: Sendable {
  private struct State {
    var cents: Int64 = 0
    var acknowledged: [String: [String]] = [:]
    var strange: [String] = []
    var repetitions = 0
    var isOver = false
  }

  private let caller: Caller
  private let state = Mutex(State())
  private let threads = DispatchGroup()

  /// `tills` threads, each with `customers` of its own, so that a customer's orders come one after the other.
  init(_ caller: Caller, tills: Int = 4, customers: Int = 3) {
    self.caller = caller
    for till in 1...tills {
      threads.enter()
      OwnThread.start("till") { [self] in
        run(till, customers)
        threads.leave()
      }
    }
  }

  /// Orders acknowledged so far.
  var count: Int { state.withLock { $0.acknowledged.values.reduce(0) { $0 + $1.count } } }
  /// What the acknowledged orders cost together.
  var cents: Int64 { state.withLock { $0.cents } }
  /// Times that an order had to be sent again.
  var repetitions: Int { state.withLock { $0.repetitions } }

  /// Waits until `more` further orders are acknowledged.
  func awaitMore(_ more: Int, within limit: Duration = .seconds(60)) throws {
    let wanted = count + more
    try eventually("\(more) more orders are acknowledged", within: limit) { count >= wanted }
  }

  /// Lets every till finish the order at hand; returns the acknowledged orders of each customer in the order in which they were captured, and
  /// every answer that should not have come.
  func finish(within limit: Duration = .seconds(90)) throws -> (orders: [String: [String]], strange: [String]) {
    state.withLock { $0.isOver = true }
    guard threads.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds))) == .success else {
      throw NeverHappened("within \(limit): every order at hand is acknowledged")
    }
    return state.withLock { ($0.acknowledged, $0.strange) }
  }

  private func run(_ till: Int, _ customers: Int) {
    var number = 0
    var line = Line(caller)
    while !state.withLock({ $0.isOver }) {
      number += 1
      let customer = "customer-\(till)-\(number % customers)"
      let order = "order-\(till)-\(number)"
      do {
        try eventually("\(order) is acknowledged", within: .seconds(80)) { isAcknowledged(order, customer, &line) }
        state.withLock {
          $0.acknowledged[customer, default: []].append(order)
          $0.cents += Self.price(order)
        }
      } catch {
        return state.withLock { $0.strange.append("\(error)") }
      }
    }
  }

  /// Every order has a price of its own, so that sums tell one from another.
  fileprivate static func price(_ order: String) -> Int64 { 1_000 + order.utf8.reduce(0) { ($0 * 31 + Int64($1)) % 7_919 } }

  /// Sends the order once.
  private func isAcknowledged(_ order: String, _ customer: String, _ line: inout Line) -> Bool {
    guard let response = line.send(order, customer) else {
      state.withLock { $0.repetitions += 1 }
      return false
    }
    if response.status == 200 || response.status == 201 { return true }
    // 503 is "not now". After all were started again another program may listen where the ledger did: it knows no such door.
    if response.status != 503, response.status != 404 {
      state.withLock { $0.strange.append("\(order): \(response.status) \(response.text)") }
    }
    line.hangUp()
    state.withLock { $0.repetitions += 1 }
    return false
  }

  /// A till's connection to the ledger, made again where it broke.
  private struct Line: ~Copyable {
    private let caller: Caller
    private let secret: String
    private var session: HTTPSession?

    init(_ caller: Caller) {
      self.caller = caller
      secret = (try? caller.secret()) ?? ""
    }

    mutating func hangUp() { session = nil }

    mutating func send(_ order: String, _ customer: String) -> Response? {
      do {
        if session == nil { session = try HTTPSession(host: "127.0.0.1", port: caller.port("ledger"), timeout: .seconds(2)) }
        let headers: Headers = ["Authorization": "Bearer \(secret)", "Idempotency-Key": "key/\(order)"]
        let response = try session?.send(
          .post, "/v1/orders", headers: headers, body: Caller.order(order, customer, Load.price(order)).bytes, timeout: .seconds(10))
        if session?.isAlive != true { session = nil }
        return response
      } catch {
        // Away or cut off in the middle: nobody knows whether it was captured. It is sent again under the same key.
        session = nil
        return nil
      }
    }
  }
}
