import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// The commands that look: what they print for people, for scripts, and with which exit code.
  @Suite struct CommandTests {
    @Test func `why tells a message's way: who said it, where it stands, who handled it and what came of it`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      let message = try caller.order("FRIDAY-1", of: "ada")
      try caller.awaitHeard(1)

      let told = try caller.accord("why", message)
      #expect(told.exit == .code(0) && told.stderr.isEmpty)
      #expect(
        told.lines.map { $0.prefix { $0 != ":" } } == ["ledger", "ledger", "broker", "marketing", "service", "broker", "broker"],
        "\(told.stdout)")
      #expect(told.stdout.contains("operator had order FRIDAY-1 of ada captured at"))
      #expect(told.stdout.contains("counts for ada") && told.stdout.contains("on the timeline of ada"))

      let json = try caller.accord("why", message, "--json").json
      let position = try #require(json["journal"]?["position"]?.integer)
      #expect(position > 0 && told.stdout.contains("durable at position \(position)"))
      #expect(json["journal"]?["event"]?["id"] == .string(message) && json["journal"]?["sequence"]?.integer ?? 0 > 0)
      #expect(json["departments"]?["ledger"]?["role"] == "publisher")
      for handler in ["marketing", "service"] {
        #expect(json["departments"]?[handler]?["role"] == "handler" && json["departments"]?[handler]?["position"] == .integer(position))
      }
      #expect(json["silent"] == [])

      let unknown = try caller.accord("why", "nobody-said-that")
      #expect(unknown.exit == .code(1) && unknown.stderr.contains("nobody knows a message nobody-said-that"))
      #expect(try caller.accord("why").exit == .code(64))
      try mesh.stop()
    }

    @Test func `tail shows events as they come, filtered, from where it is told`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      // From now on: the tail that waits shows what comes after it began, and only that.
      try caller.order("BEFORE", of: "ada")
      try caller.awaitHeard(1)
      let waiting = try ChildProgram.spawn("accord", ["tail", "--count", "2", "--json", "--data", caller.data])
      var sent = 0
      try eventually("the tail has seen two events", within: .seconds(20)) {
        // It says nothing before the first event, so orders are sent until it has begun.
        sent += 1
        try caller.order("LIVE-\(sent)", of: "ada")
        return waiting.stdout.filter { $0 == "\n" }.count == 2
      }
      #expect(try waiting.wait(within: .seconds(10)) == .code(0))
      let seen = try waiting.stdout.split(separator: "\n").map { try JSON(parsing: String($0))["event"]?["subject"]?.string ?? "" }
      #expect(seen.count == 2 && seen.allSatisfy { $0.hasPrefix("LIVE-") })

      let all = try caller.accord("tail", "--from", "beginning", "--type", "ledger.order.*", "--count", "3", "--json")
      let events = try all.lines.map { try JSON(parsing: $0) }
      #expect(events.map { $0["event"]?["subject"]?.string } == ["BEFORE", "LIVE-1", "LIVE-2"])
      let second = try #require(events[1]["position"]?.integer)
      let behind = try caller.accord("tail", "--from", "\(second)", "--type", "ledger.order.*", "--count", "1", "--json")
      #expect(try behind.json["event"]?["subject"] == "LIVE-2")
      let byKey = try caller.accord("tail", "--from", "beginning", "--key", "LIVE-2", "--count", "1", "--json")
      #expect(try byKey.json["event"]?["subject"] == "LIVE-2")
      let byType = try caller.accord("tail", "--from", "beginning", "--type", "ledger.order.*", "--count", "1")
      #expect(byType.exit == .code(0) && byType.stdout.contains("ledger.order.captured.v1") && byType.stdout.contains("customer ada"))
      #expect(try caller.accord("tail", "--from", "yesterday").exit == .code(64))

      // Ctrl-C ends one that waits for ever.
      let endless = try ChildProgram.spawn("accord", ["tail", "--from", "beginning", "--type", "ledger.*", "--data", caller.data])
      try eventually("it has shown the first event") { endless.stdout.contains("BEFORE") }
      endless.send(SIGINT)
      #expect(try endless.wait(within: .seconds(5)) == .signal(SIGINT))
      try mesh.stop()
    }

    @Test func `status tells who is caught up, and who is away by an exit code`() throws {
      let mesh = try LooseMesh()
      let caller = mesh.caller
      try caller.order("A", of: "ada")
      try caller.awaitHeard(1)
      try eventually("all is settled") {
        try caller.get("broker", "/v1/status")["subscriptions"]?.array?.allSatisfy { $0["behind"] == 0 } == true
      }
      let well = try caller.accord("status")
      #expect(well.exit == .code(0) && well.stderr.isEmpty, "\(well.stderr)")
      #expect(well.stdout.contains("marketing/orders: caught up") && well.stdout.contains("service/orders: caught up"))
      #expect(well.stdout.contains("ledger: connected"))

      try mesh.stop("marketing")
      try caller.order("B", of: "ada")
      try eventually("the broker sees who is behind") {
        try caller.accord("status").stdout.contains("Nobody is connected to it.")
      }
      let ill = try caller.accord("status", "--json")
      #expect(ill.exit == .code(69) && ill.stderr.contains("marketing does not answer"))
      let row = try ill.json["broker"]?["subscriptions"]?.array?.first { $0["name"] == "marketing/orders" }
      #expect(row?["waits_for"] == "consumer" && (row?["behind"]?.integer ?? 0) > 0 && row?["since"]?.integer != nil)
      #expect(try ill.json["away"] == ["marketing"] && ill.json["marketing"]?.isNull == true)

      try mesh.stopAll()
      let dark = try caller.accord("status")
      #expect(dark.exit == .code(69) && dark.stderr.contains("broker, ledger, marketing, service do not answer"))
    }

    @Test func `verify looks through what is at rest, and refuses what is at work`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      for number in 1...20 { try caller.order("V-\(number)", of: "ada") }
      try caller.awaitHeard(20)
      let busy = try caller.accord("verify")
      #expect(busy.exit == .code(75) && busy.stderr.contains("is being written cannot be judged"), "\(busy.stdout)\(busy.stderr)")
      #expect(try mesh.stop() == .code(0))

      let sound = try caller.accord("verify")
      #expect(sound.exit == .code(0), "\(sound.stdout)\(sound.stderr)")
      #expect(sound.stdout.contains("broker: sound, ") && sound.stdout.contains(" events in "))
      let report = try caller.accord("verify", "--json").json
      for program in Caller.programs { #expect(report[program]?["sound"] == true, "\(program): \(report[program] ?? .null)") }

      // One flipped bit in the journal, in the middle of an event.
      let segment = caller.data + "/broker/journal/000000000001.segment"
      var bytes = try Data(contentsOf: URL(filePath: segment))
      let place = try #require(bytes.firstRange(of: Data("V-7".utf8)))
      bytes[place.lowerBound] ^= 1
      try bytes.write(to: URL(filePath: segment))
      let damaged = try caller.accord("verify")
      #expect(damaged.exit == .code(1) && damaged.stdout.contains("broker: NOT SOUND"), "\(damaged.stdout)\(damaged.stderr)")
      #expect(damaged.stdout.contains("ledger: sound"))
    }
  }
}
