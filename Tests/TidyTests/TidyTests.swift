import Testing

/// The project checks itself: each rule of the house, on the real files and on a small bad sample.
@Suite struct TidyTests {
  @Test(arguments: Rule.all) func `the project keeps the rule`(rule: Rule) {
    let found = rule.check(Project.here)
    guard !found.isEmpty else { return }
    Issue.record("\(rule.name)\n\(found.joined(separator: "\n"))", severity: rule.isAdvice ? .warning : .error)
  }

  @Test(arguments: Rule.all) func `the rule can fail`(rule: Rule) {
    #expect(!rule.check(rule.bad).isEmpty)
  }

  @Test func `the project is read whole`() {
    #expect(Project.here.production.count > 20)
    #expect(DeclaredTarget.all(in: Project.here.files["Package.swift"] ?? "").count > 30)
  }

  @Test(arguments: [
    ("let a = \"try!\" // as!", "let a = \"\" "),
    ("/* a /* b */ c */ d", " d"),
    ("let a = \"\"\"\n  try!\n  \"\"\"\nb", "let a = \"\"\n\n\nb"),
    ("f(#\"a\"b\"#, c)", "f(\"\", c)"),
    ("\"\\(a(\"b\"))c\" d", "\"\"\"\" d"),
    ("\"\\\"\" e", "\"\" e"),
  ]) func `comments and texts are no code`(text: String, code: String) {
    #expect(CodeOnly.of(text) == code)
  }

  @Test func `a target is read as Package.swift declares it`() {
    let package = """
      let joints: [Target.Dependency] = ["Contracts", "Host"]
          program("accord", "Services/Accord", uses: joints + ["Zones", "CLinux"]),
          suite("MeshTests", uses: joints + ["MeshMachines"], exclude: ["Python"]),
          suite("TidyTests", uses: []),
      """
    #expect(
      DeclaredTarget.all(in: package) == [
        DeclaredTarget(name: "accord", folder: "Services/Accord", uses: ["Contracts", "Host", "Zones", "CLinux"]),
        DeclaredTarget(name: "MeshTests", folder: "Tests/MeshTests", uses: ["TestKit", "Contracts", "Host", "MeshMachines"]),
        DeclaredTarget(name: "TidyTests", folder: "Tests/TidyTests", uses: ["TestKit"]),
      ])
  }

  @Test(arguments: [("accord-ledger", "BrokerCore"), ("Wire", "Glibc"), ("Store", "Telemetry"), ("Mesh", "Host"), ("LedgerDomain", "Wire")])
  func `a floor does not reach upwards or sideways`(target: String, other: String) {
    #expect(!Floors.mayUse(target, other))
  }
}
