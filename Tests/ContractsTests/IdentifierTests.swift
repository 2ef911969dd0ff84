import Contracts
import Testing

@Suite struct IdentifierTests {
  @Test(arguments: ["a", "order-1000042", "a/b:c@d#e?f=g&h", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~", String(repeating: "x", count: 128)])
  func `takes printable ASCII`(_ text: String) throws {
    let id = try Identifier<Order>(text)
    #expect(id.text == text && "\(id)" == text)
    // That is why it may stand in JSON as it is.
    #expect(JSON.string(text).text == "\"\(text)\"")
  }

  @Test(arguments: [
    ("", InvalidIdentifier.length(0)), (String(repeating: "x", count: 129), .length(129)), ("a b", .character(0x20)),
    ("a\"", .character(0x22)),
    ("a\\b", .character(0x5C)), ("a\n", .character(0x0A)), ("é", .character(0xC3)), ("a\u{7F}", .character(0x7F)), ("\u{0}", .character(0)),
  ]) func `refuses what would need an escape`(_ text: String, _ reason: InvalidIdentifier) {
    #expect(throws: reason) { try Identifier<Order>(text) }
  }

  @Test(arguments: ["spring-sale@1", "spring-sale@20", "a@b@3"]) func `names a version of an offer`(_ text: String) {
    #expect(OfferVersion(text)?.description == text)
  }

  @Test(arguments: ["", "@", "a", "a@", "@1", "a@0", "a@-1", "a@01", "a@+1", "a@1 ", "a b@1", "a@99999999999999999999"])
  func `names no version`(_ text: String) { #expect(OfferVersion(text) == nil) }
}
