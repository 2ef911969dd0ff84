import Contracts
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// Plans and the offers that they carry.
enum Plans {
  /// What led to a charge of a subscription at `instant`: the last change before it; nil where none is known.
  static func change(
    of subscription: Identifier<Subscription>, at instant: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> SubscriptionChanged.Change? {
    var found: SubscriptionChanged.Change?
    for one in try OrderFile.events(of: subscription.text, in: reading) {
      if case .subscriptionChanged(let fact) = one.event, fact.changedAt <= instant { found = fact.change }
    }
    return found
  }
}
