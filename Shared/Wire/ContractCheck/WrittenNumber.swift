import Contracts

/// A JSON number as it is written, compared exactly: no rounding, whatever its length. Allocates nothing.
///
/// ```
///   -0.0125e3        digits 1 2 5 from the first that is not 0 to the last, scale 2: 0.125 × 10²
/// ```
@safe
struct WrittenNumber {
  private let bytes: UnsafeRawBufferPointer
  /// The digits that count, a point among them perhaps; empty for zero.
  private let digits: Range<Int>
  private let digitCount: Int
  /// The value is 0.digits × 10^scale.
  private let scale: Int
  private let isNegative: Bool

  /// `range`: a number that the scanner has passed.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    unsafe self.bytes = unsafe bytes
    isNegative = unsafe bytes[range.lowerBound] == .minus
    var point = range.upperBound
    var end = range.upperBound
    var first = range.upperBound
    var last = range.upperBound
    var at = range.lowerBound + (isNegative ? 1 : 0)
    while at < range.upperBound {
      let byte = unsafe bytes[at]
      if byte | 0x20 == UInt8(ascii: "e") {
        end = at
        break
      }
      if byte == UInt8(ascii: ".") {
        point = at
      } else if byte != .zero {
        if first == range.upperBound { first = at }
        last = at + 1
      }
      at += 1
    }
    guard first < range.upperBound else {
      (digits, digitCount, scale) = (0..<0, 0, 0)
      return
    }
    if point > end { point = end }
    digits = first..<last
    digitCount = last - first - (point > first && point < last ? 1 : 0)
    let places = first < point ? point - first : point + 1 - first
    scale = places + (unsafe Self.exponent(bytes, end..<range.upperBound))
  }

  /// What stands behind the digits, `e` included; cut where nobody can tell the difference any more.
  private static func exponent(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int {
    guard range.count > 1 else { return 0 }
    var at = range.lowerBound + 1
    let isNegative = unsafe bytes[at] == .minus
    if unsafe isNegative || bytes[at] == UInt8(ascii: "+") { at += 1 }
    var value = 0
    while at < range.upperBound {
      if value < 1_000_000_000_000_000 { value = unsafe value * 10 + Int(bytes[at] - .zero) }
      at += 1
    }
    return isNegative ? -value : value
  }

  var isZero: Bool { digits.isEmpty }

  /// Whether it has no fraction by value: 1.0, 1e0 and 120e-1 are whole.
  var isWhole: Bool { digitCount <= scale || isZero }

  /// Negative, zero or positive as this is less than, equal to or more than `other`.
  func compared(to other: WrittenNumber) -> Int {
    let (sign, otherSign) = (isZero ? 0 : isNegative ? -1 : 1, other.isZero ? 0 : other.isNegative ? -1 : 1)
    guard sign == otherSign, sign != 0 else { return sign - otherSign }
    if scale != other.scale { return scale > other.scale ? sign : -sign }
    var (mine, its) = (digits.lowerBound, other.digits.lowerBound)
    while mine < digits.upperBound || its < other.digits.upperBound {
      let (digit, otherDigit) = (next(&mine), other.next(&its))
      if digit != otherDigit { return digit > otherDigit ? sign : -sign }
    }
    return 0
  }

  /// The digit at `at`, the point stepped over; 0 behind the last.
  private func next(_ at: inout Int) -> UInt8 {
    if at < digits.upperBound, unsafe bytes[at] == UInt8(ascii: ".") { at += 1 }
    guard at < digits.upperBound else { return 0 }
    defer { at += 1 }
    return unsafe bytes[at] - .zero
  }

  /// The whole number nearest to it from above (`up`) or from below, cut to what 64 bits hold.
  func whole(up: Bool) -> Int64 {
    // Beyond nineteen digits before the point it is out of reach anyway.
    guard scale <= 19 else { return isNegative ? .min : .max }
    var magnitude: Int128 = 0
    var at = digits.lowerBound
    for _ in 0..<max(0, scale) { magnitude = magnitude * 10 + Int128(next(&at)) }
    let value = isNegative ? -magnitude : magnitude
    let rounded = isWhole ? value : up ? (isNegative ? value : value + 1) : (isNegative ? value - 1 : value)
    return Int64(clamping: rounded)
  }
}
