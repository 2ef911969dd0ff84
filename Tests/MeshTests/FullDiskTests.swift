import Contracts
import Foundation
import HTTP
import Host
import TestKit
import Testing
import Transport
import Wire

extension MeshTests {
  /// A disk that is really full: a small file system under one program's folder, and a file that takes the rest of it.
  @Suite struct FullDiskTests {
    /// A mesh in which `part` has a file system of `size` to itself.
    private struct SmallDisk {
      let folder = Folder.temporary()
      let caller: Caller
      let supervisor: ChildProgram
      private let filler: String

      init(under part: String, size: String) throws {
        caller = Caller(data: folder.file("data"))
        let own = caller.data + "/" + part
        // A first start makes the folders.
        try RunningMesh(on: folder).stop()
        let mounts = try OwnMounts(
          "mkdir -p \(own).disk && mount -t tmpfs -o size=\(size) tmpfs \(own).disk && cp -a \(own)/. \(own).disk/ && mount --move \(own).disk \(own)"
        )
        supervisor = try mounts.spawn("accord", RunningMesh.words(caller.data))
        _ = try supervisor.firstLine(within: .seconds(60))
        // The programs' view of the file system, from outside.
        filler = "/proc/\(supervisor.pid)/root\(own)/filler"
      }

      /// Takes every byte that is left.
      func fill() throws {
        let file = open(filler, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw NeverHappened("the filler can be made: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        for count in [65_536, 4_096, 512, 1] {
          let zeros = [UInt8](repeating: 0, count: count)
          while write(file, zeros, count) == count {}
        }
        guard errno == ENOSPC else { throw NeverHappened("the disk is full: \(String(cString: strerror(errno)))") }
      }

      /// Gives it back.
      func free() { unlink(filler) }

      func stop() throws -> ChildExit { try supervisor.terminate(within: .seconds(20)) }
    }

    @Test func `a ledger whose disk is full says so, loses nothing, and goes on when there is room`() throws {
      let mesh = try SmallDisk(under: "ledger", size: "2m")
      let caller = mesh.caller
      try caller.order("BEFORE", of: "ada")
      try caller.awaitHeard(1)
      try mesh.fill()

      var captured: Set<String> = ["BEFORE"]
      var refused: String?
      for number in 1...2_000 where refused == nil {
        let answer = try caller.capture("FULL-\(number)", of: "ada")
        if answer.status == 201 {
          captured.insert("FULL-\(number)")
        } else {
          #expect(answer.status == 503, "\(answer.text)")
          #expect(answer.json["detail"]?.string?.contains("full") == true, "\(answer.text)")
          refused = "FULL-\(number)"
        }
      }
      let order = try #require(refused, "2,000 orders fitted on a full disk")
      // It is alive, answers questions, and the others do not care.
      #expect(try caller.get("ledger", "/v1/orders/BEFORE")["order"]?["order_id"] == "BEFORE")
      #expect(try caller.send("ledger", .get, "/healthz", token: "").status == 200)
      #expect(!caller.isReady("ledger"), "a ledger that cannot write is not ready")
      for program in ["broker", "marketing", "service"] { #expect(caller.isReady(program)) }

      mesh.free()
      // Nobody writes anything meanwhile: it finds the room by itself.
      try eventually("the ledger is ready again") { caller.isReady("ledger") }
      // The same order under the same key, as a client would repeat it.
      try eventually("the ledger captures again") { try caller.capture(order, of: "ada").status == 201 }
      captured.insert(order)
      try caller.awaitHeard(captured.count)
      #expect(Set(try caller.timeline(of: "ada").compactMap { $0["order_id"]?.string }) == captured)
      #expect(try caller.get("marketing", "/v1/buyers")["orders"] == .integer(Int64(captured.count)))
      #expect(try mesh.stop() == .code(0))
    }

    @Test func `status tells whose disk is full, in words and to scripts, until there is room`() throws {
      let mesh = try SmallDisk(under: "marketing", size: "2m")
      let caller = mesh.caller
      try caller.order("BEFORE", of: "ada")
      try caller.awaitHeard(1)
      #expect(try caller.accord("status").exit == .code(0))
      try mesh.fill()
      var number = 0
      try eventually("marketing cannot write what it hears", within: .seconds(60)) {
        for _ in 0..<20 {
          number += 1
          try caller.order("FULL-\(number)", of: "ada")
        }
        return try caller.accord("status").exit == .code(75)
      }
      let said = try caller.accord("status")
      #expect(said.stdout.contains("orders: the store cannot write") && said.stdout.contains("the disk is full"), "\(said.stdout)")
      #expect(said.stderr.contains("marketing cannot write what came; nothing is lost"), "\(said.stderr)")
      mesh.free()
      try eventually("all is well again", within: .seconds(60)) { try caller.accord("status").exit == .code(0) }
      #expect(try caller.get("marketing", "/v1/buyers")["orders"] == .integer(Int64(number + 1)))
      #expect(try mesh.stop() == .code(0))
    }

    @Test func `an import that fills the disk ends with the reason, and each order is there whole or not at all`() throws {
      let mesh = try SmallDisk(under: "ledger", size: "3m")
      let caller = mesh.caller
      let rows = (1...6_000).flatMap { number in ["\(number),TEA,500,2026-01-01", "\(number),CUP,250,2026-01-01"] }
      try mesh.folder.write("id,sku,paid,at\n" + rows.joined(separator: "\n"), to: "many.csv")
      let said = try caller.accord(
        "import", "orders", mesh.folder.file("many.csv"), "--map", "order=id,sku=sku,amount=paid,placed=at", "--currency", "USD",
        within: .seconds(90))
      #expect(
        said.exit == .code(75) && said.stderr.contains("disk is full") && said.stderr.contains("run the import again"), "\(said.stderr)")
      let accounts = try caller.get("ledger", "/v1/ledger/trial")["rows"]?.array ?? []
      let charged = accounts.first { $0["account"] == "tender/unknown" }?["debit_minor"]?.integer
      let sum = try #require(charged, "\(accounts)")
      #expect(sum > 0 && sum % 750 == 0 && sum < 4_500_000, "\(sum)")
      #expect(try mesh.stop() == .code(0))
    }

    @Test func `a broker whose disk is full puts publishes off, and takes them when there is room`() throws {
      let mesh = try SmallDisk(under: "broker", size: "14m")
      let caller = mesh.caller
      try caller.order("BEFORE", of: "ada")
      try caller.awaitHeard(1)
      // The reserve segment takes its place before the rest is filled, so that the end comes at a roll.
      try eventually("a reserve is ready", within: .seconds(30)) {
        let journal = "/proc/\(mesh.supervisor.pid)/root\(caller.data)/broker/journal"
        return FileManager.default.fileExists(atPath: journal + "/reserve.segment")
      }
      try mesh.fill()

      // Large orders: two segments are full after less than a hundred.
      var captured = 1
      try eventually("the broker says that its disk is full", within: .seconds(60)) {
        captured += 1
        try large("LARGE-\(captured)", caller)
        return try caller.get("broker", "/v1/status")["storage_full"] == true
      }
      #expect(caller.isReady("ledger") && !caller.isReady("broker"), "the broker is not ready while it takes no publishes")
      // What is captured meanwhile waits at the ledger, and nobody is told a lie.
      for _ in 1...5 {
        captured += 1
        try large("LARGE-\(captured)", caller)
      }
      try eventually("the ledger's facts wait") { try caller.get("ledger", "/v1/status")["link"]?["waiting"]?.integer ?? 0 >= 5 }
      #expect(try caller.get("service", "/v1/timeline")["entries"]?.integer ?? 0 < captured)

      // Somebody goes on to make the broker write what is no publish: it stops listening before it has no room to write in.
      let folder = "/proc/\(mesh.supervisor.pid)/root\(caller.data)/broker"
      let process = FolderLock.holder(of: folder)
      try useUpWhatIsLeft(caller)
      #expect(try caller.send("broker", .get, "/healthz", token: "").status == 200)
      #expect(process != nil && FolderLock.holder(of: folder) == process, "the broker died of it")
      let log = try String(contentsOfFile: caller.data + "/logs/broker.log", encoding: .utf8)
      #expect(log.contains("journal.full"))

      mesh.free()
      try caller.awaitHeard(captured)
      // What is left of the subscriptions made and forgotten fills further segments: after each roll there is no reserve on so small a disk
      // until an old segment has gone, and publishes are put off for that moment.
      try eventually("publishes are taken again", within: .seconds(60)) {
        try caller.get("broker", "/v1/status")["storage_full"] == false && caller.isReady("broker")
      }
      #expect(try caller.get("marketing", "/v1/buyers")["orders"] == .integer(Int64(captured)))
      #expect(try caller.timeline(of: "ada").count == captured)
      #expect(try mesh.stop() == .code(0))
    }

    @Test func `a disk smaller than what is written goes on by itself: segments that nobody needs are used again`() throws {
      let mesh = try SmallDisk(under: "broker", size: "14m")
      let caller = mesh.caller
      // Three segments fit; some twenty MiB are written.
      for number in 1...200 { try large("ROUND-\(number)", caller) }
      try caller.awaitHeard(200, within: .seconds(120))
      let disk = try caller.get("broker", "/v1/status")["disk"]
      #expect(disk?["kept_from"]?.integer ?? 0 > 4 << 20 && disk?["forgotten_segments"]?.integer ?? 0 >= 2, "\(disk ?? .null)")
      try eventually("publishes are taken again") { try caller.get("broker", "/v1/status")["storage_full"] == false }
      #expect(caller.isReady("broker"))
      #expect(try caller.get("marketing", "/v1/buyers")["orders"] == .integer(200))
      #expect(try caller.timeline(of: "ada").count == 200)
      // What was let go of has a name, and the listing says why the rest is kept.
      let gone = try caller.send("broker", .get, "/v1/events/4198400")
      #expect(gone.status == 404 && gone.json["code"]?.string == "forgotten", "\(gone.text)")
      let listed = try caller.accord("journal", "list", "--json")
      let segments = try listed.json["segments"]?.array?.count
      #expect(listed.exit == .code(0) && segments.map { $0 <= 3 } == true, "\(listed.stdout)\(listed.stderr)")
      #expect(try mesh.stop() == .code(0))
    }

    /// Makes and forgets subscriptions until the broker takes no further byte.
    private func useUpWhatIsLeft(_ caller: Caller) throws {
      let stream = try BlockingStream.connect(host: "127.0.0.1", port: caller.port("broker", "mesh"))
      let hello = Hello(
        version: 1, credential: "operator", secret: try caller.secret(of: "operator"), lineage: nil, epoch: 1, highestSequence: 0,
        manifest: Manifest())
      var frames: [UInt8] = []
      try ClientMessageEncoder.append(.hello(hello), to: &frames)
      try stream.write(frames)
      frames = []
      for _ in 0..<500 {
        let subscribe = Subscribe(
          handle: 1, name: String(repeating: "n", count: 100), filters: [], start: .beginning, deadKey: .park, creditMessages: 0,
          creditBytes: 0)
        try ClientMessageEncoder.append(.subscribe(subscribe), to: &frames)
        try ClientMessageEncoder.append(.unsubscribe(handle: 1, forget: true), to: &frames)
      }
      for _ in 0..<100 {
        do { try stream.write(frames, timeout: .seconds(2)) } catch { return }
      }
      throw NeverHappened("the broker stops listening")
    }

    /// An order of a thousand lines, about 100 KiB.
    private func large(_ id: String, _ caller: Caller) throws {
      let lines = (1...1_000).map { number -> JSON in
        ["line_id": .string("line-\(number)"), "sku": "KETTLE", "quantity": 1, "paid": ["amount_minor": 4_995, "currency": "USD"]]
      }
      let order: JSON = ["order_id": .string(id), "person_id": "ada", "channel": "web", "lines": .array(lines)]
      // Much work for a ledger on a loaded machine: its answer is waited for.
      let answer = try caller.send(
        "ledger", .post, "/v1/orders", headers: ["Idempotency-Key": "key/\(id)"], body: order, timeout: .seconds(60))
      guard answer.status == 201 else { throw Caller.Fault.refused(id, answer.status, answer.text) }
    }
  }
}
