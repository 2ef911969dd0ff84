import Contracts

extension JSONWriter {
  /// A small number as a string: the ids of lines.
  mutating func plain(_ number: Int) {
    withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { digits in
      var (rest, at) = (number, 4)
      repeat {
        at -= 1
        digits[at] = .zero + UInt8(rest % 10)
        rest /= 10
      } while rest > 0 && at > 0
      plain(UnsafeRawBufferPointer(rebasing: digits[at...]))
    }
  }
}
