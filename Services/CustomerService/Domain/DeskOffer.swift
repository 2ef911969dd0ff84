package import Contracts
package import Terms
import Zones

/// An offer as it lies on a desk at some instant: what is in force of it, and what an agent may say. Never changes; safe from any thread.
///
/// A class, since hundreds of them are looked at for each customer who calls: a copy counted the references of all versions each time.
package final class DeskOffer: Sendable {
  package let known: KnownOffer
  /// Of the version in force; before the launch of the one that has its time.
  package let terms: Terms

  /// What those who are there already get to match it; nil where it is for them too, or promises no match.
  package let match: ParityMatch?

  /// Every name that it has, as people say them.
  private let spoken: [String]

  package init(known: KnownOffer, terms: Terms) {
    self.known = known
    self.terms = terms
    match = ParityMatch(terms)
    let document = terms.document
    let names = document.title.map(\.text) + document.alsoCalled + [document.offerID.text, document.inWindow.code ?? ""]
    spoken = names.map { SpokenName.folded($0) }
  }

  package var offer: OfferVersion { terms.document.offerVersion }

  /// Where it stands for a desk.
  package enum Phase: Sendable, Equatable {
    case live
    /// Live, but at rest.
    case paused(since: Timestamp)
    /// Has its time and no launch yet.
    case startsSoon
    /// Over, and still honoured.
    case honourable
    /// Launched for a time that was over: it reached back and nothing more.
    case historical
    /// Not to be spoken of: stopped, blocked, cancelled, or over for good.
    case gone
  }

  /// Where it stands at `now`: its end comes by itself, whether marketing has told of it or not.
  package func phase(at now: Timestamp) -> Phase {
    switch known.state {
    case .heard, .blocked, .cancelled, .stopped: return .gone
    case .scheduled: return .startsSoon
    case .live, .paused, .ended: break
    }
    guard let life = known.life else { return .gone }
    if life.isHistorical { return .historical }
    if now >= terms.end(life) { return now < terms.honourUntil(life) ? .honourable : .gone }
    if known.state == .paused, let since = life.pauses.last?.lowerBound { return .paused(since: since) }
    return .live
  }

  /// The next instant after `now` at which it comes into another phase by itself, or earlier; `.last` where there is none.
  package func nextPhase(after now: Timestamp) -> Timestamp {
    guard let life = known.life else { return .last }
    let (end, until) = (terms.end(life), terms.honourUntil(life))
    return min(end > now ? end : .last, until > now ? until : .last)
  }

  /// What orders are judged by: before the launch as if it came on time.
  package var life: Life { known.life ?? Life(effectiveFrom: terms.startsAt) }

  /// A text by its locale, and whether it had to be another language than the customer's.
  package struct Name: Sendable, Equatable {
    package let text: String
    package let locale: String
    package let isFallback: Bool
  }

  /// What customers call it, in `locale` where it has that, else in the same language, else in its first, which is labelled so.
  package func name(in locale: String?) -> Name {
    let title = terms.document.title
    guard let first = title.first else { return Name(text: offer.offer.text, locale: "", isFallback: locale != nil) }
    guard let locale else { return Name(text: first.text, locale: first.locale, isFallback: false) }
    if let same = title.first(where: { $0.locale.lowercased() == locale.lowercased() }) {
      return Name(text: same.text, locale: same.locale, isFallback: false)
    }
    if let like = title.first(where: { Self.language($0.locale) == Self.language(locale) }) {
      return Name(text: like.text, locale: like.locale, isFallback: false)
    }
    return Name(text: first.text, locale: first.locale, isFallback: true)
  }

  private static func language(_ locale: String) -> String {
    String(locale.split(separator: "-", maxSplits: 1).first ?? "").lowercased()
  }

  /// Whether a customer who says `words` may mean it: by a title, by what it is also called, by its code or its id, however it is accented.
  package func answers(to words: String) -> Bool { answers(toFolded: SpokenName.folded(words)) }

  /// The same for words that are folded already: once for all offers.
  package func answers(toFolded said: String) -> Bool { spoken.contains { SpokenName.means(said, $0) } }

  /// What the clocks of the offer's zone show, such as `Sun 2026-05-10 00:00 America/New_York`.
  package func words(for instant: Timestamp) -> String {
    let local = terms.zone.local(at: instant)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let clock = local.description.split(separator: "T").last ?? ""
    return "\(days[local.date.weekday]) \(local.date) \(local.second == 0 ? clock.dropLast(3) : clock) \(terms.zone.name)"
  }
}
