import CLinux
import Glibc

/// Where a socket is: an IPv4 or IPv6 address with its port, or a path.
package struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
  /// The address as the kernel wants it (`sockaddr_in`, `sockaddr_in6` or `sockaddr_un`).
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A path in the file system (unix(7)). Throws ENAMETOOLONG where it does not fit.
  init(path: String, for operation: SystemError.Operation) throws(SystemError) {
    let text = Array(path.utf8)
    guard !text.isEmpty, text.count <= TransportLimits.socketPathBytesMax, !text.contains(0) else {
      throw SystemError(operation, ENAMETOOLONG, on: path)
    }
    let family = UInt16(AF_UNIX)
    bytes = [UInt8(truncatingIfNeeded: family), UInt8(truncatingIfNeeded: family >> 8)] + text + [0]
  }

  /// AF_INET, AF_INET6 or AF_UNIX; the first two bytes in the machine's order.
  package var family: Int32 {
    guard bytes.count >= 2 else { return AF_UNSPEC }
    return Int32(UInt16(littleEndian: UInt16(bytes[0]) | UInt16(bytes[1]) << 8))
  }

  /// The port, zero for a path; bytes 2 and 3 of both kinds, big-endian (RFC 791 order).
  package var port: UInt16 {
    guard family != AF_UNIX, bytes.count >= 4 else { return 0 }
    return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
  }

  /// The numeric host without port; the path for a path; empty where unknown.
  package var host: String {
    guard family != AF_UNIX else { return bytes.count > 3 ? String(decoding: bytes[2...].prefix { $0 != 0 }, as: UTF8.self) : "" }
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
      let failed = unsafe withAddress { address, count in
        unsafe getnameinfo(address, count, text.baseAddress, UInt32(NI_MAXHOST), nil, 0, NI_NUMERICHOST)
      }
      guard failed == 0, let base = text.baseAddress else { return "" }
      return unsafe String(cString: base)
    }
  }

  /// `127.0.0.1:4460`, `[::1]:4460` or the path.
  package var description: String {
    switch family {
    case AF_INET6: "[\(host)]:\(port)"
    case AF_UNIX: host.isEmpty ? "local peer" : host
    default: "\(host):\(port)"
    }
  }

  func withAddress<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
    unsafe bytes.withUnsafeBytes { raw in
      // 128 bytes hold every kind and are aligned for each (struct sockaddr_storage).
      var storage = sockaddr_storage()
      return unsafe withUnsafeMutableBytes(of: &storage) { room in
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw.prefix(room.count)))
        let base = unsafe room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self)
        return unsafe body(base, socklen_t(min(raw.count, room.count)))
      }
    }
  }

  /// Fills an address by a call such as accept4 or getsockname.
  static func filled(by call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> (SocketAddress, Int32) {
    var storage = sockaddr_storage()
    var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutableBytes(of: &storage) { room in
      unsafe call(room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self), &count)
    }
    let bytes = unsafe withUnsafeBytes(of: storage) { unsafe Array($0.prefix(Int(count))) }
    return (SocketAddress(bytes), result)
  }

  /// The address that `host` writes in numbers; nil where it is a name. Asks nobody, so it never blocks.
  static func numeric(_ host: String, _ port: UInt16) -> [SocketAddress]? {
    // Failing means only that it is a name.
    try? resolve(host, port, numericOnly: true)
  }

  /// Every address of `host`, in the order to try them (RFC 6724, by getaddrinfo(3)). Blocks while names are looked up: never on a reactor.
  ///
  /// `passive` is for listening: an empty host is then every address of this machine.
  static func resolve(
    _ host: String, _ port: UInt16, passive: Bool = false, numericOnly: Bool = false
  ) throws(SystemError) -> [SocketAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0) | (numericOnly ? AI_NUMERICHOST : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    let failed = unsafe getaddrinfo(bare.isEmpty && passive ? nil : bare, String(port), &hints, &list)
    guard failed == 0 else { throw SystemError(.resolve, failed, on: host) }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      let raw = unsafe UnsafeRawBufferPointer(start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
      let address = SocketAddress(unsafe Array(raw))
      if !addresses.contains(address) { addresses.append(address) }
      unsafe next = entry.pointee.ai_next
    }
    guard !addresses.isEmpty else { throw SystemError(.resolve, EAI_NONAME, on: host) }
    return addresses
  }
}

/// Who is at the other end of an accepted connection.
package typealias PeerAddress = SocketAddress
