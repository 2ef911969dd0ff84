import Foundation

/// What stands at the top, and whether the README tells the truth.
enum PageRules {
  static let all = [topLevel, links, commands, protocolPage, scripts, checks]

  private static let entries: Set<String> = ["Package.swift", "Services", "Shared", "Tests", "deploy", "docker-compose.yml", "README.md"]

  private static let topLevel = Rule(
    "the top level holds what the README says", bad: Project(["README.md": "# Accord\n", "scratch.txt": "", "Shared/Wire/A.swift": ""])
  ) { project in
    let found = Set(project.files.keys.compactMap { $0.split(separator: "/").first.map(String.init) }.filter { !$0.hasPrefix(".") })
    let readme = project.files["README.md"] ?? ""
    return found.subtracting(entries).sorted().map {
      "\($0): does not belong at the top level; put it where README.md says, or leave it out"
    }
      + found.intersection(entries).subtracting(["README.md"]).sorted().filter { !readme.contains($0) }.map {
        "README.md: does not name \($0); say in a line what it is for"
      }
      + entries.subtracting(["docker-compose.yml"]).subtracting(found).sorted().map { "\($0): is missing at the top level; add it" }
  }

  private static let links = Rule(
    "links between pages lead somewhere", bad: Project(["README.md": "See [the wire](Shared/Wire/PROTOCOL.md#frames).\n"])
  ) { project in
    project.files.filter { $0.key.hasSuffix(".md") }.sorted { $0.key < $1.key }.flatMap { path, text in
      targets(text).compactMap { target -> String? in
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        let wanted = normal(folder.isEmpty ? target : folder + "/" + target)
        let exists = project.files[wanted] != nil || project.files.keys.contains { $0.hasPrefix(wanted + "/") }
        return exists ? nil : "\(path): links to \(target), which is not there; mend the link"
      }
    }
  }

  /// Relative targets of `](...)`, without their fragments.
  private static func targets(_ text: String) -> [String] {
    text.components(separatedBy: "](").dropFirst().compactMap { rest in
      let target = rest.prefix { $0 != ")" && $0 != "#" && $0 != " " }
      return target.isEmpty || target.contains(":") ? nil : String(target)
    }
  }

  private static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  private static let commands = Rule(
    "commands in the README exist",
    bad: Project(["README.md": "Run `deploy/start`, then `accord dance`.\n", "Services/Accord/main.swift": "print(\"up\")\n"])
  ) { project in
    let tool = project.sources("Services/Accord").flatMap(\.lines).joined(separator: "\n")
    return code(in: project.files["README.md"] ?? "").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let first = words.first else { return nil }
      if first.hasPrefix("deploy/") || first.hasPrefix(".ci/") {
        return project.executables.contains(first)
          ? nil : "README.md: names \(first), which is no executable file; mend the name or chmod +x"
      }
      guard first == "accord" || first.hasSuffix("/accord"), words.count > 1, words[1].first?.isLowercase == true else { return nil }
      return tool.contains("\"\(words[1])\"") || tool.contains("\"\(words[1]) ")
        ? nil : "README.md: names `accord \(words[1])`, which Services/Accord does not know; mend one of them"
    }
  }

  /// Lines of fenced blocks, and texts between single backticks.
  private static func code(in text: String) -> [String] {
    var found: [String] = []
    var isFenced = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.drop(while: { $0 == " " }).hasPrefix("```") {
        isFenced.toggle()
      } else if isFenced {
        found.append(String(line.drop { $0 == " " || $0 == "$" }))
      } else {
        found += line.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
          String($0.element)
        }
      }
    }
    return found
  }

  private static let protocolPage = Rule("the wire has its page", bad: Project(["Shared/Wire/Frame.swift": ""])) { project in
    (project.files["Shared/Wire/PROTOCOL.md"]?.count ?? 0) > 1_000
      ? [] : ["Shared/Wire/PROTOCOL.md: is missing or empty; a stranger must be able to write a client from it"]
  }

  private static let scripts = Rule(
    "scripts can be run and stop at the first mistake", bad: Project(["deploy/run": "echo hello\n"])
  ) { project in
    project.files.filter { $0.value.hasPrefix("#!") || ["deploy/run", "deploy/test", ".ci/run"].contains($0.key) }.sorted {
      $0.key < $1.key
    }
    .compactMap { path, text in
      if !project.executables.contains(path) { return "\(path): cannot be run; chmod +x \(path)" }
      if text.contains("bash"), !text.contains("set -euo pipefail") { return "\(path): goes on after a mistake; add set -euo pipefail" }
      return nil
    }
  }

  private static let checks = Rule("one command runs all checks", bad: Project([".ci/run": "swift test\n"])) { project in
    let text = project.files[".ci/run"] ?? ""
    return ["deploy/test", "swift format lint --strict", "--explicit-target-dependency-import-check error"].filter { !text.contains($0) }
      .map {
        ".ci/run: does not call \($0); add it"
      }
  }
}
