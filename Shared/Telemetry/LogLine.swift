import Contracts

/// One log line being written: a JSON object that is never longer than the limit and never holds a raw control character.
struct LogLine {
  private(set) var bytes: [UInt8]
  private var isCut = false

  /// Fields only, to be put into lines later.
  init(bytes: [UInt8]) { self.bytes = bytes }

  init(time: Timestamp, level: String, program: String, event: String, message: String) {
    bytes = []
    bytes.reserveCapacity(256)
    bytes += "{\"time\":\"".utf8
    bytes += time.description.utf8
    bytes += "\",\"level\":\"".utf8
    bytes += level.utf8
    bytes += "\"".utf8
    append("program", .text(program))
    append("event", .text(event))
    append("message", .text(message))
  }

  /// Adds a field; leaves it out where the line is full.
  mutating func append(_ name: String, _ value: LogValue) {
    guard bytes.count < TelemetryLimits.logLineBytesMax else { return isCut = true }
    bytes += ",".utf8
    quote(name)
    bytes += ":".utf8
    switch value {
    case _ where Redaction.masks(name): quote(Redaction.mask)
    case .text(let text): quote(text)
    case .integer(let number): bytes += String(number).utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    }
  }

  /// Adds fields that were written before.
  mutating func append(_ fields: [UInt8]) { bytes += fields }

  /// The finished line with its line feed. A line that was cut somewhere says so.
  consuming func ended() -> [UInt8] {
    bytes += (isCut ? ",\"cut\":true}\n" : "}\n").utf8
    return bytes
  }

  /// Appends `text` as a JSON string (RFC 8259 7), cut where the line would become too long; never inside a character.
  private mutating func quote(_ text: String) {
    bytes.append(0x22)
    for character in text.unicodeScalars {
      guard bytes.count < TelemetryLimits.logLineBytesMax else {
        isCut = true
        break
      }
      switch character {
      case "\"": bytes += "\\\"".utf8
      case "\\": bytes += "\\\\".utf8
      case "\n": bytes += "\\n".utf8
      case "\u{0}"..."\u{1F}", "\u{7F}":
        let hex = String(character.value, radix: 16)
        bytes += ("\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex).utf8
      default: bytes += String(character).utf8
      }
    }
    bytes.append(0x22)
  }
}
