import Foundation

/// The floors of the house and who may see whom. Package.swift says what is; this table says what may be.
enum Floors {
  /// Floor by target.
  static let floor: [String: Int] = [
    "Contracts": 0,
    "Wire": 1, "Journal": 1, "BrokerCore": 1, "MeshMachines": 1, "Zones": 1, "Terms": 1, "Feed": 1, "Shop": 1,
    "LedgerDomain": 1, "MarketingDomain": 1, "ServiceDomain": 1,
    "CLinux": 2, "CSQLite": 2, "Disk": 2, "Transport": 2, "Store": 2, "Telemetry": 2,
    "Mesh": 3, "HTTP": 3, "Host": 3,
    "LedgerRoom": 4, "MarketingRoom": 4, "ServiceRoom": 4,
    "accord-broker": 4, "accord-ledger": 4, "accord-marketing": 4, "accord-service": 4, "accord": 4,
    "TestKit": 5, "Fuzz": 5, "host-probe": 5, "hot-paths": 5, "Simulation": 5, "accord-simulate": 5,
  ]

  /// What a pure target may see beside Contracts.
  private static let pure: [String: Set<String>] = [
    "BrokerCore": ["Wire", "Journal"], "MeshMachines": ["Wire"], "Terms": ["Zones"], "Feed": ["Zones"],
    "LedgerDomain": ["Terms", "Zones"], "MarketingDomain": ["Terms", "Zones"], "ServiceDomain": ["Terms", "Zones"],
  ]

  /// Which core belongs to which program, or to which department's room.
  private static let core: [String: String] = [
    "BrokerCore": "accord-broker", "LedgerDomain": "LedgerRoom", "MarketingDomain": "MarketingRoom", "ServiceDomain": "ServiceRoom",
    "LedgerRoom": "accord-ledger", "MarketingRoom": "accord-marketing", "ServiceRoom": "accord-service",
  ]

  /// What the table above forbids and is right nevertheless, with the reason.
  private static let exceptions: [String: [String: String]] = [
    "Contracts": ["CLinux": "the processor's SHA instructions are a static inline there; nothing of the system is called"],
    "Journal": ["CLinux": "the processor's CRC instruction is a static inline there; nothing of the system is called"],
    "Host": [
      "Mesh": "Host is the top of its floor: it joins the other joints into a running department",
      "HTTP": "Host is the top of its floor: it joins the other joints into a running department",
    ],
  ]

  /// Whether `target` may depend on `other`.
  static func mayUse(_ target: String, _ other: String) -> Bool {
    if exceptions[target]?[other] != nil { return true }
    guard let own = floor(of: target), let its = floor(of: other) else { return false }
    if let program = core[other], own == 4 { return program == target }
    switch own {
    case 0: return false
    case 1: return other == "Contracts" || pure[target]?.contains(other) == true
    case 2: return its < 2 || other == "CLinux" || other == "CSQLite"
    case 3, 4: return its < own
    default: return true
    }
  }

  static func floor(of target: String) -> Int? { floor[target] ?? (target.hasSuffix("Tests") ? 5 : nil) }

  /// Modules of the toolchain that a floor may import. Foundation is nowhere below the tests: static programs stay small without it.
  static func system(_ floor: Int) -> Set<String> {
    switch floor {
    case 0, 1: []
    case 2, 3, 4: ["Glibc", "Dispatch", "Synchronization"]
    default: ["Glibc", "Dispatch", "Synchronization", "Foundation", "Testing"]
    }
  }
}

/// A target as Package.swift declares it.
struct DeclaredTarget: Sendable, Equatable {
  let name: String
  let folder: String
  let uses: Set<String>

  /// The targets of a Package.swift that is written as ours is: `module("Name", "Folder", uses: [...])`, `program`, `suite`, `.systemLibrary`.
  static func all(in package: String) -> [DeclaredTarget] {
    let joints = names(in: package.components(after: "let joints: [Target.Dependency] = [", upTo: "]"))
    return package.split(separator: "\n").compactMap { line in
      let line = line.drop { $0 == " " }
      guard let call = ["module(", "program(", "suite(", ".systemLibrary("].first(where: { line.hasPrefix($0) }) else { return nil }
      let texts = names(in: line.prefix { $0 != "[" })
      guard let name = texts.first else { return nil }
      let folder = call == "suite(" ? "Tests/" + name : texts.count > 1 ? texts[1] : ""
      let list = String(line).components(after: "uses: ", upTo: "]")
      var uses = Set(names(in: list))
      if list.hasPrefix("joints") || String(line).components(after: "uses: ", upTo: ")").hasPrefix("joints") { uses.formUnion(joints) }
      if call == "suite(" { uses.insert("TestKit") }
      return DeclaredTarget(name: name, folder: folder, uses: uses)
    }
  }

  /// The texts in quotation marks.
  private static func names(in text: some StringProtocol) -> [String] {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}

extension String {
  /// What stands between `start` and the next `end`; empty where `start` does not occur.
  func components(after start: String, upTo end: String) -> String {
    guard let opening = range(of: start) else { return "" }
    let rest = self[opening.upperBound...]
    guard let closing = rest.range(of: end) else { return String(rest) }
    return String(rest[..<closing.lowerBound])
  }
}
