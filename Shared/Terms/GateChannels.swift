package import Contracts

/// Whether whoever buys by some channel is answered by one afterwards: the gate's row `channels`.
package enum GateChannels {
  /// The channels by which an offer is bought and that have no counterpart, by name. An offer that names none is for all of the shop's:
  /// `soldBy`, as far as is known.
  package static func missing(
    _ document: OfferDocument, _ counterparts: [String: CounterpartNamed], soldBy: [String]
  ) -> [String] {
    Set(document.eligibility.channels ?? soldBy).subtracting(counterparts.keys).sorted()
  }

  /// `counterparts` by the channel before the purchase; `asked` is when the gate was asked first.
  package static func row(
    _ document: OfferDocument, _ counterparts: [String: CounterpartNamed], soldBy: [String], asked: Timestamp
  ) -> OfferScheduled.GateRow {
    let missing = missing(document, counterparts, soldBy: soldBy)
    let isUnknown = document.eligibility.channels == nil && soldBy.isEmpty && counterparts.isEmpty
    guard missing.isEmpty, !isUnknown else {
      let channels = isUnknown ? "any channel" : Saying.list(missing.prefix(8).map { $0 })
      return OfferScheduled.GateRow(
        check: .channels, state: .waiting, since: asked,
        sentence: "nobody has said where customers are answered who buy by \(channels); name a channel and its hours",
        code: "no_counterpart", liftedBy: "service: accord channel name")
    }
    let channels = document.eligibility.channels ?? soldBy
    let since = counterparts.filter { channels.contains($0.key) }.map(\.value.at).max() ?? asked
    return OfferScheduled.GateRow(check: .channels, state: .passed, since: max(asked, since))
  }
}
