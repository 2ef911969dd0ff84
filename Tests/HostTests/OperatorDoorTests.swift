import Contracts
import Foundation
import HTTP
import Host
import TestKit
import Testing

/// Who comes in, and what those hear who do not.
struct OperatorDoorTests {
  private let place = Folder.temporary()

  private func folder() throws -> DataFolder { try DataFolder.open(place.path, sandbox: false, now: OrderDraft.day) }

  private func mint() throws -> String {
    var random = SystemRandomNumberGenerator()
    _ = try CredentialRegistry.open(in: try folder(), using: &random)
    return try Credential.read("operator", in: try folder()).secret
  }

  private func ask(_ door: OperatorDoor, _ authorization: String?) -> Response {
    var headers = Headers()
    if let authorization { headers.set("Authorization", authorization) }
    return door.guarding(Request(method: .get, path: "/", segments: [], headers: headers)) { .text("come in") }
  }

  private func code(_ response: Response) throws -> String? {
    #expect(response.header("Content-Type") == "application/problem+json")
    let problem = try JSON(parsing: response.body)
    #expect(problem["status"] == .integer(Int64(response.status)))
    #expect(problem["detail"]?.string?.contains(";") == true)
    return problem["code"]?.string
  }

  @Test func `the operator's secret opens, whatever the case of the scheme`() throws {
    let secret = try mint()
    let door = try OperatorDoor(try folder())
    for words in ["Bearer \(secret)", "bearer \(secret)", "BEARER  \(secret) "] { #expect(ask(door, words).status == 200) }
  }

  @Test(arguments: [nil, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "SECRET"]) func `no token is no entry`(words: String?) throws {
    let secret = try mint()
    let answer = ask(try OperatorDoor(try folder()), words.map { $0 == "SECRET" ? secret : $0 })
    #expect(answer.status == 401)
    #expect(try code(answer) == "token_missing")
    #expect(answer.header("WWW-Authenticate") == "Bearer")
  }

  @Test func `a wrong token is no entry, and no other credential is the operator's`() throws {
    let secret = try mint()
    let door = try OperatorDoor(try folder())
    let others = [
      try Credential.read("ledger", in: try folder()).secret, String(secret.dropLast()), secret + "x", secret.lowercased(), "x",
    ]
    for other in others {
      let answer = ask(door, "Bearer \(other)")
      #expect(answer.status == 401)
      #expect(try code(answer) == "token_wrong")
      #expect(answer.header("WWW-Authenticate") == "Bearer error=\"invalid_token\"")
      // What was tried is not told back.
      #expect(!String(decoding: answer.body, as: UTF8.self).contains(other + "\""))
    }
  }

  @Test func `a department that starts before the broker opens as soon as the credential is there`() throws {
    let door = try OperatorDoor(try folder())
    let early = ask(door, "Bearer anything")
    #expect(early.status == 503)
    #expect(try code(early) == "no_credential")
    #expect(ask(door, "Bearer \(try mint())").status == 200)
  }

  @Test func `a credential that cannot be used is named as such, at the start and later`() throws {
    let secret = try mint()
    let path = place.file("credentials/operator.json")
    let door = try OperatorDoor(try folder())
    chmod(path, 0o644)
    #expect(throws: CredentialFault.open(path)) { try OperatorDoor(try folder()) }
    door.reload()
    let shut = ask(door, "Bearer \(secret)")
    #expect(shut.status == 503)
    #expect(try code(shut) == "credential_unusable")
    chmod(path, 0o600)
    #expect(ask(door, "Bearer \(secret)").status == 200)
  }

  @Test func `a new secret holds from the reload on, and the old one no longer`() throws {
    let old = try mint()
    let door = try OperatorDoor(try folder())
    try place.write(#"{"name":"operator","secret":"a-new-one"}"#, to: "credentials/operator.json")
    #expect(ask(door, "Bearer \(old)").status == 200)
    door.reload()
    #expect(ask(door, "Bearer \(old)").status == 401)
    #expect(ask(door, "Bearer a-new-one").status == 200)
  }
}

/// What /readyz says.
struct ReadinessTests {
  @Test func `ready is between the end of recovery and the begin of the stop, and only while all that it needs is there`() throws {
    let lack = Seen<String>()
    let readiness = Readiness(alsoNeeds: { lack.all.last.flatMap { $0.isEmpty ? nil : $0 } })
    func code() throws -> String? {
      readiness.response.status == 200 ? "ready" : try JSON(parsing: readiness.response.body)["code"]?.string
    }
    #expect(try code() == "starting")
    readiness.becomesReady()
    #expect(try code() == "ready")
    lack.note("the disk is full; free some space")
    #expect(try code() == "not_ready" && readiness.response.status == 503)
    lack.note("")
    #expect(try code() == "ready")
    readiness.stops()
    #expect(try code() == "stopping" && readiness.response.header("Retry-After") != nil)
    // A start that ends after the stop began does not open the door again.
    readiness.becomesReady()
    #expect(try code() == "stopping")
  }
}
