import CLinux
import Glibc

/// Bytes on their way out, in chunks that are filled at the end and written from the front.
///
///     chunks   [ sent | waiting ] [ waiting ] [ waiting | free ]
///                ^head.start                    ^tail     ^tailRoom
///
/// HOT: `append` copies and touches two words; nothing is allocated while the pool has chunks.
@safe struct OutboundQueue: ~Copyable {
  @safe private struct Chunk {
    var memory: UnsafeMutableRawBufferPointer
    var start = 0
    var end = 0
  }

  private let pool: ChunkPool
  private var chunks: [Chunk] = []
  /// Chunks before this one are done with.
  private var head = 0
  /// The free end of the last chunk. Its `end` is brought up to date before the chunk is looked at.
  private var tail: UnsafeMutableRawPointer?
  private var tailRoom = 0
  /// Bytes that wait.
  private(set) var count = 0

  init(pool: ChunkPool) {
    self.pool = pool
    unsafe tail = nil
  }

  deinit {
    for chunk in chunks[head...] { unsafe pool.give(chunk.memory) }
  }

  var isEmpty: Bool { count == 0 }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    if bytes.count <= tailRoom, let tail = unsafe tail {
      unsafe tail.copyMemory(from: base, byteCount: bytes.count)
      unsafe self.tail = tail + bytes.count
      tailRoom -= bytes.count
      count += bytes.count
      return
    }
    unsafe appendAcross(base, bytes.count)
  }

  /// Gives `body` room for `room` bytes in one piece; what it says it wrote is queued.
  mutating func append(room: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
    if tailRoom < room { grow(room) }
    guard let tail = unsafe tail else { return }
    let used = unsafe body(UnsafeMutableRawBufferPointer(start: tail, count: room))
    precondition((0...room).contains(used), "a writer used more than the \(room) bytes it asked for")
    unsafe self.tail = tail + used
    tailRoom -= used
    count += used
  }

  /// Writes as much as the socket takes. Returns zero or the errno that stopped it (EAGAIN: wait until writable).
  mutating func write(to number: Int32) -> Int32 {
    while count > 0 {
      let offered = offer()
      let sent = unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: min(chunks.count - head, TransportLimits.chunksPerWrite)) {
        vectors in
        for index in vectors.indices {
          let chunk = chunks[head + index]
          unsafe vectors.initializeElement(
            at: index, to: iovec(iov_base: chunk.memory.baseAddress.map { unsafe $0 + chunk.start }, iov_len: chunk.end - chunk.start))
        }
        var message = unsafe msghdr()
        unsafe message.msg_iov = vectors.baseAddress
        unsafe message.msg_iovlen = vectors.count
        // A peer that is gone is an error here, never a signal.
        return unsafe sendmsg(number, &message, Int32(MSG_NOSIGNAL))
      }
      if sent < 0 {
        if errno == EINTR { continue }
        return errno
      }
      drop(sent)
      // A short write means a full socket: do not ask again to hear EAGAIN.
      if sent < offered { return EAGAIN }
    }
    return 0
  }

  /// Forgets everything that waits.
  mutating func removeAll() { releaseAll() }

  /// Brings the last chunk's `end` up to date. Returns how many bytes one write will be offered.
  private mutating func offer() -> Int {
    chunks[chunks.count - 1].end = unsafe chunks[chunks.count - 1].memory.count - tailRoom
    var bytes = 0
    for chunk in chunks[head...].prefix(TransportLimits.chunksPerWrite) { bytes += chunk.end - chunk.start }
    return bytes
  }

  private mutating func drop(_ sent: Int) {
    count -= sent
    if count == 0 { return releaseAll() }
    var left = sent
    while left > 0 {
      let waiting = chunks[head].end - chunks[head].start
      if left < waiting {
        chunks[head].start += left
        break
      }
      left -= waiting
      unsafe pool.give(chunks[head].memory)
      head += 1
    }
    if head >= 64 {
      chunks.removeFirst(head)
      head = 0
    }
  }

  /// An empty queue holds no memory but its short array.
  private mutating func releaseAll() {
    for chunk in chunks[head...] { unsafe pool.give(chunk.memory) }
    chunks.removeAll(keepingCapacity: chunks.capacity <= 16)
    head = 0
    unsafe tail = nil
    tailRoom = 0
    count = 0
  }

  private mutating func appendAcross(_ base: UnsafeRawPointer, _ total: Int) {
    var done = 0
    while done < total {
      if tailRoom == 0 { grow(chunks.isEmpty ? min(total, TransportLimits.chunkBytes) : TransportLimits.chunkBytes) }
      guard let tail = unsafe tail else { return }
      let part = min(total - done, tailRoom)
      unsafe tail.copyMemory(from: base + done, byteCount: part)
      unsafe self.tail = tail + part
      tailRoom -= part
      count += part
      done += part
    }
  }

  /// A new last chunk with at least `room` free bytes; the free end of the one before stays unused.
  private mutating func grow(_ room: Int) {
    if !chunks.isEmpty { chunks[chunks.count - 1].end = unsafe chunks[chunks.count - 1].memory.count - tailRoom }
    let memory = unsafe pool.take(chunks.isEmpty ? room : max(room, TransportLimits.chunkBytes))
    unsafe chunks.append(Chunk(memory: memory))
    unsafe tail = memory.baseAddress
    tailRoom = memory.count
  }
}
