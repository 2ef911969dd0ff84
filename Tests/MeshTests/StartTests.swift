import Contracts
import Foundation
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// What a start costs: time on empty data, memory at rest.
  @Suite struct StartTests {
    @Test func `each program is ready soon on empty data and small at rest`() throws {
      let mesh = try LooseMesh(starting: [])
      for name in Caller.programs {
        let ready = try mesh.start(name)
        let milliseconds = try #require(ready["milliseconds"]?.integer)
        // The promise is 300 ms; the machine that runs the tests has more to do.
        #expect(milliseconds < 2_000, "\(name)")
        #expect(ready["ready"] == .string(name))
        print("start: \(name) ready after \(milliseconds) ms")
      }
      try eventually("all are connected") {
        try Caller.departments.allSatisfy { try mesh.caller.get($0, "/v1/status")["link"]?["up"] == true }
      }
      for name in Caller.programs {
        let bytes = try Processes.residentBytes(try #require(mesh.pid(name)))
        print("rest: \(name) \(bytes / 1_024) KiB resident")
        #expect(bytes > 0 && bytes < 40 << 20, "\(name): \(bytes) bytes")
      }
      try mesh.stopAll()
    }

    @Test func `the figures of every program can be read by a collector`() throws {
      let mesh = try RunningMesh()
      for name in Caller.programs {
        let answer = try mesh.caller.send(name, .get, "/metrics", token: "")
        #expect(answer.header("Content-Type")?.hasPrefix("text/plain; version=0.0.4") == true)
        let lines = answer.text.split(separator: "\n")
        // Every figure has its help and its type before it (prometheus.io/docs/instrumenting/exposition_formats).
        var helped: Set<Substring> = []
        var typed: Set<Substring> = []
        for line in lines {
          let words = line.split(separator: " ", maxSplits: 3)
          if line.hasPrefix("# HELP ") {
            #expect(words.count == 4, "\(line)")
            helped.insert(words[2])
          } else if line.hasPrefix("# TYPE ") {
            typed.insert(words[2])
          } else {
            let family = line.prefix { $0 != " " && $0 != "{" }
            let names = [family] + ["_bucket", "_sum", "_count"].filter(family.hasSuffix).map { family.dropLast($0.count) }
            #expect(names.contains(where: helped.contains) && names.contains(where: typed.contains), "\(line)")
          }
        }
        #expect(helped.count > 10, "\(name) has \(helped.count) figures")
        #expect(try mesh.caller.figure(name, "process_resident_memory_bytes") ?? 0 > 0)
        #expect(try mesh.caller.send(name, .get, "/healthz", token: "").text == "ok\n")
        #expect(try mesh.caller.send(name, .get, "/nowhere").status == 404)
      }
      try mesh.stop()
    }
  }
}
