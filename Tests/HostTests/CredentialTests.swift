import Contracts
import Foundation
import HTTP
import Host
import TestKit
import Testing

@Suite struct CredentialTests {
  private let place = Folder.temporary()
  private let folder: DataFolder

  init() throws { folder = try DataFolder.open(place.path, sandbox: false, now: Timestamp(milliseconds: 0)) }

  @Test func `the first start mints them all and the second none`() throws {
    var random = SystemRandomNumberGenerator()
    let registry = try CredentialRegistry.open(in: folder, using: &random)
    #expect(registry.entries.map(\.name) == ["ledger", "marketing", "service", "operator"])
    let ledger = try Credential.read("ledger", in: folder)
    #expect(ledger.secret.utf8.count == 43)
    let entry = try #require(registry.entry("ledger", secret: ledger.secret))
    #expect(entry.publish == ["ledger.*"] && entry.subscribe == ["*"] && entry.source == "/ledger" && !entry.administers)
    #expect(registry.entry("marketing", secret: ledger.secret) == nil)
    #expect(registry.entry("ledger", secret: ledger.secret + "x") == nil)
    #expect(registry.entry("nobody", secret: "") == nil)
    let again = try CredentialRegistry.open(in: folder, using: &random)
    #expect(again.entries == registry.entries)
    #expect(try CredentialRegistry.existing(in: folder).entries == registry.entries)
    #expect(try Credential.read("ledger", in: folder).secret == ledger.secret)
    #expect(try !place.read("broker/credentials.json").contains(ledger.secret))
    for file in ["credentials/ledger.json", "broker/credentials.json"] {
      var status = stat()
      #expect(stat(place.file(file), &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func `a start that was cut short goes on with the secret it had written`() throws {
    var random = SystemRandomNumberGenerator()
    _ = try CredentialRegistry.open(in: folder, using: &random)
    let secret = try Credential.read("service", in: folder).secret
    unlink(place.file("broker/credentials.json"))
    #expect(try CredentialRegistry.open(in: folder, using: &random).entry("service", secret: secret) != nil)
  }

  @Test func `a credential that others may read is refused`() throws {
    var random = SystemRandomNumberGenerator()
    _ = try CredentialRegistry.open(in: folder, using: &random)
    let path = place.file("credentials/ledger.json")
    chmod(path, 0o640)
    let fault = #expect(throws: CredentialFault.self) { _ = try Credential.read("ledger", in: folder) }
    #expect(fault == .open(path) && fault?.exitCode == .noPermission)
    #expect(fault?.description.contains("chmod 600 \(path)") == true)
  }

  @Test func `each department is handed its own secret, and of the operator's the digest`() throws {
    var random = SystemRandomNumberGenerator()
    let registry = try CredentialRegistry.open(in: folder, using: &random)
    let keys = Folder.temporary()
    for _ in 1...2 { try CredentialHandout.write(registry, from: folder, to: keys.path) }
    let names = try FileManager.default.subpathsOfDirectory(atPath: keys.path).filter { $0.hasSuffix(".json") }
    #expect(
      names.sorted() == [
        "ledger/ledger.json", "ledger/operator.json", "marketing/marketing.json", "marketing/operator.json", "operator/operator.json",
        "service/operator.json", "service/service.json",
      ])
    let secret = try Credential.read("operator", in: folder).secret
    for name in names {
      var status = stat()
      #expect(stat(keys.file(name), &status) == 0 && status.st_mode & 0o777 == 0o600, "\(name)")
      #expect(try keys.read(name).contains(secret) == (name == "operator/operator.json"), "\(name)")
    }
    // A department's folder of its own, with the keys already in it, counts as new, and lets the operator in.
    let away = Folder.temporary()
    try FileManager.default.copyItem(atPath: keys.file("ledger"), toPath: away.file("credentials"))
    let own = try DataFolder.open(away.path, sandbox: false, now: Timestamp(milliseconds: 0))
    #expect(try Credential.read("ledger", in: own).secret == Credential.read("ledger", in: folder).secret)
    #expect(throws: CredentialFault.damaged(away.file("credentials/operator.json"))) { _ = try Credential.read("operator", in: own) }
    let door = try OperatorDoor(own)
    for (token, status) in [(secret, 200), (secret + "x", 401)] {
      var headers = Headers()
      headers.set("Authorization", "Bearer \(token)")
      #expect(door.guarding(Request(method: .get, path: "/", segments: [], headers: headers)) { .text("in") }.status == status)
    }
  }

  @Test func `what is missing or damaged says so`() throws {
    #expect(throws: CredentialFault.absent(place.file("credentials/ledger.json"))) { _ = try Credential.read("ledger", in: folder) }
    try place.write("[]", to: "credentials/ledger.json")
    chmod(place.file("credentials/ledger.json"), 0o600)
    #expect(throws: CredentialFault.damaged(place.file("credentials/ledger.json"))) { _ = try Credential.read("ledger", in: folder) }
    try place.write(#"{"credentials":[{"name":"x","sha256":"00","publish":[],"subscribe":[]}]}"#, to: "broker/credentials.json")
    #expect(throws: CredentialFault.row(place.file("broker/credentials.json"), "the row of x has no sha256 of 32 bytes")) {
      _ = try CredentialRegistry.existing(in: folder)
    }
  }

  @Test(arguments: ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]) func `time zones are found`(name: String) throws
  {
    #expect(try ZoneFiles.system(environment: [:]).bytes(of: name).starts(with: Array("TZif".utf8)))
  }

  @Test(arguments: ["../etc/passwd", "/etc/passwd", "", "Europe//Berlin", "Europe/../UTC", "a/b/c/d/e", "Zürich", "UTC\0"])
  func `a name that leaves the folder is no time zone`(name: String) {
    #expect(throws: ZoneFilesFault.notAName(name)) { try ZoneFiles.system(environment: [:]).bytes(of: name) }
  }

  @Test func `unknown zones and missing tzdata are told apart`() {
    #expect(throws: ZoneFilesFault.unknown("Europe", "/usr/share/zoneinfo")) { try ZoneFiles.system(environment: [:]).bytes(of: "Europe") }
    let none = ZoneFiles.system(environment: ["TZDIR": place.file("none")])
    #expect(throws: ZoneFilesFault.noZones(place.file("none"))) { try none.bytes(of: "Europe/Berlin") }
  }
}
