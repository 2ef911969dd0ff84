import Contracts
import Foundation
import Host
import TestKit
import Testing
import Transport
import Wire

extension MeshTests {
  /// What RandomDamageTests do to the journal alone, on the real broker: a journal of several segments is damaged by chance while the broker is
  /// down, and a publisher that still has its rows gives them back, byte for byte.
  @Suite struct RandomHealTests {
    /// Enough for two sealed segments of 4 MiB.
    private static let events: UInt64 = 420
    private static let rounds = 4

    /// Large, and each with other bytes.
    private static func event(_ sequence: UInt64) -> [UInt8] {
      let filling = String(repeating: String(UnicodeScalar(UInt8(97 + sequence % 26))), count: 21_000 + Int(sequence % 7) * 100)
      return Array(
        #"{"specversion":"1.0","id":"till-\#(sequence)","source":"/till","type":"till.paid.v1","partitionkey":"k\#(sequence % 9)","data":{"cents":\#(sequence),"filling":"\#(filling)"}}"#
          .utf8)
    }

    /// Where each event's bytes stand: its file, and their place in it.
    private static func places(_ data: String) throws -> [UInt64: (path: String, range: Range<Int>)] {
      let folder = data + "/broker/journal/"
      var places: [UInt64: (path: String, range: Range<Int>)] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      where name.hasSuffix(".segment") && name.first?.isNumber == true {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + name))
        for sequence in 1...events where places[sequence] == nil {
          if let range = bytes.range(of: Data(event(sequence))) { places[sequence] = (folder + name, range) }
        }
      }
      return places
    }

    private static func change(_ path: String, at place: Int, _ bytes: [UInt8]) throws {
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      try file.seek(toOffset: UInt64(place))
      try file.write(contentsOf: bytes)
      try file.close()
    }

    /// Flipped bits, a lost sector, or a sealed segment cut off; in words.
    private static func damage(_ places: [UInt64: (path: String, range: Range<Int>)], _ random: inout SeededRandom) throws -> String {
      let sequence = UInt64.random(in: 1...events, using: &random)
      let (path, range) = try #require(places[sequence])
      let at = Int.random(in: range, using: &random)
      let name = (path as NSString).lastPathComponent
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        try change(path, at: at, [try Data(contentsOf: URL(fileURLWithPath: path))[at] ^ 1 << UInt8.random(in: 0..<8, using: &random)])
        return "a bit of byte \(at) of \(name)"
      case 1:
        try change(path, at: at / 512 * 512, [UInt8](repeating: 0, count: 512))
        return "the sector of byte \(at) of \(name)"
      default:
        // Of the segment in use nothing later tells: what is cut off its end is the end.
        let sealed = try #require(places[1]).path
        let size = try Data(contentsOf: URL(fileURLWithPath: sealed)).count
        let end = size - Int.random(in: 1...200_000, using: &random)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: sealed))
        try file.truncate(atOffset: UInt64(end))
        try file.close()
        return "\((sealed as NSString).lastPathComponent) cut to \(end)"
      }
    }

    /// Whether each event's bytes stand where they stood.
    private static func isWhole(_ places: [UInt64: (path: String, range: Range<Int>)]) throws -> Bool {
      var files: [String: Data] = [:]
      for (sequence, place) in places {
        let now = try files[place.path] ?? Data(contentsOf: URL(fileURLWithPath: place.path))
        files[place.path] = now
        guard now.count >= place.range.upperBound, now[place.range] == Data(event(sequence)) else { return false }
      }
      return true
    }

    /// Publishes what is missing and gives back what is asked for, until the broker knows of no hole.
    private static func giveBack(
      _ caller: Caller, epoch: UInt64, _ places: [UInt64: (path: String, range: Range<Int>)] = [:]
    ) throws -> Int {
      let client = try OutsideClient(caller, as: "till", lineage: "store-of-till", epoch: epoch, highest: events)
      var next = client.welcome.lastSequence + 1
      while next <= events {
        try client.publish((next...min(next + 9, events)).map { ($0, event($0)) })
        next = min(next + 9, events) + 1
      }
      var through = client.welcome.lastSequence
      var given = 0
      try eventually("all is accepted, and no hole is left", within: .seconds(40)) {
        do {
          switch try client.next(within: .milliseconds(200)) {
          case .accepted(let accepted, let forget):
            through = max(through, accepted)
            #expect(forget == 0, "all of it lies within the last 64 MiB")
          case .heal(let ranges):
            for range in ranges {
              for sequence in range {
                try client.heal(sequence, event(sequence))
                given += 1
              }
            }
          default: break
          }
        } catch OutsideClient.Ended.silent {} catch let fault as SystemError where fault.description.contains("stopped answering") {}
        return try through == events && caller.get("broker", "/v1/status")["disk"]?["holes"]?.array?.isEmpty == true
          && isWhole(places)
      }
      return given
    }

    @Test func `random damage in a journal of several segments is healed byte for byte through the real broker`() throws {
      var random = Seed.printed(for: "RandomHealTests")
      let mesh = try LooseMesh(starting: ["broker"])
      let caller = mesh.caller
      try caller.admit(["till"], pid: mesh.pid("broker"))
      #expect(try Self.giveBack(caller, epoch: 1) == 0)
      try mesh.stopAll()
      let places = try Self.places(caller.data)
      #expect(places.count == Int(Self.events) && Set(places.values.map(\.path)).count == 3)
      var (given, tried): (Int, [String]) = (0, [])
      for round in 1...Self.rounds {
        for _ in 1...3 { tried.append(try Self.damage(places, &random)) }
        try mesh.start("broker")
        given += try Self.giveBack(caller, epoch: UInt64(round) + 1, places)
        if round == Self.rounds {
          try eventually("nothing is damaged any more, behind \(tried)", within: .seconds(60)) {
            try caller.accord("journal", "verify").exit == .code(0)
          }
        }
        try mesh.stopAll()
      }
      print("healed through the broker: \(tried.count) damages, \(given) events given back")
      #expect(given >= Self.rounds)
      #expect(try Self.isWhole(places))
      // A journal without its beginning is like one that was let go of, but for what it says itself.
      let (oldest, aside) = (try #require(places[1]).path, mesh.folder.file("aside"))
      try FileManager.default.moveItem(atPath: oldest, toPath: aside)
      let short = try caller.accord("journal", "verify")
      #expect(short.exit == .code(1) && short.stdout.contains("segment 1, segment"), "\(short.stdout)\(short.stderr)")
      try FileManager.default.moveItem(atPath: aside, toPath: oldest)
      #expect(try caller.accord("journal", "verify").exit == .code(0))
    }
  }
}
