import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// What a person gets who starts a program where it cannot run: one sentence, an exit code, and nothing changed.
  @Suite struct CarelessStartTests {
    /// Runs a program to its end, which is to come by itself.
    private func refusal(_ program: String, _ words: [String]) throws -> (exit: ChildExit, stderr: String) {
      let (exit, stdout, stderr) = try ChildProgram.run(program, words)
      #expect(stdout.isEmpty, "\(stdout)")
      return (exit, stderr)
    }

    private static let freePorts = ["--port", "0", "--http-port", "0"]

    // MARK: In use

    @Test func `up tells which setting a program could not use`() throws {
      let folder = Folder.temporary()
      for (words, says) in [(["--segment-mib", "3"], "--segment-mib: \"3\""), (["--clock", "sundial"], "--clock: \"sundial\"")] {
        let up = try ChildProgram.run("accord", ["up", "--data", folder.file("data"), "--ephemeral"] + words)
        #expect(up.exit == .code(64) && up.stderr.contains(says), "\(up.stderr)")
      }
    }

    @Test func `a port in use is named, and no process stays behind`() throws {
      let folder = Folder.temporary()
      let taken = try TakenPort()
      let data = folder.file("data")
      for doors in [["--port", "\(taken.number)", "--http-port", "0"], ["--port", "0", "--http-port", "\(taken.number)"]] {
        let broker = try refusal("accord-broker", ["--data", data] + doors)
        #expect(broker.exit == .code(75) && broker.stderr.contains("\(taken.number)"), "\(broker.stderr)")
        #expect(broker.stderr.contains("in use"), "\(broker.stderr)")
      }
      let ledger = try refusal("accord-ledger", ["--data", data, "--http-port", "\(taken.number)", "--broker", "127.0.0.1:1"])
      #expect(ledger.exit == .code(75) && ledger.stderr.contains("\(taken.number)"), "\(ledger.stderr)")

      // The usual ports, where this test or somebody else has the broker's.
      let usual = try? TakenPort(4_460)
      let up = try refusal("accord", ["up", "--data", data])
      #expect(up.exit == .code(75) && up.stderr.contains("4460") && up.stderr.contains("in use"), "\(up.stderr)")
      withExtendedLifetime(usual) {}
      try eventually("nobody stays behind") { Processes.areDone(with: data) }
      #expect(!FileManager.default.fileExists(atPath: data + "/endpoints.json"))
    }

    @Test func `a folder in use is refused, and whoever uses it goes on`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      for words in [RunningMesh.words(caller.data), RunningMesh.words(caller.data) + ["--detach"]] {
        let second = try refusal("accord", words)
        #expect(second.exit == .code(75), "\(second.stderr)")
        #expect(second.stderr.contains("process \(mesh.supervisor.pid) works in it"), "\(second.stderr)")
      }
      for department in Caller.departments {
        let second = try refusal("accord-\(department)", ["--data", caller.data, "--http-port", "0"])
        #expect(second.exit == .code(75) && second.stderr.contains("works in it"), "\(second.stderr)")
      }
      let broker = try refusal("accord-broker", ["--data", caller.data] + Self.freePorts)
      #expect(broker.exit == .code(75) && broker.stderr.contains("works in it"), "\(broker.stderr)")
      // The first mesh noticed nothing; its endpoints are still there.
      #expect(try caller.accord("status").exit == .code(0))
      try caller.order("A", of: "ada")
      try caller.awaitHeard(1)
      #expect(try mesh.stop() == .code(0))
    }

    // MARK: Newer

    @Test func `a folder of a newer version is left as it is`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      try caller.order("A", of: "ada")
      try caller.awaitHeard(1)
      try mesh.stop()

      let marker = caller.data + "/accord.json"
      let whole = try Data(contentsOf: URL(filePath: marker))
      let newer = String(decoding: whole, as: UTF8.self).replacing("\"format\":1", with: "\"format\":2")
      try Data(newer.utf8).write(to: URL(filePath: marker))
      for (program, words) in [
        ("accord", RunningMesh.words(caller.data)), ("accord-broker", ["--data", caller.data] + Self.freePorts),
        ("accord-ledger", ["--data", caller.data, "--http-port", "0"]), ("accord-service", ["verify", "--data", caller.data]),
      ] {
        let refused = try refusal(program, words)
        #expect(refused.exit == .code(78) && refused.stderr.contains("newer version"), "\(program): \(refused)")
      }
      #expect(try Data(contentsOf: URL(filePath: marker)) == Data(newer.utf8))
      try whole.write(to: URL(filePath: marker))

      // A store: its version stands in its header, at byte 60 (sqlite.org/fileformat2.html).
      let store = URL(filePath: caller.data + "/ledger/store.sqlite")
      let before = try Data(contentsOf: store)
      var raised = before
      raised[60] = 0x7F
      try raised.write(to: store)
      let ledger = try refusal("accord-ledger", ["--data", caller.data, "--http-port", "0"])
      #expect(ledger.exit == .code(78) && ledger.stderr.contains("newer Accord"), "\(ledger.stderr)")
      #expect(try Data(contentsOf: store) == raised)
      // Under the supervisor the sentence reaches the person.
      let up = try refusal("accord", RunningMesh.words(caller.data))
      #expect(up.exit == .code(78) && up.stderr.contains("newer Accord"), "\(up.stderr)")
      try before.write(to: store)

      // The journal: format at byte 8 of both copies of the header, CRC-32C at byte 508.
      let segment = URL(filePath: caller.data + "/broker/journal/000000000001.segment")
      let sound = try Data(contentsOf: segment)
      var bytes = [UInt8](sound)
      for copy in [0, 2_048] {
        bytes[copy + 8] = 2
        let sum = crc32c(bytes[copy..<copy + 508])
        for byte in 0..<4 { bytes[copy + 508 + byte] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(byte))) }
      }
      try Data(bytes).write(to: segment)
      let broker = try refusal("accord-broker", ["--data", caller.data] + Self.freePorts)
      #expect(broker.exit == .code(78) && broker.stderr.contains("newer Accord (format 2"), "\(broker)")
      #expect(try Data(contentsOf: segment) == Data(bytes))
      try sound.write(to: segment)

      // Nothing was harmed.
      let again = try RunningMesh(on: mesh.folder)
      #expect(try caller.timeline(of: "ada").count == 1)
      try again.stop()
      #expect(try caller.accord("verify").exit == .code(0))
    }

    /// CRC-32C (RFC 3720 appendix B.4), a bit at a time.
    private func crc32c(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      ~bytes.reduce(~0) { sum, byte in
        (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0x82F6_3B78 : 0) }
      }
    }

    // MARK: Not a folder of ours

    @Test func `a folder that cannot be used is refused with what to do`() throws {
      let folder = Folder.temporary()
      func make(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        return folder.file(name)
      }
      try folder.write("hello", to: "a-file")
      try FileManager.default.createSymbolicLink(atPath: folder.file("dangling"), withDestinationPath: folder.file("nowhere"))
      let foreign = try make("foreign")
      try folder.write("hello", to: "foreign/letter.txt")
      let damaged = try make("damaged")
      try folder.write("{\"format\":", to: "damaged/accord.json")
      let real = try make("real")
      try folder.write("{\"format\":1,\"sandbox\":false,\"created\":\"2026-01-01T00:00:00.000Z\"}", to: "real/accord.json")
      let blocked = try make("blocked")
      try folder.write("{\"format\":1,\"sandbox\":false,\"created\":\"2026-01-01T00:00:00.000Z\"}", to: "blocked/accord.json")
      try folder.write("in the way", to: "blocked/broker")

      let rows: [(data: String, more: [String], exit: Int32, says: String)] = [
        (folder.file("a-file"), [], 66, "is a file"),
        (folder.file("dangling"), [], 66, "dangling"),
        (folder.file("missing/deeper"), [], 66, "missing/deeper"),
        (foreign, [], 66, "is not ours"),
        (damaged, [], 78, "is damaged"),
        (real, ["--sandbox"], 78, "holds real data"),
        (blocked, [], 66, "blocked/broker"),
        ("/proc", [], 66, "/proc"),
      ]
      for row in rows {
        for (program, words) in [
          ("accord-broker", Self.freePorts), ("accord", ["up", "--ephemeral"]), ("accord", ["up", "--ephemeral", "--detach"]),
        ] {
          let up = program == "accord" ? Array(words.prefix(1)) : []
          let refused = try refusal(program, up + ["--data", row.data] + words.dropFirst(up.count) + row.more)
          #expect(refused.exit == .code(row.exit), "\(program) \(words) on \(row.data): \(refused)")
          #expect(refused.stderr.contains(row.says), "\(program) \(words) on \(row.data): \(refused)")
        }
      }
      #expect(try folder.read("a-file") == "hello" && folder.read("damaged/accord.json") == "{\"format\":")
      #expect(try FileManager.default.contentsOfDirectory(atPath: foreign) == ["letter.txt"])
    }

    @Test func `a department without a broker's first start, and one with an open credential, say what to do`() throws {
      let folder = Folder.temporary()
      let data = folder.file("data")
      let early = try refusal("accord-ledger", ["--data", data, "--http-port", "0"])
      #expect(early.exit == .code(66) && early.stderr.contains("start the broker first"), "\(early.stderr)")

      let broker = try ChildProgram.spawn("accord-broker", ["--data", data] + Self.freePorts)
      _ = try broker.ready()
      let credential = data + "/credentials/ledger.json"
      chmod(credential, 0o644)
      let open = try refusal("accord-ledger", ["--data", data, "--http-port", "0"])
      #expect(open.exit == .code(77) && open.stderr.contains("chmod 600"), "\(open.stderr)")
      chmod(credential, 0o600)
      // The store's place is taken by a folder.
      for file in ["", "-wal", "-shm"] { unlink(data + "/ledger/store.sqlite" + file) }
      try FileManager.default.createDirectory(atPath: data + "/ledger/store.sqlite", withIntermediateDirectories: true)
      let blocked = try refusal("accord-ledger", ["--data", data, "--http-port", "0"])
      #expect(blocked.exit == .code(74) && blocked.stderr.contains("store.sqlite"), "\(blocked.stderr)")
      try broker.terminate()
    }

    @Test func `a folder on a read-only file system is refused`() throws {
      let mesh = try RunningMesh()
      try mesh.stop()
      let data = mesh.caller.data
      let place = try OwnMounts("mount --bind \(data) \(data) && mount -o remount,bind,ro \(data)")
      for (program, words) in [("accord-broker", ["--data", data] + Self.freePorts), ("accord", RunningMesh.words(data))] {
        let child = try place.spawn(program, words)
        #expect(try child.wait(within: .seconds(20)) == .code(77))
        try eventually("its sentence arrives") { child.stderr.contains("Read-only file system; mount the file system writable") }
      }
      let again = try RunningMesh(on: mesh.folder)
      try again.stop()
    }
  }
}

/// A port of this machine that somebody listens on.
final class TakenPort {
  let number: UInt16
  private let descriptor: Int32

  /// Takes a free port, or the given one; throws where that is taken already.
  init(_ wanted: UInt16 = 0) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = wanted.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let done = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    number = UInt16(bigEndian: address.sin_port)
    guard done else {
      close(descriptor)
      throw NeverHappened("a free port is there: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }
}
