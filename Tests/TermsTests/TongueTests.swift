import Contracts
import Terms
import TestKit
import Testing

/// The terms of an offer in each language that is spoken here: the same sentences, with the same numbers.
struct TongueTests {
  @Test func `every tongue has words for everything, with the same places`() throws {
    let german = try #require(Tongue.of("de-AT"))
    #expect(Set(Tongue.codes) == ["en", "de", "es", "fr"])
    for tongue in Tongue.others {
      #expect(tongue.shape == german.shape, "\(tongue.code)")
    }
  }

  @Test(
    arguments: [
      ("de", "Es gibt 15 % Nachlass.", "Sonntag 2026-05-10 00:00"), ("es-US", "Descuenta el 15 %.", "domingo 2026-05-10 00:00"),
      ("fr-CA", "Elle donne 15 % de réduction.", "dimanche 2026-05-10 00:00"), ("it", "It takes 15 % off.", "Sunday 2026-05-10 00:00"),
    ]) func `an offer is told in the language of whoever asks, else in English`(locale: String, benefit: String, start: String) throws
  {
    let facts = try Scene.terms().facts(in: locale)
    #expect(facts.contains(benefit))
    #expect(facts.contains { $0.contains(start) && $0.contains("2026-05-10T04:00:00.000Z") })
  }

  @Test func `its name is the one in that language, where it has one`() throws {
    let terms = try Scene.terms(["/title": ["en-US": "15 % off", "es-US": "15 % menos"]])
    #expect(terms.facts(in: "es-MX").first == "La oferta se llama «15 % menos».")
    #expect(terms.facts(in: "de").first == "Das Angebot heißt „15 % off“.")
  }

  /// Whatever an offer says: as many sentences as in English, every amount, percentage and instant in them, and no place left open.
  @Test func `no number is lost in any language`() throws {
    var random = Seed.printed(for: "tongues")
    for _ in 0..<60 {
      let offer = try RandomOffer(using: &random)
      let english = offer.terms.facts()
      for tongue in Tongue.others {
        let told = offer.terms.facts(in: tongue.code)
        #expect(told.count == english.count, "\(tongue.code)")
        for (one, other) in zip(english, told) {
          #expect(Self.numbers(one) == Self.numbers(other), "\(tongue.code): \(one) / \(other)")
          #expect(!other.contains("{") && !other.contains("  "), "\(other)")
        }
      }
    }
  }

  /// Every run of digits, in any order: languages put them elsewhere.
  private static func numbers(_ sentence: String) -> [String] {
    sentence.split { !$0.isASCII || !$0.isNumber }.map(String.init).sorted()
  }
}
