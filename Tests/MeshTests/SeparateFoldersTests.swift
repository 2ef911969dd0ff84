import Contracts
import Foundation
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// Programs that do not share a data folder, as in containers: the broker hands each its credential.
  @Suite struct SeparateFoldersTests {
    @Test func `each works in a folder of its own with its own credential, and tells whether it is ready`() throws {
      let place = Folder.temporary()
      let keys = place.file("keys")
      try FileManager.default.createDirectory(atPath: keys, withIntermediateDirectories: true)
      let broker = try ChildProgram.spawn(
        "accord-broker", ["--data", place.file("broker"), "--hand-out", keys, "--http-port", "0", "--port", "0", "--segment-mib", "4"])
      let ready = try broker.ready()
      let mesh = try #require(ready["mesh"]?["port"]?.integer)
      var endpoints = [JSON.Member("broker", ready)]
      var departments: [ChildProgram] = []
      for name in Caller.departments {
        // As a volume that is mounted there: the keys come before the first start, and nobody can write them.
        let folder = place.file(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(keys)/\(name)", toPath: "\(folder)/credentials")
        let program = try ChildProgram.spawn(
          "accord-\(name)", ["--data", folder, "--http-port", "0", "--broker", "127.0.0.1:\(mesh)"])
        endpoints.append(JSON.Member(name, try program.ready()))
        departments.append(program)
      }
      // The command line needs the marker, the addresses and the operator's credential, and nothing else.
      try FileManager.default.createDirectory(atPath: place.file("desk"), withIntermediateDirectories: true)
      try place.write(#"{"format":1,"sandbox":false,"created":"2026-01-01T00:00:00.000Z"}"#, to: "desk/accord.json")
      try place.write(JSON.object(endpoints).text, to: "desk/endpoints.json")
      try FileManager.default.copyItem(atPath: "\(keys)/operator", toPath: place.file("desk/credentials"))
      let caller = Caller(data: place.file("desk"))
      try caller.order("FRIDAY", of: "ada")
      try caller.awaitHeard(1)
      #expect(try caller.accord("status").exit == .code(0))

      // Which is ready is told by the program itself, by the environment that started it.
      let port = try caller.port("service")
      let health = try ChildProgram.run(
        "accord-service", ["health"], environment: ["ACCORD_HTTP_PORT": String(port), "ACCORD_HOST": "0.0.0.0"])
      #expect(health.exit == .code(0) && health.stderr.isEmpty, "\(health)")
      for program in departments.reversed() { #expect(try program.terminate() == .code(0)) }
      let away = try ChildProgram.run("accord-service", ["health", "--http-port", String(port)])
      #expect(away.exit == .code(1) && !away.stderr.isEmpty, "\(away)")
      #expect(try ChildProgram.run("accord-broker", ["health", "--port", "1"]).exit == .code(64))
      #expect(try broker.terminate() == .code(0))
    }

    @Test func `the containers' own files name what the programs listen on`() throws {
      let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      func read(_ path: String) throws -> String { try String(contentsOf: top.appending(path: path), encoding: .utf8) }
      let endpoints = try JSON(parsing: read("deploy/containers/endpoints.json"))
      let compose = try read("docker-compose.yml")
      for program in Caller.programs {
        let help = try ChildProgram.run("accord-\(program)", ["--help"]).stdout
        let port = try #require(endpoints[program]?["http"]?["port"]?.integer)
        #expect(help.contains("(default: \(port))") && compose.contains(":\(port)\"]"), "\(program)")
        #expect(endpoints[program]?["http"]?["host"]?.string == program)
      }
    }
  }
}
