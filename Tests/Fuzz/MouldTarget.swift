import Contracts
import Wire

extension FuzzTarget {
  /// The moulds: what fills one is what the decoder and the gate take, read alike. Two lines: the frame a mould is made of, and another.
  static let mould = FuzzTarget(
    name: "mould",
    seeds: {
      let datas = [
        #"{"id":"x","amount":7,"names":["a","b"],"kind":"a"}"#, #"{"id":null,"amount":-5,"kind":1,"deep":{}}"#, "[1,2.5,-0]",
        #"{"deep":{"deep":{"id":"😀"}},"kind":true}"#, "null", #""text""#,
      ]
      func frame(_ sequence: Int, _ data: String, _ more: String = "") -> String {
        #"{"op":"publish","sequence":\#(sequence),"event":{"specversion":"1.0","id":"i\#(sequence)","source":"/l","type":"t"\#(more),"data":\#(data)}}"#
      }
      var seeds: [[UInt8]] = []
      for (index, data) in datas.enumerated() {
        for schema in 0...3 as ClosedRange<UInt8> {
          let other = data.replacing("x", with: "yy").replacing("7", with: "12").replacing("a\",\"b", with: "c\",\"\\u0062")
          seeds.append([schema] + Array((frame(9, data) + "\n" + frame(10, other)).utf8))
          if index == 0 {
            seeds.append([schema] + Array((frame(1, data, #","subject":"s""#) + "\n" + frame(0, other, #","subject":"""#)).utf8))
          }
        }
      }
      return seeds
    },
    check: { bytes in
      var input = FuzzInput(bytes)
      let choice = Int(input.byte()) % (schemas.count + 1)
      let schema = choice < schemas.count ? schemas[choice] : nil
      let lines = input.rest.split(separator: 0x0A, maxSplits: 1).map { UnsafeRawBufferPointer(rebasing: $0) }
      guard lines.count == 2, let first = theLongWay(lines[0], schema) else { return nil }
      var maker = MouldMaker(Array(lines[0]), first, schema)
      guard let mould = maker.mould() else { return nil }
      // Text with escapes or beyond ASCII fills no place: then the mould is of no use, and does no harm.
      if let again = mould.publish(lines[0]), again != first { return "a mould reads what it was made of as \(again), not \(first)" }
      // In memory of its own size: a look past its end is found.
      let other = UnsafeMutableRawBufferPointer.allocate(byteCount: lines[1].count, alignment: 1)
      defer { other.deallocate() }
      other.copyMemory(from: lines[1])
      let frame = UnsafeRawBufferPointer(other)
      guard let found = mould.publish(frame) else { return nil }
      guard let wanted = theLongWay(frame, schema) else { return "the mould takes what the long way refuses: \(found)" }
      return found == wanted ? nil : "the mould reads \(found), the long way \(wanted)"
    })

  /// The publish that a frame is by decoder and gate; nil where they do not take it.
  private static func theLongWay(_ frame: UnsafeRawBufferPointer, _ schema: DataSchema?) -> Publish? {
    guard case .publish(let publish)? = try? ClientMessageDecoder.decode(frame) else { return nil }
    if let schema, schema.mismatch(frame, data: publish.routing.data) != nil { return nil }
    return publish
  }
}
