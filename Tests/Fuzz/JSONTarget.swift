import Contracts

extension FuzzTarget {
  /// The scanner against a textbook's reader; the tree, the reader and the walk against the scanner.
  static let json = FuzzTarget(
    name: "json",
    seeds: {
      let texts = [
        #"{"id":"A-1","lines":[1,-2.5e+3,0,{"a":null,"b":[true,false,[]],"":{}}],"t":"\u00e9\ud83d\ude00\n\\\/é😀"}"#,
        " [ ] ", "-0", "01", #""\ud800""#, "[1,]", #"{"a":1,"a":2}"#, "1e", "[1 2]", "tru", "\"\u{7}\"", "{\"a\" : 1 , \"b\":2}\n",
        String(repeating: "[", count: 64) + String(repeating: "]", count: 64), String(repeating: "[", count: 65), "9223372036854775808",
        #"{"x":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\t","y":"\uD834\uDD1E"}"#, "0.10E-2", "[\"\\u0000\",\"\\uDBFF\\uDFFF\"]",
      ]
      return texts.map { Array($0.utf8) } + [[0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xEF, 0xBB, 0xBF, 0x31], []]
    },
    check: { bytes in
      var end: Int?
      var fault: JSONFault?
      do throws(JSONFault) { end = try JSONScanner.scan(bytes, from: 0) } catch { fault = error }
      let wanted = TextbookJSON.end(bytes, depthMax: Limits.jsonDepthMax)
      if end != wanted { return "the scanner ends at \(say(end)), the textbook at \(say(wanted))" }
      if let fault, fault.offset < 0 || fault.offset > bytes.count { return "\(fault) is not in \(bytes.count) bytes" }
      return tree(bytes, isWhole: end.map { JSONScanner.skipWhitespace(bytes, from: $0) == bytes.count } ?? false)
    })

  /// A tree is made of what the scanner passes, unless a name stands twice; written and read again it is the same.
  private static func tree(_ bytes: UnsafeRawBufferPointer, isWhole: Bool) -> String? {
    let tree: JSON
    do throws(JSONFault) { tree = try JSON(parsing: bytes) } catch {
      if case .duplicateName = error.kind { return isWhole ? nil : nil }
      return isWhole ? "the scanner passes what the tree refuses: \(error)" : nil
    }
    guard isWhole else { return "the tree takes what the scanner refuses: \(tree.text)" }
    let again: JSON
    do throws(JSONFault) { again = try JSON(parsing: tree.bytes) } catch {
      return "what was written cannot be read: \(error), \(tree.text)"
    }
    if again != tree { return "written and read again it is \(again.text), not \(tree.text)" }
    if let canonical = try? tree.canonical(), (try? JSON(parsing: canonical).canonical()) != canonical {
      return "the canonical form of \(tree.text) has another"
    }
    guard case .object(let members) = tree else { return nil }
    return walk(bytes, members.map(\.name))
  }

  /// The walk tells the names of the tree, in their order.
  private static func walk(_ bytes: UnsafeRawBufferPointer, _ names: [String]) -> String? {
    var found: [String] = []
    do throws(JSONFault) {
      var walk = try JSONWalk(bytes, from: 0)
      while let span = try walk.next() {
        found.append(JSONName(bytes, span).description)
        _ = try walk.skip()
      }
    } catch { return "the walk refuses what the scanner passes: \(error)" }
    return found == names ? nil : "the walk finds \(found), the tree \(names)"
  }

  static func say(_ offset: Int?) -> String { offset.map(String.init) ?? "nowhere" }
}
