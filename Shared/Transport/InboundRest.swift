import Glibc

/// The bytes of an unfinished message, kept until the rest of it has come. No memory while there are none.
///
///     short rest:  scratch = [ rest | fresh bytes ]      copied in front of the next read, so one buffer serves all connections
///     long rest:   memory  = [ rest | fresh bytes | free ]   read in place, grown by doubling, given back when it is used up
@safe struct InboundRest: ~Copyable {
  @safe enum Read {
    /// All bytes to offer, old ones first; the last `fresh` of them are new.
    case bytes(UnsafeRawBufferPointer, fresh: Int)
    case nothing
    case end
    case failure(Int32)
  }

  private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private(set) var count = 0

  deinit { unsafe memory.deallocate() }

  var isEmpty: Bool { count == 0 }

  /// One read of what the socket holds, for a rest below `limit`. The bytes are valid until the next call.
  mutating func read(from number: Int32, scratch: UnsafeMutableRawBufferPointer, limit: Int) -> Read {
    if count <= TransportLimits.carriedBytesMax {
      if count > 0 { unsafe scratch.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count])) }
      return unsafe fill(number, UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(scratch.count, max(limit, count + 1))]))
    }
    if unsafe memory.count - count < TransportLimits.carriedBytesMax, unsafe memory.count < limit {
      unsafe grow(min(limit, max(2 * memory.count, 4 * TransportLimits.carriedBytesMax)))
    }
    let room = unsafe min(memory.count, count + TransportLimits.readBytesPerTurn)
    return unsafe fill(number, UnsafeMutableRawBufferPointer(rebasing: memory[..<room]))
  }

  /// Keeps what was not taken of the `bytes` that `read` gave.
  mutating func keep(_ bytes: UnsafeRawBufferPointer, taken: Int, fresh: Int) {
    let left = bytes.count - taken
    if unsafe bytes.baseAddress == UnsafeRawPointer(memory.baseAddress) {
      count = bytes.count
      drop(taken)
    } else if left == 0 {
      removeAll()
    } else if taken == 0 {
      // The old bytes are still in place: only the fresh ones are new here.
      if unsafe memory.count < left { unsafe grow(max(left, 2 * memory.count)) }
      unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[count...]))
      count = left
    } else {
      if unsafe memory.count < left || memory.count > 4 * max(left, 256) { replace(left) }
      unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[taken...]))
      count = left
    }
  }

  func withBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T { unsafe body(UnsafeRawBufferPointer(rebasing: memory[..<count])) }

  /// Forgets the first `taken` bytes.
  mutating func drop(_ taken: Int) {
    count -= taken
    guard count > 0 else { return removeAll() }
    guard taken > 0, let base = unsafe memory.baseAddress else { return }
    unsafe base.copyMemory(from: base + taken, byteCount: count)
  }

  mutating func removeAll() {
    unsafe memory.deallocate()
    unsafe memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    count = 0
  }

  private func fill(_ number: Int32, _ room: UnsafeMutableRawBufferPointer) -> Read {
    while true {
      let got = unsafe recv(number, room.baseAddress.map { unsafe $0 + count }, room.count - count, 0)
      if got > 0 { return unsafe .bytes(UnsafeRawBufferPointer(rebasing: room[..<(count + got)]), fresh: got) }
      if got == 0 { return .end }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .nothing : .failure(errno)
    }
  }

  private mutating func replace(_ size: Int) {
    unsafe memory.deallocate()
    unsafe memory = .allocate(byteCount: size, alignment: 16)
  }

  private mutating func grow(_ size: Int) {
    let wider = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, count + 1), alignment: 16)
    unsafe wider.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    unsafe memory.deallocate()
    unsafe memory = wider
  }
}
