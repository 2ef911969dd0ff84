import Contracts
import Foundation
import Host
import TestKit
import Testing

/// Credentials given, changed, rotated and taken in a data folder, with no broker about.
@Suite struct CredentialBookTests {
  private let place = Folder.temporary()
  private let folder: DataFolder
  private let now = Timestamp(milliseconds: 1_800_000_000_000)

  init() throws { folder = try DataFolder.open(place.path, sandbox: false, now: Timestamp(milliseconds: 0)) }

  private func book() throws -> CredentialBook { try CredentialBook(folder, now: now) }

  private func wish(_ change: (inout CredentialBook.Wish) -> Void) -> CredentialBook.Wish {
    var wish = CredentialBook.Wish()
    change(&wish)
    return wish
  }

  private var shop: CredentialBook.Wish {
    wish {
      $0.publish = ["shop.*"]
      $0.source = "/shop"
      $0.subscribe = ["ledger.order.captured.v1"]
      $0.asks = ["ledger"]
    }
  }

  private func add(_ name: String, _ wish: CredentialBook.Wish) throws { var book = try book(); _ = try book.add(name, wish) }

  private func registry() throws -> CredentialRegistry { try CredentialRegistry.existing(in: folder) }

  @Test func `an added credential comes in with its secret, and with the quota of a guest`() throws {
    try add("shop", shop)
    let credential = try Credential.read("shop", in: folder)
    let entry = try #require(registry().entry("shop", secret: credential.secret))
    #expect(entry.publish == ["shop.*"] && entry.source == "/shop" && entry.asks == ["ledger"] && !entry.administers)
    #expect(entry.quota == .guest && entry.quota[.connections] == 16)
    #expect(try !place.read("broker/credentials.json").contains(credential.secret))
    for file in ["credentials/shop.json", "broker/credentials.json"] {
      var status = stat()
      #expect(stat(place.file(file), &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
    // The installation's own were minted along the way, with what departments have.
    let ledger = try #require(registry().entry("ledger"))
    #expect(ledger.asks == ["marketing", "service"] && ledger.quota == CredentialQuota())
  }

  @Test func `what cannot be is refused with a sentence, and nothing is written`() throws {
    try add("shop", shop)
    let before = try place.read("broker/credentials.json")
    let rows: [(String, CredentialBook.Wish, String)] = [
      ("", shop, "cannot be a credential's name"), ("Shop", shop, "cannot be"), ("a b", shop, "cannot be"),
      (String(repeating: "a", count: 65), shop, "cannot be"), ("shop", shop, "there is a credential shop already"),
      ("x", CredentialBook.Wish(), "could do nothing"),
      ("x", wish { $0.publish = ["x.*"] }, "without a source"),
      (
        "x",
        wish {
          $0.publish = ["x.*y"]; $0.source = "/x"
        }, "no set of event types"
      ),
      ("x", wish { $0.subscribe = ["a b"] }, "no set of event types"),
      ("x", wish { $0.subscribe = [""] }, "no set of event types"),
      ("x", wish { $0.subscribe = ["*.a"] }, "no set of event types"),
      (
        "x",
        wish {
          $0.publish = ["shop.order"]; $0.source = "/x"
        }, "shop publishes of shop.order already"
      ),
      (
        "x",
        wish {
          $0.publish = ["*"]; $0.source = "/x"
        }, "publishes of * already"
      ),
      (
        "x",
        wish {
          $0.publish = ["x.*"]; $0.source = "/shop"
        }, "shop speaks as /shop"
      ),
      (
        "x",
        wish {
          $0.publish = ["x.*"]; $0.source = "/shop/till"
        }, "shop speaks as /shop"
      ),
      (
        "x",
        wish {
          $0.publish = ["x.*"]; $0.source = "x"
        }, "cannot be a source"
      ),
      (
        "x",
        wish {
          $0.publish = ["x.*"]; $0.source = "/x//y"
        }, "cannot be a source"
      ),
      (
        "x",
        wish {
          $0.publish = ["x.*"]; $0.source = "/\""
        }, "cannot be a source"
      ),
      (
        "x",
        wish {
          $0.subscribe = ["*"]; $0.asks = ["nobody"]
        }, "no credential nobody"
      ),
      (
        "x",
        wish {
          $0.subscribe = ["*"]; $0.quota = [.connections: 0]
        }, "--connections 0 is out of bounds; take 1 to 4096"
      ),
      (
        "x",
        wish {
          $0.subscribe = ["*"]; $0.quota = [.bytesPerSecond: 1]
        }, "--bytes-per-second 1 is out of bounds"
      ),
    ]
    for (name, wish, says) in rows {
      let refusal = #expect(throws: CredentialRefusal.self, "\(name) \(says)") { try add(name, wish) }
      #expect(refusal?.description.contains(says) == true, "\(refusal?.description ?? "")")
    }
    #expect(try place.read("broker/credentials.json") == before)
    #expect(!Files.exists(place.file("credentials/x.json")))
    try add(
      "x",
      wish {
        $0.publish = ["shop.order"]; $0.source = "/x"; $0.shares = true
      })
  }

  @Test func `a change leaves what it does not name, and takes with an empty list`() throws {
    try add("shop", shop)
    var book = try book()
    try book.change(
      "shop",
      wish {
        $0.subscribe = []; $0.quota = [.connections: 2]
      })
    let entry = try #require(registry().entry("shop"))
    #expect(entry.subscribe == [] && entry.publish == ["shop.*"] && entry.quota[.connections] == 2 && entry.quota[.pending] == 1_024)
    let refusal = #expect(throws: CredentialRefusal.self) { try book.change("shp", shop) }
    #expect(refusal?.description.contains("did you mean shop?") == true)
    #expect(throws: CredentialRefusal.self) { try book.change("operator", wish { $0.administers = false }) }
  }

  @Test func `a replaced secret counts for its time of grace and no longer`() throws {
    try add("shop", shop)
    let old = try Credential.read("shop", in: folder).secret
    var book = try book()
    _ = try book.rotate("shop", grace: .seconds(60))
    let new = try Credential.read("shop", in: folder).secret
    #expect(new != old)
    let registry = try registry()
    for (secret, at, isIn) in [
      (new, 0, true), (old, 0, true), (old, 59_999, true), (old, 60_000, false), (new, 60_000, true), ("x", 0, false),
    ] as [(String, Int64, Bool)] {
      #expect((registry.entry("shop", secret: secret, at: now.adding(.milliseconds(at))) != nil) == isIn, "\(at)")
    }
    _ = try book.rotate("shop", grace: .zero)
    #expect(try self.registry().entry("shop", secret: new, at: now) == nil)
  }

  @Test func `a revoked credential stays out over every start, and its name may be given anew`() throws {
    try add("shop", shop)
    let secret = try Credential.read("shop", in: folder).secret
    var book = try book()
    try book.revoke("shop")
    try book.revoke("service")
    #expect(!Files.exists(place.file("credentials/shop.json")))
    var random = SystemRandomNumberGenerator()
    let registry = try CredentialRegistry.open(in: folder, using: &random)
    #expect(registry.entry("shop") == nil && registry.entry("shop", secret: secret, at: now) == nil)
    #expect(registry.entry("service") == nil && !Files.exists(place.file("credentials/service.json")))
    #expect(throws: CredentialRefusal.self) { try book.revoke("shop") }
    #expect(throws: CredentialRefusal.self) { try book.revoke("operator") }
    _ = try book.add("shop", shop)
    #expect(try self.registry().entries.count { $0.name == "shop" } == 1)
    #expect(try self.registry().entry("shop", secret: Credential.read("shop", in: folder).secret, at: now) != nil)
  }

  @Test func `a registry that says what cannot be is named by row`() throws {
    let digest = String(repeating: "0", count: 64)
    let rows: [(String, String)] = [
      (#"{"name":"X"}"#, "no usable name"), (#"{"name":"x","sha256":"00"}"#, "the row of x has no sha256"),
      (#"{"name":"x","sha256":"\#(digest)"}"#, "may publish and subscribe"),
      (#"{"name":"x","sha256":"\#(digest)","publish":["a b"],"subscribe":[]}"#, "names a b"),
      (#"{"name":"x","sha256":"\#(digest)","publish":[],"subscribe":[],"quota":{"pending":-1}}"#, "a quota of pending"),
      (#"{"name":"x","sha256":"\#(digest)","publish":[],"subscribe":[],"quota":{"more":1}}"#, "a quota of more"),
      (#"{"name":"x","sha256":"\#(digest)","publish":[],"subscribe":[],"previous":{"sha256":"00"}}"#, "previous secret"),
      (#"{"name":"x","sha256":"\#(digest)","publish":[],"subscribe":[],"revoked":"yesterday"}"#, "revoked at no instant"),
      (#"{"name":"x","sha256":"\#(digest)","publish":[],"subscribe":[],"asks":[7]}"#, "asks that is no list"),
    ]
    for (row, says) in rows {
      try place.write(#"{"credentials":[\#(row)]}"#, to: "broker/credentials.json")
      let fault = #expect(throws: CredentialFault.self) { _ = try registry() }
      #expect(fault?.description.contains(says) == true && fault?.exitCode == .configuration, "\(fault?.description ?? "none") \(says)")
    }
    let twice = #"{"name":"x","sha256":"\#(digest)","publish":[],"subscribe":[]}"#
    try place.write(#"{"credentials":[\#(twice),\#(twice)]}"#, to: "broker/credentials.json")
    #expect(throws: CredentialFault.row(place.file("broker/credentials.json"), "x has two rows")) { _ = try registry() }
    // Rows from before questions were a right have what new ones have.
    try place.write(
      #"{"credentials":[{"name":"ledger","sha256":"\#(digest)","publish":[],"subscribe":[]},\#(twice)]}"#, to: "broker/credentials.json")
    #expect(try registry().entries.map(\.asks) == [["marketing", "service"], []])
  }

  @Test func `each version of the file has a stamp of its own`() throws {
    #expect(CredentialRegistry.stamp(in: folder) == nil)
    var seen: [CredentialRegistry.Stamp] = []
    for number in 0..<20 {
      try add("n\(number)", wish { $0.subscribe = ["a"] })
      let stamp = try #require(CredentialRegistry.stamp(in: folder))
      #expect(!seen.contains(stamp))
      seen.append(stamp)
    }
  }

  @Test func `twenty at once all come in`() throws {
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 20) { number in
      do { try add("n\(number)", wish { $0.subscribe = ["a"] }) } catch { failures.add("\(error)") }
    }
    #expect(failures.all == [])
    #expect(try registry().entries.count == 24)
  }

  private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var texts: [String] = []
    func add(_ text: String) { lock.withLock { texts.append(text) } }
    var all: [String] { lock.withLock { texts } }
  }
}
