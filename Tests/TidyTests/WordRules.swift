import Foundation

/// Words that do not belong, and where.
enum WordRules {
  static let all = [notInProduction, forcedUnwraps, notAnywhere, machinesNameEveryState, sleeps, unfinished, places, hosts, names]

  /// Word, and what to do instead.
  private static let production: [(word: String, instead: String)] = [
    ("public", "modules are seen inside this package only; write package, or nothing"),
    ("try!", "an error is handled or thrown on"),
    ("as!", "cast with as? and say what happens otherwise"),
    ("fatalError(", "write preconditionFailure with a sentence that names the bug"),
    ("Task {", "structured tasks only, or a thread of our own"),
    ("Task.detached", "structured tasks only, or a thread of our own"),
    ("exit(", "only Host ends a process"),
  ]

  private static let notInProduction = Rule(
    "programs do without shortcuts",
    bad: Project(["Shared/Wire/A.swift": "public struct A {}\n", "Services/Ledger/B.swift": "let a = try! b()\n"])
  ) { project in
    project.production.flatMap { source in
      production.filter { $0.word != "exit(" || !source.path.hasPrefix("Shared/Host/") && !source.path.hasPrefix("Services/Accord/") }
        .flatMap { word, instead in source.lines(with: word).map { "\(source.path):\($0): \(word) does not belong here; \(instead)" } }
    }
  }

  private static let forcedUnwraps = Rule(
    "programs never unwrap by force", bad: Project(["Shared/Wire/A.swift": "let a = b[0]!\nlet c = d!.e\n"])
  ) { project in
    project.production.flatMap { source in
      source.code.indices.filter { unwraps(source.code[$0]) }.map {
        "\(source.path):\($0 + 1): a forced unwrap stops the program without a word; use guard, or a precondition with a sentence"
      }
    }
  }

  /// A `!` directly after a name, a bracket or a parenthesis; `!=` and the `!` of a type such as `Int!` included, `try!` left to its own rule.
  private static func unwraps(_ line: String) -> Bool {
    let bytes = Array(line.utf8)
    return bytes.indices.dropFirst().contains { place in
      guard bytes[place] == 0x21, place + 1 >= bytes.count || bytes[place + 1] != 0x3D else { return false }
      let before = bytes[place - 1]
      guard Words.isPart(before) || before == 0x29 || before == 0x5D else { return false }
      let word = String(decoding: bytes[..<place], as: UTF8.self).split { !$0.isLetter }.last
      return word != "try" && word != "as"
    }
  }

  private static let notAnywhere = Rule(
    "tests see what programs see", bad: Project(["Tests/WireTests/A.swift": "@testable import Wire\n"])
  ) { project in
    project.sources().flatMap { source in
      source.lines(with: "@testable").map { "\(source.path):\($0): @testable is not needed; what a test may see is package" }
    }
  }

  private static let machinesNameEveryState = Rule(
    "machines name every state",
    bad: Project(["Shared/Wire/SessionMachine.swift": "switch state {\ncase .open: 1\ndefault: 2\n}\n"])
  ) { project in
    project.production.filter { $0.name.hasSuffix("Machine") }.flatMap { source in
      source.lines(with: "default:").map {
        "\(source.path):\($0): a machine's switch has no default; name the states, so that a new one is seen"
      }
    }
  }

  /// Files that let time pass for its own sake, each with its reason.
  private static let pauses: [String: String] = [
    "Shared/Disk/SegmentPreparer.swift": "pauses between writes, so that preparing leaves the disk to commits",
    "Tests/StoreTests/CrashTests.swift": "the moment of the kill is what is tried out",
    "Tests/HTTPTests/ListenerTests.swift": "shows that nothing happens for a while",
  ]

  private static let sleeps = Rule(
    "nobody sleeps", bad: Project(["Tests/WireTests/A.swift": "usleep(10)\n", "Shared/Mesh/B.swift": "Thread.sleep(1)\n"])
  ) { project in
    // The command line tool may ask another process again after a while: it has nothing to wait on.
    let sources = project.sources("Shared", "Tests", "Services/Broker", "Services/Ledger", "Services/Marketing", "Services/CustomerService")
    return ["sleep(", "usleep(", "nanosleep(", "Thread.sleep", "Task.sleep"].flatMap { word in
      sources.filter { pauses[$0.path] == nil }.flatMap { source in
        source.lines(with: word).map { "\(source.path):\($0): \(word) guesses how long something takes; wait for the thing itself" }
      }
    }
  }

  private static let unfinished = Rule(
    "nothing is left for later", bad: Project(["Shared/Wire/A.swift": "// TODO: all of it\n"])
  ) { project in
    lines(of: project) { line in ["TODO", "FIXME", "HACK"].first { Words.holds(line, $0) } }.map {
      "\($0.path):\($0.line): \($0.found) is a promise that nobody keeps; do it, or leave it out"
    }
  }

  /// Where folders of somebody's machine begin; the folder that this was built in is one of them.
  private static let placesOfSomebody =
    ["/home/", "/Users/", "/root/", "/private/var/", "/opt/homebrew/"] + #filePath.split(separator: "/Tests/").prefix(1).map { $0 + "/" }
  /// Words in the names of package registries' hosts: an address that holds one belongs to the tools.
  private static let registries = [
    "pypi", "pythonhosted", "npmjs", "yarnpkg", "crates", "golang", "rubygems", "maven", "artifactory", "debian",
  ]

  private static let places = Rule(
    "no machine's paths", bad: Project(["deploy/run": "cd /home/ana/accord\n"])
  ) { project in
    lines(of: project) { line in placesOfSomebody.first { stands($0, in: line) } }.map {
      "\($0.path):\($0.line): \($0.found) is somebody's machine; name things from the project's top"
    }
  }

  private static let hosts = Rule(
    "no registry's hosts", bad: Project(["deploy/run": "pip install --index-url https://mirror.of.pypi.example/simple x\n"])
  ) { project in
    lines(of: project) { line in line.contains("://") ? registries.first { line.contains($0) } : nil }.map {
      "\($0.path):\($0.line): an address of \($0.found); leave where packages come from to the tools"
    }
  }

  /// `/home/` as the begin of a path, not the middle of `/v1/home/`.
  private static func stands(_ place: String, in line: String) -> Bool {
    guard line.contains(place) else { return false }
    guard place.hasPrefix("/"), let range = line.range(of: place), range.lowerBound > line.startIndex else { return true }
    let before = line[line.index(before: range.lowerBound)]
    return !(before.isLetter || before.isNumber || before == "}" || before == "." || before == "_" || before == "-" || before == "*")
  }

  private static let names = Rule(
    "types are named for what they are", bad: Project(["Shared/Wire/A.swift": "package struct FrameManager {}\n"])
  ) { project in
    project.sources().flatMap { source in
      source.code.enumerated().compactMap { place, line in
        guard let type = ShapeRules.declaredType(line)?.name,
          let ending = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Base"].first(where: { type.hasSuffix($0) })
        else { return nil }
        return "\(source.path):\(place + 1): \(type) says \(ending), which says nothing; name the thing"
      }
    }
  }

  /// Every line of every file but those of the tidy tests, which hold the words themselves.
  private static func lines(of project: Project, _ found: (String) -> String?) -> [(path: String, line: Int, found: String)] {
    project.files.filter { !$0.key.hasPrefix("Tests/TidyTests/") }.sorted { $0.key < $1.key }.flatMap { path, text in
      text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { place, line in
        found(String(line)).map { (path, place + 1, $0) }
      }
    }
  }
}
