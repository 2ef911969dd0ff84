import Contracts
import Foundation
import HTTP
import Host
import LedgerRoom
import MarketingRoom
import ServiceRoom
import Store
import TestKit
import Testing
import Transport

/// What every door says to words that are none: in its path, its query and its body. What each takes stands beside the door itself, so one
/// that is added is tried too.
struct CarelessDoorTests {
  private static let departments = [LedgerProgram.department, MarketingProgram.department, ServiceProgram.department].map(
    CarelessBodyTests.Door.init)

  /// No id: a space, a sign, a letter beyond ASCII, and too much of it.
  private static let noIDs = ["a b", "x\"y", "back\\slash", "grün", String(repeating: "x", count: 500)]

  /// One department whose every door is tried, and what it held before.
  private final class Trial {
    let premises: Premises
    let routes: [Route]
    private let before: Tables
    private(set) var tried = 0

    init(_ door: CarelessBodyTests.Door) throws {
      premises = try Premises(door.department)
      routes = door.department.doors(premises.desk)
      before = try premises.tables()
    }

    /// Asks, and holds the answer to a refusal that names `field`.
    func refuses(
      _ route: Route, naming field: String, status: Int = 400, path: [String: String] = [:], query: [(String, String)] = [],
      type: String? = "application/json", body: [UInt8] = [], _ what: String
    ) throws {
      tried += 1
      let way = route.pattern.split(separator: "/").map { part in
        guard part.hasPrefix("{") else { return String(part) }
        let name = String(part.dropFirst().dropLast())
        return path[name] ?? Self.sound(route.path[name] ?? .id)
      }
      let headers = premises.headers(key: "careless-\(tried)", type.map { [("Content-Type", $0)] } ?? [])
      let answer = premises.ask(route.method, "/" + way.joined(separator: "/"), query: query, headers: headers, body: body)
      let said = String(decoding: answer.body, as: UTF8.self)
      #expect(answer.status == status, "\(route.method) \(route.pattern), \(what): \(answer.status) \(said)")
      let problem = try answer.json
      #expect(problem["code"]?.string?.isEmpty == false, "\(route.pattern), \(what): \(said)")
      #expect(problem["detail"]?.string?.contains(field) == true, "\(route.pattern), \(what), names no \(field): \(said)")
    }

    static func sound(_ form: RequestForm) -> String {
      switch form {
      case .number(let range): "\(range.lowerBound)"
      case .id, .longID, .instant, .flag, .language, .oneOf, .text: "x-1"
      }
    }

    /// Nothing was kept, and nothing told.
    func end() throws {
      #expect(tried > 40)
      #expect(try premises.tables().differences(from: before) == [])
      #expect(try premises.told().isEmpty)
    }
  }

  private static func wrong(_ form: RequestForm) -> [String] {
    switch form {
    case .id: noIDs
    case .longID: noIDs
    case .number(let range): ["many", "1.5", "", "\(range.lowerBound - 1)", "99999999999999999999"]
    case .instant: ["noon", "2026-05-10", "2026-13-40T00:00:00Z", ""]
    case .flag: ["yes", "1", ""]
    case .language: ["e", "english please", "en_US", "ü"]
    case .oneOf: ["another", ""]
    case .text(let max): [String(repeating: "x", count: max + 1)]
    }
  }

  @Test(arguments: departments)
  func `every door refuses ids and numbers in its path that are none, and names them`(of door: CarelessBodyTests.Door) throws {
    let trial = try Trial(door)
    for route in trial.routes {
      for part in route.pattern.split(separator: "/") where part.hasPrefix("{") {
        let name = String(part.dropFirst().dropLast())
        for word in Self.wrong(route.path[name] ?? .id) where !word.isEmpty {
          try trial.refuses(route, naming: name, path: [name: word], "“\(word.prefix(20))” as {\(name)}")
        }
      }
    }
    try trial.end()
  }

  @Test(arguments: departments)
  func `every door refuses what its query cannot hold, and names it`(of door: CarelessBodyTests.Door) throws {
    let trial = try Trial(door)
    for route in trial.routes {
      try trial.refuses(route, naming: "no_such_thing", query: [("no_such_thing", "1")], "an unknown name")
      for (name, form) in route.query {
        for word in Self.wrong(form) {
          try trial.refuses(route, naming: name, query: [(name, word)], "\(name)=\(word.prefix(20))")
        }
        try trial.refuses(route, naming: name, query: [(name, ""), (name, "")], "\(name) twice")
      }
    }
    try trial.end()
  }

  // MARK: Bodies

  /// A value of every kind that JSON has.
  private static let values: [JSON] = [
    .bool(true), .integer(7), .number("1.5"), .string("x-1"), .array([.string("x-1")]), .object([.init("x", 1)]),
  ]

  private static func fits(_ kind: BodyForm.Kind, _ value: JSON) -> Bool {
    switch (kind, value) {
    case (.id, .string), (.text, .string), (.sentence, .string), (.words, .string), (.number, .integer), (.flag, .bool), (.list, .array),
      (.object, .object):
      true
    case (_, _): false
    }
  }

  @Test(arguments: departments)
  func `every door refuses members of a body that are unknown, of another kind, no ids or too long, and names them`(
    of door: CarelessBodyTests.Door
  ) throws {
    let trial = try Trial(door)
    for route in trial.routes where route.method == .post {
      guard let members = route.members?.members else { continue }
      func refuses(_ name: String, _ value: JSON, _ what: String) throws {
        try trial.refuses(route, naming: name, body: JSON.object([.init(name, value)]).bytes, "\(name) as \(what)")
      }
      try refuses("no_such_thing", 1, "an unknown member")
      for member in members {
        for value in Self.values where !Self.fits(member.kind, value) { try refuses(member.name, value, value.text) }
        if let most = member.kind.bytesMax {
          try refuses(member.name, .string(String(repeating: "x", count: most + 1)), "\(most + 1) bytes")
        }
        guard case .id = member.kind else { continue }
        for word in Self.noIDs { try refuses(member.name, .string(word), "“\(word.prefix(20))”") }
      }
    }
    try trial.end()
  }

  /// These take what a contract describes, which may say more than anybody reads, or one such thing a line.
  private static let documents: Set = ["/v1/orders", "/v1/orders/{id}/amend", "/v1/subscriptions/{id}/changes"]

  @Test(arguments: departments)
  func `every door that takes a body says what of`(of door: CarelessBodyTests.Door) throws {
    for route in try Trial(door).routes where route.method == .post {
      let isDocument = Self.documents.contains(route.pattern) || route.pattern.hasPrefix("/v1/imports/")
      #expect((route.members == nil) == isDocument, "\(route.pattern)")
    }
  }

  @Test(arguments: departments)
  func `every door refuses a body that is too long, or in another tongue than JSON`(of door: CarelessBodyTests.Door) throws {
    let trial = try Trial(door)
    for route in trial.routes where route.method == .post {
      let most = try #require(route.bodyBytesMax, "\(route.pattern)")
      #expect(most <= 16 << 20)
      let long = [UInt8](repeating: 0x20, count: most + 1)
      try trial.refuses(route, naming: "body", status: 413, body: long, "\(long.count) bytes")
      for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense"] {
        try trial.refuses(route, naming: "Content-Type", status: 415, type: type, body: Array("{}".utf8), type)
      }
    }
    #expect(trial.tried > 40)
  }

  // MARK: Over sockets

  /// What the server says before any door is asked: by the method, and by a body's length alone.
  @Test(arguments: departments)
  func `every path refuses methods that it does not have, and bodies too long to be read`(of door: CarelessBodyTests.Door) throws {
    let trial = try Trial(door)
    let reactor = try Reactor()
    let server = try HTTPServer(reactor: reactor, host: "127.0.0.1", port: 0, routes: trial.routes)
    try reactor.start(name: "served")
    defer {
      let done = Event()
      server.drain { done.happen() }
      #expect(done.wait(within: .seconds(10)))
      reactor.stop()
      reactor.join()
    }
    func ask(_ method: HTTP.Method, _ path: String, _ headers: Headers, _ body: [UInt8] = []) throws -> Response {
      try HTTPClient.send(method, host: "127.0.0.1", port: server.port, path: path, headers: headers, body: body)
    }
    let doors = Routes(trial.routes)
    for route in trial.routes {
      let path = route.pattern.replacing(/\{(version|number)\}/, with: "1").replacing(/\{[^}]*\}/, with: "x-1")
      let here = trial.routes.filter { $0.pattern == route.pattern }.map(\.method)
      for method in [HTTP.Method.get, .post, .put, .patch, .delete] where !here.contains(method) {
        // The same words may be an id at another door.
        if case .route = doors.find(method, path.split(separator: "/").map(String.init)) { continue }
        let answer = try ask(method, path, trial.premises.headers(key: "served"))
        #expect(answer.status == 405, "\(method) \(path): \(answer.status)")
        let said = try answer.json["detail"]?.string ?? ""
        #expect(answer.header("Allow")?.isEmpty == false && said.count > 20, "\(method) \(path)")
      }
      let body = [UInt8](repeating: 0x20, count: (route.bodyBytesMax ?? 0) + 1)
      let long = try ask(route.method, path, trial.premises.headers(key: "served"), body)
      #expect(long.status == 413, "\(route.method) \(path): \(long.status)")
      let said = try long.json["detail"]?.string ?? ""
      #expect(said.contains("body"), "\(route.method) \(path): \(said)")
    }
  }
}
