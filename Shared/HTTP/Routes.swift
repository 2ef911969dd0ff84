/// The routes of one server, found by method and path. A literal segment wins over a parameter.
package struct Routes: Sendable {
  package enum Found: Sendable {
    case route(Route, PathParameters)
    /// The path exists for these methods only (RFC 9110 15.5.6).
    case otherMethods(allow: String)
    case nothing
  }

  private enum Part: Sendable, Equatable {
    case literal(String)
    case parameter(String)
  }

  private struct Entry: Sendable {
    let route: Route
    let parts: [Part]
  }

  private let entries: [Entry]

  /// Two routes with the same method and shape are a mistake in the program.
  package init(_ routes: [Route]) {
    var entries: [Entry] = []
    for route in routes {
      let parts = Self.parts(route.pattern)
      precondition(
        !entries.contains { $0.route.method == route.method && Self.sameShape($0.parts, parts) },
        "two routes answer \(route.method.rawValue) \(route.pattern)")
      entries.append(Entry(route: route, parts: parts))
    }
    // Sorted by shape, literals before parameters, so that the first that fits is the closest one.
    self.entries = entries.enumerated().sorted { a, b in
      let (left, right) = (Self.rank(a.element.parts), Self.rank(b.element.parts))
      return left == right ? a.offset < b.offset : left.lexicographicallyPrecedes(right)
    }.map(\.element)
  }

  /// All routes with their doc lines, by pattern.
  package var list: [Route] { entries.map(\.route).sorted { ($0.pattern, $0.method.rawValue) < ($1.pattern, $1.method.rawValue) } }

  /// Who answers `method` for the decoded `segments`. HEAD is answered by GET's route where it has none of its own (RFC 9110 9.3.2).
  package func find(_ method: Method, _ segments: [String]) -> Found {
    var best: Found?
    var allowed: [Method] = []
    for entry in entries {
      guard let parameters = Self.match(entry.parts, segments) else { continue }
      allowed.append(entry.route.method)
      if entry.route.method == method { return .route(entry.route, parameters) }
      if method == .head, entry.route.method == .get, best == nil { best = .route(entry.route, parameters) }
    }
    if let best { return best }
    guard !allowed.isEmpty else { return .nothing }
    if allowed.contains(.get) { allowed.append(.head) }
    allowed.append(.options)
    return .otherMethods(allow: Method.allCases.filter(allowed.contains).map(\.rawValue).joined(separator: ", "))
  }

  private static func parts(_ pattern: String) -> [Part] {
    precondition(pattern.hasPrefix("/"), "the pattern \(pattern) begins with a slash")
    var names: Set<String> = []
    guard pattern != "/" else { return [] }
    return pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
      guard part.hasPrefix("{") || part.hasSuffix("}") else { return .literal(String(part)) }
      let name = String(part.dropFirst().dropLast())
      precondition(part.hasPrefix("{") && part.hasSuffix("}") && !name.isEmpty, "the pattern \(pattern) has a broken {parameter}")
      precondition(names.insert(name).inserted, "the pattern \(pattern) names {\(name)} twice")
      return .parameter(name)
    }
  }

  private static func match(_ parts: [Part], _ segments: [String]) -> PathParameters? {
    guard parts.count == segments.count else { return nil }
    var values: [(name: String, value: String)] = []
    for (part, segment) in zip(parts, segments) {
      switch part {
      case .literal(let text): guard text == segment else { return nil }
      case .parameter(let name):
        guard !segment.isEmpty else { return nil }
        values.append((name, segment))
      }
    }
    return PathParameters(values)
  }

  private static func sameShape(_ a: [Part], _ b: [Part]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { pair in
        switch pair {
        case (.literal(let x), .literal(let y)): x == y
        case (.parameter, .parameter): true
        case (.literal, .parameter), (.parameter, .literal): false
        }
      }
  }

  private static func rank(_ parts: [Part]) -> [Int] {
    parts.map { part in
      switch part {
      case .literal: 0
      case .parameter: 1
      }
    }
  }
}
