import Contracts
import Foundation
import Testing

@Suite struct DigestTests {
  /// NIST's examples (FIPS 180-4; CAVP SHA256ShortMsg), and lengths around the padding's edges from another implementation.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ]) func `hashes as NIST does`(_ text: String, _ digest: String) {
    #expect(Hex.encode(SHA256.hash(Array(text.utf8))) == digest)
  }

  @Test(arguments: [
    ("bd", "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"),
    ("c98c8e55", "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"),
  ]) func `hashes bytes as NIST does`(_ message: String, _ digest: String) throws {
    #expect(Hex.encode(SHA256.hash(try #require(Hex.decode(message)))) == digest)
  }

  @Test func `hashes a million letters, in pieces of any size`() {
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(Hex.encode(SHA256.hash(million)) == digest)
    for size in [1, 63, 64, 65, 127, 1_000] {
      var hash = SHA256()
      for start in stride(from: 0, to: million.count, by: size) { hash.update(Array(million[start..<min(start + size, million.count)])) }
      #expect(Hex.encode(hash.finish()) == digest, "in pieces of \(size)")
    }
  }

  @Test func `hashes every length around a block the same in one piece and in two`() {
    for count in 0...130 {
      let bytes = (0..<count).map { UInt8($0) }
      let whole = SHA256.hash(bytes)
      for cut in 0...count {
        var hash = SHA256()
        hash.update(Array(bytes[..<cut]))
        hash.update(Array(bytes[cut...]))
        #expect(hash.finish() == whole, "\(count) bytes cut at \(cut)")
      }
    }
  }

  @Test func `hashes the same with and without the processor's instructions`() {
    var bytes: [UInt8] = []
    for count in 0...1_100 {
      #expect(SHA256.hash(bytes) == SHA256.plainHash(bytes), "\(count) bytes")
      bytes.append(UInt8(truncatingIfNeeded: count &* 167 &+ count >> 7))
    }
  }

  /// RFC 4648 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `spells Base64`(_ text: String, _ spelled: String) {
    #expect(Base64.encode(Array(text.utf8)) == spelled)
    #expect(Base64.decode(spelled) == Array(text.utf8))
    let forURL = spelled.filter { $0 != "=" }
    #expect(Base64.encodeURL(Array(text.utf8)) == forURL)
    #expect(Base64.decodeURL(forURL) == Array(text.utf8))
  }

  @Test func `spells every byte in Base64 as Foundation does`() {
    let bytes = (0..<768).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ $0 >> 8) }
    let spelled = Data(bytes).base64EncodedString()
    #expect(Base64.encode(bytes) == spelled)
    #expect(Base64.decode(spelled) == bytes)
    #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
  }

  @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Z===", "====", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm-_", "Zg==Zg==", "=Zm9"])
  func `refuses what is not exactly Base64`(_ text: String) { #expect(Base64.decode(text) == nil) }

  @Test(arguments: ["Z", "Zg==", "Zh", "Zm9", "Zm+/", "Zm9v="]) func `refuses what is not exactly Base64 for URLs`(_ text: String) {
    #expect(Base64.decodeURL(text) == nil)
  }

  @Test func `spells hexadecimal digits`() {
    #expect(Hex.encode([0x00, 0x7F, 0xAB, 0xFF]) == "007fabff")
    #expect(Hex.decode("007FabFf") == [0x00, 0x7F, 0xAB, 0xFF])
    #expect(Hex.decode("") == [])
    for text in ["0", "0g", "0x00", " 00"] { #expect(Hex.decode(text) == nil, "\(text)") }
  }
}
