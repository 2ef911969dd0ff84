/// How cents are made whole: half-even for one amount, the largest remainder for a split. Products are 128 bits wide.
package enum Rounding {
  /// `amount` times `numerator` by `denominator`, the half cent to the even neighbour. Nil where 64 bits do not hold the result.
  ///
  /// No factor is negative, and `denominator` is more than 0.
  package static func share(of amount: Int64, _ numerator: Int64, by denominator: Int64) -> Int64? {
    precondition(amount >= 0 && numerator >= 0 && denominator > 0, "parts are taken of amounts from 0 on")
    let (product, past) = amount.multipliedReportingOverflow(by: numerator)
    let whole: Int64
    let rest: Int64
    if past {
      let (high, low) = amount.multipliedFullWidth(by: numerator)
      // A quotient of more than 64 bits would trap in the division.
      guard high < denominator else { return nil }
      let (quotient, remainder) = UInt64(denominator).dividingFullWidth((UInt64(high), low))
      guard let fits = Int64(exactly: quotient) else { return nil }
      (whole, rest) = (fits, Int64(remainder))
    } else {
      (whole, rest) = product.quotientAndRemainder(dividingBy: denominator)
    }
    // rest against denominator - rest: twice the rest might not fit.
    let isUp = rest > denominator - rest || rest == denominator - rest && whole & 1 == 1
    guard isUp else { return whole }
    let (sum, pastEnd) = whole.addingReportingOverflow(1)
    return pastEnd ? nil : sum
  }

  /// `basisPoints` (1,250 is 12.5 %) of `amount`, half-even. Nil where 64 bits do not hold it, which up to 100 % never happens.
  package static func percent(_ basisPoints: Int64, of amount: Int64) -> Int64? { share(of: amount, basisPoints, by: 10_000) }

  /// The same, each begun cent a whole one. `Int64.max` where 64 bits do not hold it: it is only compared.
  package static func ceiling(of amount: Int64, _ numerator: Int64, by denominator: Int64) -> Int64 {
    precondition(amount >= 0 && numerator >= 0 && denominator > 0, "parts are taken of amounts from 0 on")
    let (high, low) = amount.multipliedFullWidth(by: numerator)
    guard high < denominator else { return .max }
    let (quotient, remainder) = UInt64(denominator).dividingFullWidth((UInt64(high), low))
    guard let whole = Int64(exactly: quotient), whole < .max else { return .max }
    return remainder > 0 ? whole + 1 : whole
  }

  /// `amount` cut into parts by `weights`: each the whole part of its share, what is left cent by cent to the largest remainders,
  /// the earlier of two equal ones first.
  ///
  /// Weights are not negative. Where all are 0 nothing can be split and all parts are 0.
  package static func split(_ amount: Int64, by weights: [Int64]) -> [Int64] {
    precondition(amount >= 0 && weights.allSatisfy { $0 >= 0 }, "amounts and weights are split from 0 on")
    var sum: UInt64 = 0
    for weight in weights { sum += UInt64(weight) }
    guard sum > 0 else { return weights.map { _ in 0 } }
    if weights.count == 1 { return [amount] }
    var parts: [Int64] = []
    parts.reserveCapacity(weights.count)
    var remainders: [(rest: UInt64, index: Int)] = []
    remainders.reserveCapacity(weights.count)
    var left = amount
    for (index, weight) in weights.enumerated() {
      // amount * weight / sum is at most amount, so it fits.
      let product = UInt64(amount).multipliedFullWidth(by: UInt64(weight))
      let (part, rest) = product.high == 0 ? product.low.quotientAndRemainder(dividingBy: sum) : sum.dividingFullWidth(product)
      parts.append(Int64(part))
      left -= Int64(part)
      remainders.append((rest, index))
    }
    guard left > 0 else { return parts }
    remainders.sort { $0.rest > $1.rest || $0.rest == $1.rest && $0.index < $1.index }
    for remainder in remainders.prefix(Int(left)) { parts[remainder.index] += 1 }
    return parts
  }
}
