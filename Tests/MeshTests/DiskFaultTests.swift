import Contracts
import Foundation
import HTTP
import Host
import TestKit
import Testing
import Wire

extension MeshTests {
  /// The disk fails from outside, under the real programs: what was acknowledged is there at the next start, and nobody asks a failed sync again.
  @Suite struct DiskFaultTests {
    /// How many calls fail in turn; `ACCORD_DISK_FAULTS=40` asks for more than CI's.
    private static var faults: Int { ProcessInfo.processInfo.environment["ACCORD_DISK_FAULTS"].flatMap(Int.init) ?? 8 }

    /// A data folder on which a broker has run once, and knows a publisher.
    private static func ground() throws -> (folder: Folder, caller: Caller) {
      let folder = Folder.temporary()
      let mesh = try LooseMesh(on: folder, starting: ["broker"])
      try mesh.caller.admit(["till"], pid: mesh.pid("broker"))
      try mesh.stopAll()
      return (folder, mesh.caller)
    }

    private static func brokerWords(_ caller: Caller) -> [String] {
      ["--data", caller.data, "--port", "0", "--http-port", "0", "--segment-mib", "4"]
    }

    /// Waits for the ready line and notes where the broker listens; nil where it ended first.
    private static func ready(_ child: ChildProgram, _ folder: Folder) throws -> JSON? {
      do {
        let ready = try child.ready()
        try folder.write(JSON.object([.init("broker", ready)]).text, to: "data/endpoints.json")
        return ready
      } catch ChildFault.ended { return nil }
    }

    /// Publishes event after event until the broker is gone, or `most`; returns the last sequence that was acknowledged and how it ended.
    private static func publish(_ caller: Caller, from first: UInt64, most: UInt64, padding: Int = 0) -> (accepted: UInt64, ended: String?)
    {
      let events = OutsideEvents(name: "till")
      var accepted = first - 1
      do {
        let client = try OutsideClient(
          caller, as: "till", lineage: "L1", epoch: UInt64(Date().timeIntervalSince1970 * 1_000), highest: most)
        accepted = client.welcome.lastSequence
        while accepted < most {
          try client.publish([(accepted + 1, events.event(accepted + 1))])
          waiting: while true {
            switch try client.next() {
            case .accepted(let through, _):
              accepted = max(accepted, through)
              break waiting
            // There is no reserve for the moment: it is made anew a second later.
            case .resume(_, let after, _):
              poll(nil, 0, Int32(max(1, after.milliseconds)))
              try client.publish([(accepted + 1, events.event(accepted + 1))])
            default: continue
            }
          }
        }
        return (accepted, nil)
      } catch { return (accepted, "\(error)") }
    }

    /// Starts the broker on the folder as it is and wants everything that was acknowledged there, once and in order; publishes on.
    private static func expectWhole(_ folder: Folder, _ caller: Caller, accepted: UInt64, _ what: Comment) throws {
      let mesh = try LooseMesh(on: folder, starting: ["broker"])
      let (more, ended) = publish(caller, from: accepted + 1, most: accepted + 3)
      #expect(more == accepted + 3 && ended == nil, what)
      let ids = try caller.events("&type=till.paid.v1").compactMap { $0["event"]?["id"]?.string }
      // One more may be there than anybody was told of, and was taken as the same when it came again.
      #expect(ids == (1...more).map { "till-\($0)" }, what)
      try mesh.stopAll()
      let verified = try caller.accord("verify", "--json")
      #expect(verified.exit == .code(0), "\(what): \(verified.stdout)\(verified.stderr)")
    }

    @Test(arguments: ["fdatasync,fsync", "pwrite64"]) func `the N-th sync or write of the broker fails with EIO`(calls: String) throws {
      var (deaths, refusedStarts, faultsTold) = (0, 0, 0)
      for number in 1...Self.faults {
        let (folder, caller) = try Self.ground()
        let what: Comment = "the \(number). \(calls) fails"
        let injected = Injected.failing(calls, at: number, "EIO", log: folder.file("calls"))
        let child = try injected.spawn("accord-broker", Self.brokerWords(caller))
        var accepted: UInt64 = 0
        if try Self.ready(child, folder) == nil {
          refusedStarts += 1
        } else {
          let (told, ended) = Self.publish(caller, from: 1, most: 60)
          accepted = told
          if ended == nil {
            // It failed where nobody waits: in the making of a reserve, which is left.
            #expect(injected.afterFailure.failed == 0 || child.stderr.contains("journal.reserve"), "\(what): \(child.stderr)")
            try child.terminate()
          } else {
            deaths += 1
            #expect(try child.wait(within: .seconds(10)) == .code(74), "\(what): \(ended ?? "") \(child.stderr)")
            // What it said last may still lie in the pipe.
            try eventually("it says what comes of it: \(what) \(child.stderr)") { child.stderr.contains("believe the disk") }
            if ended?.contains("disk_failed") == true { faultsTold += 1 }
          }
        }
        if calls.hasPrefix("f") {
          // A reserve that failed is removed, and the next one is another file.
          let again = injected.afterFailure.again.filter { !$0.contains("reserve.filling>") }
          #expect(again.isEmpty, "\(what): asked again: \(again)")
        }
        try Self.expectWhole(folder, caller, accepted: accepted, what)
      }
      print(
        "\(calls): \(Self.faults) calls failed in turn, \(deaths) brokers died of it, \(refusedStarts) did not start, \(faultsTold) said why"
      )
      #expect(deaths > 1 && faultsTold > 0)
    }

    @Test func `the N-th write of the broker finds no room`() throws {
      var told = 0
      for number in 1...Self.faults {
        let (folder, caller) = try Self.ground()
        let what: Comment = "the \(number). write finds no room"
        let injected = Injected.failing("pwrite64", at: number, "ENOSPC", log: folder.file("calls"))
        let child = try injected.spawn("accord-broker", Self.brokerWords(caller))
        var accepted: UInt64 = 0
        if try Self.ready(child, folder) != nil {
          let (through, ended) = Self.publish(caller, from: 1, most: 40)
          accepted = through
          // Written ahead, a segment has its room: a commit that finds none is a disk that lies, and ends the broker.
          if ended != nil {
            #expect(try child.wait(within: .seconds(10)) == .code(74), "\(what): \(child.stderr)")
          } else {
            try child.terminate()
          }
          told += ended == nil ? 0 : 1
        }
        try Self.expectWhole(folder, caller, accepted: accepted, what)
      }
      print("ENOSPC: \(Self.faults) writes in turn, \(told) ended the broker")
    }

    @Test func `writes shorter than asked are gone on with`() throws {
      let (folder, caller) = try Self.ground()
      let child = try Injected.shortWrites().spawn("accord-broker", Self.brokerWords(caller))
      _ = try #require(try Self.ready(child, folder), "\(child.stderr)")
      let (accepted, ended) = Self.publish(caller, from: 1, most: 400)
      #expect(accepted == 400 && ended == nil, "\(ended ?? "")")
      try child.terminate()
      try Self.expectWhole(folder, caller, accepted: accepted, "with short writes")
    }

    /// A thread of the ledger's takes whichever order it gets: among as many, one of the threads comes to the call that fails.
    private static let ordersMax = 600

    @Test(arguments: ["fdatasync,fsync", "pwrite64"]) func `the N-th sync or write of the ledger fails with EIO`(calls: String) throws {
      var (refusedStarts, deaths, refused) = (0, 0, 0)
      let folder = Folder.temporary()
      let mesh = try LooseMesh(on: folder, starting: ["broker"])
      let caller = mesh.caller
      try mesh.start("ledger")
      try mesh.stop("ledger")
      // Half of the faults meet the start. The others come behind as many calls as a start and its end take on one thread, for calls are
      // counted by thread: there it takes orders until one of them meets the fault.
      let quiet = Injected.failing(calls, at: 65_000, "EIO", log: folder.file("calls-quiet"))
      let calm = try quiet.spawn("accord-ledger", mesh.words(for: "ledger"))
      _ = try calm.ready()
      try calm.terminate()
      let start = quiet.busiest
      var captured: Set<String> = []
      for turn in 1...Self.faults {
        let isForOrders = turn % 2 == 0
        let number = isForOrders ? start + turn / 2 : (turn + 1) / 2
        let what: Comment = "the \(number). \(calls) fails"
        let injected = Injected.failing(calls, at: number, "EIO", log: folder.file("calls-\(turn)"))
        let child = try injected.spawn("accord-ledger", mesh.words(for: "ledger"))
        var asked: [String] = []
        if let ready = try? child.ready() {
          try mesh.note("ledger", ready)
          var isMet = false
          for order in 1...(isForOrders ? Self.ordersMax : 12) where !isMet {
            let id = "O-\(turn)-\(order)"
            asked.append(id)
            let answer = try? caller.capture(id, of: "ada", cents: 1_000 + Int64(order))
            isMet = answer?.status != 201
            if isMet { refused += answer == nil ? 0 : 1 } else { captured.insert(id) }
          }
          #expect(isMet || !isForOrders, "\(what): it met no order of \(asked.count); a start and its end make \(start) calls")
          // Nobody knows what the disk holds after a failed sync; a failed write has left nothing, and the next order is taken.
          if isMet, calls.hasPrefix("f") {
            deaths += 1
            #expect(try child.wait(within: .seconds(10)) == .code(74), "\(what): \(child.stderr)")
          } else {
            try child.terminate()
          }
        } else {
          refusedStarts += 1
          _ = try? child.wait(within: .seconds(5))
        }
        if calls.hasPrefix("f") {
          let again = injected.afterFailure.again.filter { $0.contains("-wal>") }
          #expect(again.isEmpty, "\(what): asked again: \(again)")
        }
        // Only the next start tells: all that was acknowledged, and what was not, whole or not at all under its own key.
        try mesh.start("ledger")
        for id in asked where captured.contains(id) {
          #expect(try caller.send("ledger", .get, "/v1/orders/\(id)").status == 200, "\(what): \(id) was acknowledged")
        }
        for id in asked {
          let again = try caller.capture(id, of: "ada", cents: Self.cents(id))
          #expect(again.status == 201 || again.status == 200, "\(what): \(again.text)")
          captured.insert(id)
        }
        try mesh.stop("ledger")
      }
      try mesh.start("ledger")
      try mesh.start("marketing")
      try mesh.start("service")
      try caller.awaitHeard(captured.count)
      let told = try caller.orders().compactMap { $0["event"]?["data"]?["order_id"]?.string }
      #expect(Set(told) == captured && told.count == captured.count, "each order is told once")
      #expect(try Self.charged(caller) == captured.reduce(0) { $0 + Self.cents($1) })
      try mesh.stopAll()
      let verified = try caller.accord("verify")
      #expect(verified.exit == .code(0), "\(verified.stdout)\(verified.stderr)")
      print(
        "ledger, \(calls): \(Self.faults) in turn, \(refusedStarts) starts refused, \(deaths) died among orders, \(refused) orders refused, "
          + "\(captured.count) captured")
    }

    @Test func `what a start finds of a ledger that did not end in order is written once more before anything is built on it`() throws {
      let mesh = try LooseMesh(starting: ["broker", "ledger"])
      let (folder, caller) = (mesh.folder, mesh.caller)
      let log = "/ledger/store.sqlite-wal"
      var (orders, left) = (0, 0)
      // A store that was idle for a moment has emptied its log.
      while left == 0 {
        if orders > 0 { try mesh.start("ledger") }
        orders += 1
        try caller.order("O-\(orders)", of: "ada")
        try mesh.kill("ledger")
        left = try Data(contentsOf: URL(fileURLWithPath: caller.data + log)).count
      }
      // A sync that failed may lie before the end, and this kernel would show its bytes as if they were on the disk.
      let watched = Injected.failing("pwrite64,fdatasync", at: 65_000, "EIO", log: folder.file("calls"))
      let child = try watched.spawn("accord-ledger", mesh.words(for: "ledger"))
      try mesh.note("ledger", child.ready())
      try child.terminate()
      var written = 0
      let calls = watched.calls(on: log)
      for call in calls.prefix(while: { !$0.contains("fdatasync(") }) {
        // pwrite64(7</path>, "...", COUNT, OFFSET) = COUNT
        let numbers = call.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }.suffix(3)
        #expect(numbers.first == numbers.last && numbers.dropFirst().first == written, "\(call.suffix(80))")
        written += numbers.last ?? 0
      }
      #expect(written == left, "\(calls.map { $0.suffix(60) })")
      try mesh.start("ledger")
      for order in 1...orders { #expect(try caller.send("ledger", .get, "/v1/orders/O-\(order)").status == 200) }
      try mesh.stopAll()
    }

    /// What the order `id` costs: each of a turn another sum.
    private static func cents(_ id: String) -> Int64 { 1_000 + (Int64(id.split(separator: "-").last ?? "") ?? 0) }

    /// What the ledger's books say was paid, in cents.
    static func charged(_ caller: Caller) throws -> Int64 {
      let accounts = try caller.get("ledger", "/v1/ledger/trial")["rows"]?.array ?? []
      return accounts.filter { $0["account"]?.string?.hasPrefix("tender/") == true }
        .reduce(0) { $0 + ($1["debit_minor"]?.integer ?? 0) - ($1["credit_minor"]?.integer ?? 0) }
    }
  }
}
