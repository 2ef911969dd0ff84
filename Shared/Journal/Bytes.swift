/// Little-endian numbers in raw memory, at any alignment.
enum Bytes {
  static func u32(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }
  static func u64(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
  }
  static func put(_ value: UInt32, _ bytes: UnsafeMutableRawBufferPointer, _ at: Int) {
    bytes.storeBytes(of: value.littleEndian, toByteOffset: at, as: UInt32.self)
  }
  static func put(_ value: UInt64, _ bytes: UnsafeMutableRawBufferPointer, _ at: Int) {
    bytes.storeBytes(of: value.littleEndian, toByteOffset: at, as: UInt64.self)
  }
  static func copy(_ from: UnsafeRawBufferPointer, _ bytes: UnsafeMutableRawBufferPointer, _ at: Int) {
    UnsafeMutableRawBufferPointer(rebasing: bytes[at..<at + from.count]).copyMemory(from: from)
  }
}
