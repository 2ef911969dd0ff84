/// Names places in JSON (RFC 6901): only when something is wrong, so that reading what is right costs nothing.
package enum JSONPointer {
  /// The pointer to the innermost value around `offset`; as far as the bytes before it can be read.
  package static func to(_ offset: Int, in bytes: UnsafeRawBufferPointer) -> String {
    var pointer = ""
    var at = JSONScanner.skipWhitespace(bytes, from: 0)
    while at < min(offset, bytes.count), let step = step(to: offset, in: bytes, from: at) {
      pointer += "/" + step.name
      at = step.value
    }
    return pointer
  }

  /// The member or element of the container at `start` that holds `offset`; nil where none does.
  private static func step(to offset: Int, in bytes: UnsafeRawBufferPointer, from start: Int) -> (name: String, value: Int)? {
    switch bytes[start] {
    case .braceOpen:
      guard var walk = try? JSONWalk(bytes, from: start) else { return nil }  // its fault is the one being named
      while let name = try? walk.next() {
        let value = walk.offset
        // A name's own fault, such as standing twice, belongs to the name.
        if offset < name.start { return nil }
        if ends(walk, after: offset) || offset < value { return (escaped(JSONName(bytes, name).description), value) }
        walk.offset = (try? walk.skip().upperBound) ?? bytes.count
      }
      return nil
    case .bracketOpen:
      var index = 0
      var at = JSONScanner.skipWhitespace(bytes, from: start + 1)
      while at <= offset, at < bytes.count, bytes[at] != .bracketClose {
        guard let end = try? JSONScanner.scan(bytes, from: at), end <= offset else { return ("\(index)", at) }
        index += 1
        at = JSONScanner.skipWhitespace(bytes, from: end)
        guard at < bytes.count, bytes[at] == .comma else { return nil }
        at = JSONScanner.skipWhitespace(bytes, from: at + 1)
      }
      return nil
    default:
      return nil
    }
  }

  /// Whether the value at the walk's offset ends after `offset`, or is itself at fault.
  private static func ends(_ walk: JSONWalk, after offset: Int) -> Bool {
    var ahead = walk
    guard let range = try? ahead.skip() else { return true }  // the fault lies in this value
    return offset < range.upperBound
  }

  /// RFC 6901 3: `~` and `/` inside a name.
  private static func escaped(_ name: String) -> String {
    var text = ""
    for character in name.unicodeScalars {
      switch character {
      case "~": text += "~0"
      case "/": text += "~1"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}
