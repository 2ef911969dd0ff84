import Foundation

/// No floor reaches upwards, and nobody imports what is not declared.
enum FloorRules {
  static let all = [targetsHaveFloors, dependenciesGoDown, importsAreDeclared, pureTargetsAskNobody]

  private static let package = """
    let joints: [Target.Dependency] = ["Contracts", "Host"]
    module("Contracts", "Shared/Contracts"),
    module("Wire", "Shared/Wire", uses: ["Contracts"], settings: careful),
    module("Upside", "Shared/Upside", uses: ["Contracts"]),
    module("Store", "Shared/Store", uses: ["Contracts", "Host"]),
    program("accord-ledger", "Services/Ledger/App", uses: joints + ["BrokerCore"]),
    """

  private static let targetsHaveFloors = Rule("every target has a floor", bad: Project(["Package.swift": package])) { project in
    targets(project).filter { Floors.floor(of: $0.name) == nil }.map {
      "Package.swift: \($0.name) has no floor; give it one in Tests/TidyTests/Floors.swift"
    }
  }

  private static let dependenciesGoDown = Rule("no target depends on a floor above", bad: Project(["Package.swift": package])) { project in
    targets(project).flatMap { target in
      target.uses.sorted().filter { !Floors.mayUse(target.name, $0) }.map {
        "Package.swift: \(target.name) may not depend on \($0); move what it needs down, or say why not in Floors.exceptions"
      }
    }
  }

  private static let importsAreDeclared = Rule(
    "files import what their target declares and their floor may have",
    bad: Project(["Package.swift": package, "Shared/Wire/Wire.swift": "import Contracts\nimport Glibc\npackage import Foundation\n"])
  ) { project in
    targets(project).flatMap { target in
      let allowed = target.uses.union(Floors.system(Floors.floor(of: target.name) ?? 0))
      // A driver stands beside the target and is no part of it: deploy/fuzz compiles it against libFuzzer.
      return project.sources(target.folder).filter { !$0.path.contains("/Driver/") }.flatMap { source in
        imports(source).filter { !allowed.contains($0.module) }.map {
          "\(source.path):\($0.line): \(target.name) may not import \($0.module); use what its floor has, or declare the dependency"
        }
      }
    }
  }

  /// What a core is given and never takes: instants, zones, ids, chance, files, threads.
  private static let asked = [
    "TimeZone", "Calendar", "Date(", "UUID(", ".random(", ".randomElement(", ".shuffled()", "SystemRandomNumberGenerator",
    "ContinuousClock",
    "SuspendingClock", "clock_gettime", "async", "await", "Task", "print(",
  ]

  private static let pureTargetsAskNobody = Rule(
    "pure targets take time, chance and ids as arguments",
    bad: Project(["Package.swift": package, "Shared/Wire/Wire.swift": "let id = UInt64.random(in: 1...9)\n"])
  ) { project in
    targets(project).filter { (Floors.floor(of: $0.name) ?? 9) <= 1 }.flatMap { target in
      project.sources(target.folder).flatMap { source in
        asked.flatMap { word in
          source.lines(with: word).map { "\(source.path):\($0): a pure target does not use \(word); take what it gives as an argument" }
        }
      }
    }
  }

  private static func targets(_ project: Project) -> [DeclaredTarget] { DeclaredTarget.all(in: project.files["Package.swift"] ?? "") }

  /// Modules by line; of `import struct A.B` it is A.
  private static func imports(_ source: Source) -> [(module: String, line: Int)] {
    source.code.enumerated().compactMap { place, line in
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"),
        words[..<at].allSatisfy({ $0 == "package" || $0.hasPrefix("@") || $0 == "internal" || $0 == "private" || $0 == "public" })
      else { return nil }
      guard let last = words[(at + 1)...].last, let module = last.split(separator: ".").first else { return nil }
      return (String(module), place + 1)
    }
  }
}
