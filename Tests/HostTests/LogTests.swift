import Contracts
import Foundation
import Host
import Telemetry
import TestKit
import Testing

@Suite struct LogTests {
  private static let noon = Timestamp(milliseconds: 1_772_366_400_000)

  /// A log into a pipe, and the pipe's reading end.
  private static func piped(level: Log.Level = .info) throws -> (log: Log, reading: FileHandle) {
    let pipe = Pipe()
    // The handle would close the writing end while the log still holds its number.
    let writing = dup(pipe.fileHandleForWriting.fileDescriptor)
    return (Log(program: "accord-x", level: level, descriptor: writing) { noon }, pipe.fileHandleForReading)
  }

  @Test func `a line is one JSON object with its fields in order`() throws {
    let (log, reading) = try Self.piped()
    log.debug("x.hidden", "below the level")
    log.with(["correlationid": "c-1"]).warning("x.happened", "A \"quoted\"\nline \u{1}", ["count": 7, "isLate": true, "secret": "s3cret"])
    #expect(log.flush())
    let line = String(decoding: reading.availableData, as: UTF8.self)
    #expect(
      line == #"{"time":"2026-03-01T12:00:00.000Z","level":"warning","program":"accord-x","event":"x.happened","#
        + #""message":"A \"quoted\"\nline \u0001","correlationid":"c-1","count":7,"isLate":true,"secret":"[masked]"}"# + "\n")
    #expect(throws: Never.self) { try JSON(parsing: line) }
  }

  @Test func `a line that is too long is cut, stays JSON and says so`() throws {
    let (log, reading) = try Self.piped()
    log.info("x.long", String(repeating: "ü\"", count: 10_000), ["after": "it"])
    #expect(log.flush())
    let json = try JSON(parsing: Array(reading.availableData))
    #expect(json["cut"] == .bool(true))
    #expect(json["after"] == nil)
  }

  @Test func `a full pipe that nobody reads holds up nobody and the drops are counted`() throws {
    let (log, reading) = try Self.piped()
    let text = String(repeating: "x", count: 200)
    // 20,000 lines of 310 bytes are 6 MB; a pipe takes 64 KiB and the queue 1 MiB. Nobody reads before all have been said: a line that waited
    // for room would wait for ever.
    for number in 0..<20_000 { log.info("x.flood", text, ["number": .integer(Int64(number))]) }
    #expect(log.dropped > 10_000)
    #expect(!log.flush(within: .milliseconds(20)))
    let dropped = log.dropped
    // Now somebody reads, and the next line comes after the count of what is missing.
    let all = Seen<UInt8>()
    let done = DispatchSemaphore(value: 0)
    OwnThread.start("reader") {
      var tail: [UInt8] = []
      while !String(decoding: tail, as: UTF8.self).contains("x.after") {
        tail = Array((tail + reading.availableData).suffix(4_096))
      }
      for byte in tail { all.note(byte) }
      done.signal()
    }
    #expect(log.flush(within: .seconds(60)))
    log.info("x.after", "after the flood")
    #expect(done.wait(timeout: .now() + 60) == .success)
    let lines = String(decoding: all.all, as: UTF8.self).split(separator: "\n").suffix(2).map(String.init)
    let report = try JSON(parsing: lines[0])
    #expect(report["event"] == .string("log.dropped") && report["dropped"] == .integer(dropped))
    #expect(lines[1].contains("x.after"))
  }

  @Test func `a closed stderr loses lines and nothing else`() throws {
    signal(SIGPIPE, SIG_IGN)
    let (log, reading) = try Self.piped()
    try reading.close()
    log.info("x.lost", "nobody is there")
    #expect(log.flush())
  }

  @Test(arguments: [
    ("secret", true), ("clientSecret", true), ("API-Key", true), ("http_authorization", true), ("set-cookie", true), ("email", true),
    ("E_Mail", true), ("name", true), ("firstName", true), ("body", true), ("event_name", false), ("correlationid", false),
    ("sequence", false),
    ("order_id", false), ("addressee_count", false),
  ]) func `fields are masked by their names`(name: String, masked: Bool) {
    #expect(Redaction.masks(name) == masked)
  }

  @Test(arguments: [
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true), ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true),
    ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true),
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false),
    ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false), ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
    ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false), ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", false), ("", false),
    ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x", false),
  ]) func `trace parents are read as the recommendation says`(text: String, isValid: Bool) {
    #expect((Trace(parsing: text) != nil) == isValid)
  }

  @Test func `a child span stays in its trace`() throws {
    var random = SeededRandom(seed: 7)
    let root = Trace(using: &random)
    let child = root.child(using: &random)
    #expect(Trace(parsing: root.description) == root)
    #expect(child.traceHigh == root.traceHigh && child.traceLow == root.traceLow && child.span != root.span)
  }
}
