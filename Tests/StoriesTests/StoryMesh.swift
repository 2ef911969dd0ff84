import Contracts
import Foundation
import HTTP
import TestKit
import Testing

/// A mesh in a sandbox, whose clock the story sets, and the people who work with it: each with a token of their own.
final class StoryMesh: Sendable {
  let mesh: RunningMesh
  var caller: Caller { mesh.caller }
  var folder: Folder { mesh.folder }

  /// Friday evening in New York.
  static let friday = "2026-05-08T19:00:00-04:00"

  init(at instant: String = StoryMesh.friday) throws { mesh = try RunningMesh(["--sandbox", "--clock", "manual@\(instant)"]) }

  // MARK: People

  /// Lets somebody begin, such as `agent/ines`; from then on commands can be given as them.
  func hire(_ id: String, _ words: String...) throws {
    let file = tokenFile(id)
    try done(["colleague", "add", id, "--token-file", file] + words)
    // Each department hears of it by itself.
    for program in Caller.departments { try awaitKnown(id, at: program) }
  }

  /// The token of somebody who was hired.
  func token(of id: String) throws -> String {
    try JSON(parsing: Data(contentsOf: URL(fileURLWithPath: tokenFile(id))).map { $0 })["secret"]?.string ?? ""
  }

  /// Waits until `program` lets `id` in, or does so no more.
  func awaitKnown(_ id: String, _ isKnown: Bool = true, at program: String) throws {
    try eventually("\(program) \(isKnown ? "knows" : "has forgotten") \(id)") {
      try caller.send(program, .get, "/v1/status", token: token(of: id)).status == (isKnown ? 200 : 401)
    }
  }

  private func tokenFile(_ id: String) -> String { folder.file("token-\(id.replacing("/", with: "-")).json") }

  // MARK: Commands

  /// Runs `accord` as `who`; as the operator where nobody is named.
  func accord(_ words: [String], as who: String? = nil, within limit: Duration = .seconds(60)) throws -> Caller.Said {
    try caller.accord(words + (who.map { ["--as", tokenFile($0)] } ?? []), within: limit)
  }

  /// What a command that must succeed answers, as JSON.
  @discardableResult
  func done(_ words: [String], as who: String? = nil, _ place: SourceLocation = #_sourceLocation) throws -> JSON {
    let said = try accord(words + ["--json"], as: who)
    #expect(said.exit == .code(0), "accord \(words.joined(separator: " ")): \(said.stdout)\(said.stderr)", sourceLocation: place)
    return (try? said.json) ?? .null
  }

  @discardableResult
  func done(_ words: String..., as who: String? = nil, _ place: SourceLocation = #_sourceLocation) throws -> JSON {
    try done(words, as: who, place)
  }

  /// The sentence of a command that must be refused.
  @discardableResult
  func refused(_ words: String..., as who: String? = nil, _ place: SourceLocation = #_sourceLocation) throws -> String {
    let said = try accord(words, as: who)
    #expect(said.exit == .code(1), "accord \(words.joined(separator: " ")): \(said.stdout)\(said.stderr)", sourceLocation: place)
    return said.stderr
  }

  /// A command at a door; as the operator where nobody is named.
  func post(_ program: String, _ path: String, _ body: JSON = .object([]), key: String = UUID().uuidString, as who: String? = nil) throws
    -> Response
  {
    try caller.send(
      program, .post, path, headers: ["Idempotency-Key": key], body: body, token: try who.map { try token(of: $0) })
  }

  // MARK: Time

  /// Moves all clocks together, from one thing that falls due to the next.
  func advance(_ duration: String) throws { try done("clock", "advance", duration) }
}

extension Response {
  /// The body as JSON; null where it is none.
  var json: JSON { (try? JSON(parsing: body)) ?? .null }
  /// The code of a problem.
  var code: String? { json["code"]?.string }
  /// The sentence of a problem.
  var detail: String { json["detail"]?.string ?? "" }
}
