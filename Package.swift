// swift-tools-version: 6.3
import PackageDescription

/// Every target of Swift code shares these: the language as it will be, and no warning let through.
let language: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .treatAllWarnings(as: .error),
]

/// Targets that hold raw memory say so at every line that touches it.
let careful: [SwiftSetting] = language + [.strictMemorySafety()]

/// A module of the mesh: `name` below `folder`, seeing exactly `uses`.
func module(
  _ name: String, _ folder: String, uses: [Target.Dependency] = [], settings: [SwiftSetting] = language,
  exclude: [String] = [], resources: [Resource] = []
) -> Target {
  .target(name: name, dependencies: uses, path: folder, exclude: exclude, resources: resources, swiftSettings: settings)
}

/// A program: needs only libc, libstdc++ and libsqlite3 where it runs.
func program(_ name: String, _ folder: String, uses: [Target.Dependency], exclude: [String] = []) -> Target {
  .executableTarget(
    name: name, dependencies: uses, path: folder, exclude: exclude, swiftSettings: language,
    linkerSettings: [.unsafeFlags(["-static-stdlib"])])
}

/// A suite of tests in Tests/`name`.
func suite(_ name: String, uses: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: ["TestKit"] + uses, path: "Tests/\(name)", exclude: exclude, swiftSettings: language)
}

let joints: [Target.Dependency] = ["Contracts", "Wire", "Transport", "Store", "Telemetry", "Mesh", "HTTP", "Host"]

let package = Package(
  name: "accord",
  products: [
    .executable(name: "accord-broker", targets: ["accord-broker"]),
    .executable(name: "accord-ledger", targets: ["accord-ledger"]),
    .executable(name: "accord-marketing", targets: ["accord-marketing"]),
    .executable(name: "accord-service", targets: ["accord-service"]),
    .executable(name: "accord", targets: ["accord"]),
  ],
  targets: [
    // Floor 0: words.
    module("Contracts", "Shared/Contracts", uses: ["CLinux"]),

    // Floor 1: pure.
    module("Wire", "Shared/Wire", uses: ["Contracts"], settings: careful, exclude: ["PROTOCOL.md"]),
    module("Journal", "Shared/Journal", uses: ["Contracts", "CLinux"]),
    module("Zones", "Shared/Zones", uses: ["Contracts"]),
    module("Feed", "Shared/Feed", uses: ["Contracts", "Zones"]),
    module("Shop", "Shared/Shop", uses: ["Contracts"]),
    module("Terms", "Shared/Terms", uses: ["Contracts", "Zones"]),
    module("BrokerCore", "Services/Broker/Core", uses: ["Contracts", "Wire", "Journal"]),
    module("MeshMachines", "Shared/MeshMachines", uses: ["Contracts", "Wire"]),
    module("LedgerDomain", "Services/Ledger/Domain", uses: ["Contracts", "Zones", "Terms"]),
    module("MarketingDomain", "Services/Marketing/Domain", uses: ["Contracts", "Zones", "Terms"]),
    module("ServiceDomain", "Services/CustomerService/Domain", uses: ["Contracts", "Zones", "Terms"]),

    // Floor 2: shells.
    .systemLibrary(name: "CLinux", path: "Shared/CLinux"),
    .systemLibrary(name: "CSQLite", path: "Shared/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    module("Disk", "Shared/Disk", uses: ["Contracts", "Journal", "CLinux"], settings: careful),
    module("Transport", "Shared/Transport", uses: ["Contracts", "CLinux"], settings: careful),
    module("Store", "Shared/Store", uses: ["Contracts", "CLinux", "CSQLite"], settings: careful),
    module("Telemetry", "Shared/Telemetry", uses: ["Contracts"]),

    // Floor 3: joints.
    module("Mesh", "Shared/Mesh", uses: ["Contracts", "Wire", "MeshMachines", "Transport", "Store", "Telemetry"]),
    module("HTTP", "Shared/HTTP", uses: ["Contracts", "Transport", "Telemetry"]),
    module("Host", "Shared/Host", uses: ["Contracts", "Wire", "Transport", "Store", "Telemetry", "Mesh", "HTTP", "CLinux"]),

    // Floor 4: programs. A department works in its room, which tests enter by the door that its program uses.
    module(
      "LedgerRoom", "Services/Ledger/Room",
      uses: ["Contracts", "Feed", "Wire", "Store", "Telemetry", "Mesh", "HTTP", "Host", "Terms", "Zones", "LedgerDomain"]),
    module(
      "MarketingRoom", "Services/Marketing/Room",
      uses: ["Contracts", "Wire", "Store", "Telemetry", "Mesh", "HTTP", "Host", "Terms", "Zones", "Shop", "MarketingDomain"]),
    module(
      "ServiceRoom", "Services/CustomerService/Room",
      uses: ["Contracts", "Wire", "Store", "Telemetry", "Mesh", "HTTP", "Host", "Terms", "Zones", "ServiceDomain"]),
    program("accord-broker", "Services/Broker/App", uses: joints + ["BrokerCore", "Journal", "Disk"]),
    program("accord-ledger", "Services/Ledger/App", uses: ["Host", "LedgerRoom"]),
    program("accord-marketing", "Services/Marketing/App", uses: ["Host", "MarketingRoom"]),
    program("accord-service", "Services/CustomerService/App", uses: ["Host", "ServiceRoom"]),
    program("accord", "Services/Accord", uses: joints + ["Feed", "Zones", "Terms", "Shop", "CLinux"]),

    // Floor 5: proof.
    module("TestKit", "Tests/TestKit", uses: joints + ["Journal", "Simulation", "CLinux"]),
    module("Fuzz", "Tests/Fuzz", uses: ["Contracts", "Wire", "Journal", "BrokerCore", "HTTP", "TestKit"], exclude: ["Driver"]),
    suite("FuzzTests", uses: ["Fuzz"], exclude: ["Found"]),
    suite("ContractsTests", uses: ["Contracts"], exclude: ["Golden", "check_cloudevents.py"]),
    suite("ShopTests", uses: ["Contracts", "Shop"]),
    suite("ZonesTests", uses: ["Contracts", "Zones"]),
    suite("TermsTests", uses: ["Contracts", "Zones", "Terms", "Shop"], exclude: ["evaluator.py"]),
    suite("FeedTests", uses: ["Contracts", "Zones", "Feed", "Host"]),
    suite("WireTests", uses: ["Contracts", "Wire"]),
    suite("JournalTests", uses: ["Contracts", "Journal", "Disk", "CLinux", "Simulation"]),
    suite("BrokerCoreTests", uses: ["Contracts", "Wire", "Journal", "BrokerCore"], exclude: ["Scenarios"]),
    suite("MatrixTests", uses: ["Contracts", "Wire", "Journal", "BrokerCore"]),
    suite("MeshMachinesTests", uses: ["Contracts", "Wire", "MeshMachines"]),
    suite("DomainTests", uses: ["Contracts", "Zones", "Terms", "LedgerDomain", "MarketingDomain", "ServiceDomain"]),
    suite(
      "DepartmentTests", uses: joints + ["MeshMachines", "LedgerRoom", "MarketingRoom", "ServiceRoom", "CSQLite", "Shop", "Terms"],
      exclude: ["README.md", "Mutants"]),
    suite("StoreTests", uses: ["Contracts", "Store", "CSQLite"]),
    suite("HTTPTests", uses: ["Contracts", "Transport", "Telemetry", "HTTP", "Host"]),
    program("host-probe", "Tests/HostProbe", uses: ["Contracts", "Telemetry", "Host"]),
    program("hot-paths", "Tests/Benchmarks", uses: ["Contracts", "Wire", "Journal", "BrokerCore"], exclude: ["instructions.json"]),
    suite("HostTests", uses: ["Contracts", "Transport", "Store", "Telemetry", "HTTP", "Host"]),
    suite("MeshTests", uses: joints + ["MeshMachines", "Shop"], exclude: ["Python"]),
    suite("StoriesTests", uses: joints + ["Shop", "Terms"]),
    suite("SimulationTests", uses: ["Simulation", "Journal"], exclude: ["README.md", "Mutants"]),
    module("Simulation", "Tests/Simulation", uses: ["Contracts", "Wire", "Journal", "BrokerCore", "MeshMachines"]),
    program("accord-simulate", "Tests/Simulate", uses: ["Simulation"]),
    suite("TidyTests", uses: []),
  ],
  swiftLanguageModes: [.v6]
)
