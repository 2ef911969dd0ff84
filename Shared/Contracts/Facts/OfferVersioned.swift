/// `marketing.offer.versioned.v1`: an offer has a new version, told as a whole. Keyed by the offer.
package struct OfferVersioned: TreeFact {
  package static let type = "marketing.offer.versioned.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "An offer has a new version" }

  package enum Significance: String, Sendable, CaseIterable { case material, minor }

  package var offerID: Identifier<Offer>
  package var version: Int
  package var campaignID: Identifier<Campaign>
  /// The offer's whole document as this version has it.
  package var document: JSON
  /// SHA-256 over what is material in it, in hexadecimal digits.
  package var termsHash: String
  /// JSON pointers to what differs from the version before.
  package var changed: [String]
  package var significance: Significance

  package init(
    offerID: Identifier<Offer>, version: Int, campaignID: Identifier<Campaign>, document: JSON, termsHash: String, changed: [String] = [],
    significance: Significance
  ) {
    self.offerID = offerID
    self.version = version
    self.campaignID = campaignID
    self.document = document
    self.termsHash = termsHash
    self.changed = changed
    self.significance = significance
  }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .offerVersioned(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      campaignID: try members.needs("campaign_id", .id()), document: try members.needs("document", .document),
      termsHash: try members.needs("terms_hash", .digest),
      changed: try members.list("changed", of: .text, max: Limits.changedMax), significance: try members.needs("significance", .choice()))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("campaign_id", campaignID)
    writer.member("document", document)
    writer.member("terms_hash", termsHash)
    writer.member("changed", changed)
    writer.member("significance", significance.rawValue)
    writer.endObject()
  }
}
