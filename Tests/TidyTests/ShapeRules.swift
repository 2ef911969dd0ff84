import Foundation

/// How files and declarations look.
enum ShapeRules {
  static let all = [fileLines, brokerLines, mainLines, docLines, uncheckedSayWhy, namedAfterType, modulesHaveLimits]

  private static let long = Array(repeating: "let a = 1\n", count: brokerLinesMax + 1).joined()

  private static let fileLines = Rule("no file is over 300 lines", bad: Project(["Shared/Wire/A.swift": long])) { project in
    project.sources().filter { $0.lines.count > 300 }.map {
      "\($0.path): has \($0.lines.count) lines, 300 are the most; find the second idea that lives in it and give it a file"
    }
  }

  /// The promise of a small broker: what runs between its sockets and its disk, in lines of code, so that a comment costs nothing.
  ///
  /// The design wished for about 5,500, and what lies beyond is bought on purpose: a disk format that tells damage from an unproven end,
  /// reads around it, heals it from the outboxes, makes durable at a start what a failed sync may have left undone, lets go of old segments
  /// and carries on what is still needed (a fifth of all lines); bounds on what it reads of its own memory, so that nothing in there can
  /// trap it; the whole protocol, by a decoder that makes no string where none is kept; the gate that holds events to their contracts,
  /// which departments run as well, and the moulds that spare it (1,300); credentials that change while it runs, with rights and quotas
  /// (1,200); and what operators do and ask: dead letters, replay, drain, status in sentences (2,000). A higher figure needs a reason like
  /// these.
  private static let brokerLinesMax = 12_680

  /// The client's half of the wire, and the words both halves share: a page of PROTOCOL.md in Swift, with nothing in it that can go wrong.
  private static let notTheBrokers = ["ClientMessageEncoder", "BrokerMessageDecoder", "ClientMessage", "BrokerMessage"]

  private static let brokerLines = Rule("the broker stays small", bad: Project(["Shared/Wire/A.swift": long])) { project in
    let count = project.sources("Services/Broker", "Shared/Wire", "Shared/Journal", "Shared/Disk")
      .filter { !$0.path.hasPrefix("Shared/Wire/") || !notTheBrokers.contains($0.name) }
      .reduce(0) { $0 + $1.code.count { !$0.allSatisfy(\.isWhitespace) } }
    return count <= brokerLinesMax
      ? [] : ["Services/Broker, Shared/Wire, Journal, Disk: \(count) lines of code, \(brokerLinesMax) are the most; find what can go"]
  }

  private static let mainLines = Rule("no main is over 40 lines", bad: Project(["Services/Ledger/App/main.swift": long])) { project in
    project.production.filter { $0.name.lowercased() == "main" && $0.lines.count > 40 }.map {
      "\($0.path): has \($0.lines.count) lines, 40 are the most; a main only names the parts and their order"
    }
  }

  private static let docLines = Rule(
    "package types and functions have a doc line",
    bad: Project(["Shared/Wire/A.swift": "package struct A {\n  @inlinable\n  package func b(c: Int) -> Int {\n    c\n  }\n}\n"])
  ) { project in
    let promised = requirements(project)
    return project.production.flatMap { source in
      let told = promised.union(source.code.indices.filter { hasDoc(source.lines, above: $0) }.compactMap { functionName(source.code[$0]) })
      return source.code.indices.filter { needsDoc(source.code[$0], told) && !hasDoc(source.lines, above: $0) }.map {
        "\(source.path):\($0 + 1): no doc line; say what it is for, with units, errors and promises about threads"
      }
    }
  }

  /// An outer `package` type, or a `package` function that is more than one line.
  ///
  /// Operators and empty types say what they are, a nested type is told of by the one around it, what a protocol asks for is documented
  /// there, and one doc line serves all functions of a name in a file.
  private static func needsDoc(_ line: String, _ told: Set<String>) -> Bool {
    let words = line.split(separator: " ")
    guard words.contains("package"), !words.contains("import"), !words.contains("override") else { return false }
    if let type = declaredType(line) { return type.kind != "extension" && line.first?.isWhitespace == false && !line.hasSuffix("{}") }
    guard let name = functionName(line) else { return false }
    return !line.hasSuffix("}") && !told.contains(name)
  }

  /// The names of functions that the project's own protocols, and `Hashable`, ask for.
  private static func requirements(_ project: Project) -> Set<String> {
    var names: Set<String> = ["hash"]
    for source in project.production {
      var isInside = false
      for line in source.code {
        if line.first?.isWhitespace == false { isInside = declaredType(line)?.kind == "protocol" }
        if isInside, let name = functionName(line) { names.insert(name) }
      }
    }
    return names
  }

  /// The name of the function that `line` declares; nil for operators.
  private static func functionName(_ line: String) -> String? {
    let words = line.split(separator: " ")
    guard let at = words.firstIndex(of: "func"), at + 1 < words.count, words[at + 1].first?.isLetter == true else { return nil }
    return String(words[at + 1].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }

  private static func hasDoc(_ lines: [String], above place: Int) -> Bool {
    var at = place - 1
    while at >= 0, lines[at].drop(while: { $0 == " " }).hasPrefix("@") { at -= 1 }
    return at >= 0 && lines[at].drop { $0 == " " }.hasPrefix("///")
  }

  private static let uncheckedSayWhy = Rule(
    "what the compiler cannot check says why it is right", bad: Project(["Shared/Wire/A.swift": "final class A: @unchecked Sendable {}\n"])
  ) { project in
    ["@unchecked Sendable", "nonisolated(unsafe)"].flatMap { word in
      project.production.flatMap { source in
        source.lines(with: word).filter { line in
          !source.lines[max(0, line - 8)..<line].contains { $0.contains("//") }
        }.map { "\(source.path):\($0): \(word) without a comment; say in a line or two which thread or lock keeps it right" }
      }
    }
  }

  private static let namedAfterType = Rule(
    "a file begins with the type that it is named after", isAdvice: true,
    bad: Project(["Shared/Wire/Frame.swift": "struct Other {}\nstruct Frame {}\n"])
  ) { project in
    project.production.filter { !["Limits", "main", "Main"].contains($0.name) }.compactMap { source in
      let wanted = String(source.name.prefix { $0 != "+" })
      guard let first = firstType(source) else { return "\(source.path): declares no type; put what it holds where it belongs" }
      // What a type does may have a file named after the deed: Settling.swift extends Subscription.
      guard first.kind != "extension" || source.name.contains("+"), !first.name.contains(wanted),
        !source.code[first.line - 1].contains("extension \(wanted).")
      else { return nil }
      return
        "\(source.path):\(first.line): begins with \(first.name), not with \(wanted); name the file after its first type, or put that first"
    }
  }

  /// The first type or extension at the outer level.
  private static func firstType(_ source: Source) -> (line: Int, kind: String, name: String)? {
    for (place, line) in source.code.enumerated() where line.first?.isWhitespace == false {
      if let type = declaredType(line) { return (place + 1, type.kind, type.name) }
    }
    return nil
  }

  /// The type that `line` declares or extends.
  static func declaredType(_ line: String) -> (kind: String, name: String)? {
    let words = line.split { $0 == " " }
    let kinds: Set<Substring> = ["struct", "enum", "class", "actor", "protocol", "extension", "typealias"]
    guard let at = words.firstIndex(where: kinds.contains), at + 1 < words.count,
      words[..<at].allSatisfy({ $0.first?.isLetter == true || $0.hasPrefix("@") || $0.hasPrefix("~") }),
      !words[..<at].contains(where: { ["func", "var", "let", "case", "import"].contains($0) })
    else { return nil }
    let name = words[at + 1].prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    guard let last = name.split(separator: ".").last else { return nil }
    return (String(words[at]), String(last))
  }

  /// Modules that take something in from outside, and therefore bound it. Mesh goes by the limits of its machines.
  private static let bounded = ["Contracts", "Wire", "Transport", "HTTP", "Store", "MeshMachines", "Telemetry", "Host", "Journal", "Zones"]

  private static let modulesHaveLimits = Rule(
    "modules that take something in say how much", bad: Project(["Shared/Wire/Frame.swift": "struct Frame {}\n"])
  ) { project in
    bounded.filter { module in
      !project.sources("Shared/" + module).isEmpty && project.files["Shared/\(module)/Limits.swift"] == nil
    }.map { "Shared/\($0): has no Limits.swift; put its limits there, each with its reason" }
  }
}
