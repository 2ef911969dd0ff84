import Wire

/// The words of a line behind its first: plain ones by place, `name=value` ones by name.
struct Words {
  let list: [String]
  init(_ list: [String]) { self.list = list }
  var count: Int { list.count }
  subscript(_ at: Int) -> String { list[at] }
  /// The value of `name=value`, or the name itself where it stands alone.
  subscript(_ name: String) -> String? { all(name).first ?? (list.contains(name) ? name : nil) }
  func all(_ name: String) -> [String] { list.filter { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) } }
  func number(_ name: String) -> UInt64? { all(name).first.flatMap { UInt64($0) } }

  /// Milliseconds: `250ms`, `5m`, `-2h`; a number without unit, or with `s`, is seconds.
  static func duration(_ text: String) -> Int64 {
    let digits = Int64(text.filter { $0.isNumber })! * (text.hasPrefix("-") ? -1 : 1)
    return text.hasSuffix("ms") ? digits : text.hasSuffix("m") ? digits * 60_000 : text.hasSuffix("h") ? digits * 3_600_000 : digits * 1_000
  }

  /// `1-3,5`.
  static func ranges(_ text: String) -> DeliveryRanges {
    text.split(separator: ",").map { part in
      let ends = part.split(separator: "-").map { UInt64($0)! }
      return ends[0]...(ends.count > 1 ? ends[1] : ends[0])
    }
  }
}
