import Contracts

/// Where an audit stands: its stage, what it is at there, and the row behind which it goes on.
struct AuditCursor: Equatable {
  let stage: String
  /// An offer, a promise, a channel; empty before the first and where a stage knows none.
  var key = ""
  var at = Timestamp.first
  var id = ""
  /// What was counted so far of `key`, when it came to be too much, and the message that made it so.
  var count: Int64 = 0
  var passedAt: Timestamp?
  var passedBy: String?

  init(stage: String) { self.stage = stage }

  /// Goes on to another key.
  mutating func enter(_ key: String, at instant: Timestamp) {
    self = AuditCursor(stage: stage)
    self.key = key
    at = instant
  }

  var bytes: [UInt8] {
    var writer = JSONWriter(reserving: 160)
    writer.beginObject()
    writer.member("stage", stage)
    writer.member("key", key)
    writer.member("at", at.milliseconds)
    writer.member("id", id)
    writer.member("count", count)
    writer.member("passed_at", ifPresent: passedAt?.milliseconds)
    writer.member("passed_by", ifPresent: passedBy)
    writer.endObject()
    return writer.finish()
  }

  init?(_ bytes: [UInt8]) {
    guard let json = try? JSON(parsing: bytes), let stage = json["stage"]?.string, let at = json["at"]?.integer else { return nil }
    self.init(stage: stage)
    key = json["key"]?.string ?? ""
    self.at = Timestamp(milliseconds: at)
    id = json["id"]?.string ?? ""
    count = json["count"]?.integer ?? 0
    passedAt = (json["passed_at"]?.integer).map { Timestamp(milliseconds: $0) }
    passedBy = json["passed_by"]?.string
  }
}
