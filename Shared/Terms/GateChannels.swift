package import Contracts

/// Whether whoever buys by some channel is answered by one afterwards: the gate's row `channels`.
package enum GateChannels {
  /// The channels by which an offer is bought and that have no counterpart, by name; none for an offer of all channels.
  package static func missing(_ document: OfferDocument, _ counterparts: [String: CounterpartNamed]) -> [String] {
    Set(document.eligibility.channels ?? []).subtracting(counterparts.keys).sorted()
  }

  /// `counterparts` by the channel before the purchase; `asked` is when the gate was asked first.
  package static func row(
    _ document: OfferDocument, _ counterparts: [String: CounterpartNamed], asked: Timestamp
  ) -> OfferScheduled.GateRow {
    let missing = missing(document, counterparts)
    guard missing.isEmpty else {
      return OfferScheduled.GateRow(
        check: .channels, state: .waiting, since: asked,
        sentence:
          "nobody has said where customers are answered who buy by \(Saying.list(missing.prefix(8).map { $0 })); name a channel and its hours",
        code: "no_counterpart", liftedBy: "service: accord channel name")
    }
    let channels = document.eligibility.channels ?? []
    let since = counterparts.filter { channels.contains($0.key) }.map(\.value.at).max() ?? asked
    return OfferScheduled.GateRow(check: .channels, state: .passed, since: max(asked, since))
  }
}
