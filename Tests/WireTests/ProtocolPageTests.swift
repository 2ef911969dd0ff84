import Contracts
import Foundation
import Testing
import Wire

/// PROTOCOL.md is what strangers build on: every example in it is decoded, and what it lists is what the code knows.
@Suite struct ProtocolPageTests {
  private static let page: String = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return (try? String(contentsOf: folder.appending(path: "Shared/Wire/PROTOCOL.md"), encoding: .utf8)) ?? ""
  }()

  private static let examples: [String] = page.components(separatedBy: "```json\n").dropFirst().map {
    $0.components(separatedBy: "\n```")[0]
  }

  private static let clientOps = [
    "hello", "publish", "subscribe", "unsubscribe", "credit", "working", "settle", "extend", "request", "reply", "mark", "admin", "ping",
    "pong", "farewell", "heal",
  ]
  private static let brokerOps = [
    "welcome", "accepted", "refused", "resume", "subscribed", "unsubscribed", "deliver", "revoke", "mark", "request", "reply", "admin",
    "ping", "pong", "farewell", "fault", "heal",
  ]

  @Test(arguments: examples) func `every example is a message`(example: String) throws {
    let payload = Array(example.utf8)
    let said = try? client(payload)
    let heard = try? broker(payload)
    #expect(said != nil || heard != nil, "neither side understands \(example)")
    if let said {
      let again = try payloads(frame(said, payload: payload))[0]
      if case .publish = said { #expect(again == payload) } else { #expect(try client(again) == said) }
    }
    if let heard { #expect(text(try payloads(frame(heard))[0]) == example) }
  }

  @Test func `every message has an example`() throws {
    let said = Set(Self.examples.filter { (try? client($0)) != nil }.map(Self.op))
    let heard = Set(Self.examples.filter { (try? broker($0)) != nil }.map(Self.op))
    #expect(said == Set(Self.clientOps))
    #expect(heard == Set(Self.brokerOps))
  }

  @Test func `every code has its row`() {
    let event: [EventFault] = [
      .tooLong(bytes: 1), .missing(.id), .wrong(.id), .escaped(.id), .version, .nameTwice(offset: 1), .nameNotAllowed(offset: 1),
      .tooManyAttributes, .mismatch(type: "t", DataMismatch(pointer: "/data", problem: "x")), .undeclared(type: "t"),
    ]
    let faults: [WireFault] = [
      .frameEmpty, .frameTooLong(bytes: 1, limit: 1), .notJSON(JSONFault(.endsEarly, at: 1)), .notAnObject, .nestedTooDeep(offset: 1),
      .opNotFirst, .unknownOp("x"), .missing("x"), .wrongType("x", wanted: .number), .duplicateName(offset: 1), .escapedName(offset: 1),
      .tooMany("x", limit: 1), .rangesNotAscending("x"), .helloExpected("x"), .helloLate, .helloRepeated, .silent,
    ]
    for code in event.map(\.code) + faults.map(\.code) { #expect(Self.page.contains("`\(code)`"), "\(code) is not on the page") }
  }

  @Test func `the limits on the page are the limits in the code`() {
    let said = [
      WireLimits.messageBytesMax, WireLimits.frameBytesMax, WireLimits.helloBytesMax, WireLimits.depthMax, WireLimits.rangesMax,
      WireLimits.exceptionsMax, WireLimits.creditMessagesMax, WireLimits.creditBytesMax, Int(WireLimits.numberMax),
      Int(WireLimits.deadlineMax.milliseconds), Int(WireLimits.laterMax.milliseconds), WireLimits.sentenceBytesMax,
      WireLimits.eventIDBytesMax, WireLimits.eventSourceBytesMax, WireLimits.eventTypeBytesMax, WireLimits.eventKeyBytesMax,
    ]
    let page = Self.page.replacing(",", with: "")
    for limit in said { #expect(page.contains("\(limit)"), "\(limit) is not on the page") }
  }

  private static func op(_ example: String) -> String { example.components(separatedBy: "\"")[3] }
}
