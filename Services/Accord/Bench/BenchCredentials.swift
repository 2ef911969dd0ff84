import Contracts
import Host

/// The credentials of a broker that is measured: a department's, but for quotas that are wider than what is asked of it. Quotas are counted
/// all the same, event by event.
enum BenchCredentials {
  static let names = ["ledger", "marketing", "service"]

  /// Mints what a first start of the broker on the folder `data` would, with wide quotas. Before the start.
  static func widen(_ data: String) throws(Complaint) {
    var wish = CredentialBook.Wish()
    wish.quota = [.connections: 4_096, .subscriptions: 256, .messagesPerSecond: 10_000_000, .bytesPerSecond: 10_737_418_240]
    do {
      let now = Clock.system().now()
      var book = try CredentialBook(DataFolder.open(data, sandbox: false, now: now), now: now)
      for name in names { try book.change(name, wish) }
    } catch { throw Complaint(host: error) }
  }
}
