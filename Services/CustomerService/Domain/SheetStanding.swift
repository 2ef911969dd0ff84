package import Contracts
package import Terms

/// What an agent says of an offer at some instant: its sheet, or the facts card where there is none that holds. Never nothing.
///
/// ```
///   live, paused, over and honoured ─▸ the sheet of the version in force
///   has its time, not begun         ─▸ the sheet of the version that will begin
///   stopped                         ─▸ the facts card with a holding sentence, from that instant on
///   no sheet for it                 ─▸ the facts card
/// ```
/// A later version changes nothing until it is launched; until then the sheet is marked with when it changes.
package struct SheetStanding: Sendable {
  package enum Source: Sendable {
    case sheet(SheetFold.Sheet)
    case card(FactsCard)
  }

  package let offer: OfferVersion
  package let source: Source
  /// Whether it is another language than was wanted.
  package let isFallback: Bool
  /// The language that was wanted.
  package let wanted: String
  package let voice: String
  /// The version that takes its place, and when, where one has its time.
  package let changes: KnownOffer.Change?

  package var sheet: SheetFold.Sheet? {
    guard case .sheet(let sheet) = source else { return nil }
    return sheet
  }

  /// The language of what stands there.
  package var spoken: String {
    switch source {
    case .sheet(let sheet): sheet.locale
    case .card(let card): card.locale
    }
  }

  /// `locale` and `voice` are what the customer has; nil: the offer's first.
  package init(_ offer: DeskOffer, _ sheets: SheetFold, locale: String?, voice: String?, at now: Timestamp) {
    let document = offer.terms.document
    let version = offer.offer
    self.offer = version
    let locales = GateBriefings.locales(of: document) + document.title.map(\.locale)
    let wanted = locale ?? locales.first ?? "en"
    self.wanted = wanted
    changes = offer.known.change(at: now)
    let tone = voice ?? document.sheetsRequired.first?.voice ?? document.targeting?.voices.first ?? "plain"
    self.voice = tone
    let usable = FactsCard.reason(offer, at: now) == nil ? sheets.usable(for: offer.known.counting(version.version)) : []
    guard let found = Self.choose(usable, wanted, tone) else {
      let card = FactsCard(offer, in: wanted, at: now)
      source = .card(card)
      isFallback = !Locales.speaks(wanted, card.locale)
      return
    }
    source = .sheet(found)
    isFallback = !Locales.speaks(found.locale, wanted)
  }

  /// In the customer's language before any other, in the wanted voice before another.
  private static func choose(_ sheets: [SheetFold.Sheet], _ wanted: String, _ voice: String) -> SheetFold.Sheet? {
    let spoken = sheets.map(\.locale)
    let locale = Locales.lookup(wanted, among: spoken) ?? spoken.first
    let fitting = sheets.filter { $0.locale == locale }
    return fitting.first { $0.voice == voice } ?? fitting.first
  }
}

extension KnownOffer {
  /// The versions whose words are as good as those of `version`: what changed between them is minor.
  package func counting(_ version: Int) -> ClosedRange<Int> {
    MaterialVersions.counting(version) { versions[$0]?.versioned?.significance }
  }
}
