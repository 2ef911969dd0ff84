import Contracts
import Dispatch
import Glibc
import HTTP
import Host
import Synchronization
import Transport

/// Asks for customers' tables at instants fixed beforehand, whatever became of the requests before: a late answer is late from its instant
/// on, and whoever had to wait for it is late as well.
final class BenchDeskCourse: Sendable {
  struct Outcome {
    var times = LoadHistogram()
    var bytes = 0
    /// Answers that were read, and the rows in them.
    var looked = 0
    var rows = 0
    /// From the first instant until the last answer.
    var seconds = 0.0
    fileprivate var trouble: String?

    var rowsPerAnswer: Double { Double(rows) / Double(max(1, looked)) }
    var kibibytesPerAnswer: Double { Double(bytes) / 1_024 / Double(max(1, times.count)) }
  }

  private static let connections = 8
  /// Each so many-th answer is read whole; of the others only the status and the length are looked at, for reading takes longer than making.
  private static let lookEvery = 100

  private let house: BenchMeshHouse
  private let rate: Int
  private let customers: Int64
  private let near: [Int64]
  /// What follows the path.
  private let query: String

  /// `rows`: how many are wanted of a table; nil for as many as the door gives.
  init(_ house: BenchMeshHouse, _ shop: BenchDeskShop, rate: Int, rows: Int?) {
    self.house = house
    self.rate = rate
    query = rows.map { "?limit=\($0)" } ?? ""
    customers = shop.customers
    near = shop.near().map { shop.customer(of: $0) }
  }

  /// Every fourth request is about somebody with an order in reach.
  private func customer(_ number: Int) -> Int64 {
    number % 4 == 0 && !near.isEmpty ? near[(number / 4 &* 7_919) % near.count] : Int64(number) &* 2_654_435_761 % customers
  }

  func run(seconds: Int) throws(Complaint) -> Outcome {
    let began = Reactor.uptime() + 100_000_000
    let state = Mutex(Outcome())
    let group = DispatchGroup()
    for connection in 0..<Self.connections {
      DispatchQueue(label: "accord.bench.desk.\(connection)").async(group: group) { [self] in
        do {
          var session = try house.session(with: "service")
          let headers = house.headers()
          for number in stride(from: connection, to: rate * seconds, by: Self.connections) {
            let intended = began + Int64(number) * 1_000_000_000 / Int64(rate)
            BenchInput.sleep(until: intended)
            let answer = try session.send(.get, "/v1/customers/P-\(customer(number))/offers\(query)", headers: headers)
            let time = Reactor.uptime() - intended
            let rows = number % Self.lookEvery == 0 ? (try JSON(parsing: answer.body))["offers"]?.array?.count : nil
            state.withLock { state in
              state.times.add(time)
              state.bytes += answer.body.count
              if let rows { (state.looked, state.rows) = (state.looked + 1, state.rows + rows) }
              if answer.status != 200 { state.trouble = state.trouble ?? "an answer was \(answer.status)" }
            }
          }
        } catch { state.withLock { $0.trouble = $0.trouble ?? "\(error)" } }
      }
    }
    group.wait()
    var outcome = state.withLock(\.self)
    outcome.seconds = Double(Reactor.uptime() - began) / 1_000_000_000
    if let trouble = outcome.trouble { throw Complaint(code: .refused, happened: trouble, advice: "see \(house.data)/logs") }
    return outcome
  }
}
