/// Memory for outbound bytes in two sizes, reused by all connections of one reactor.
@safe final class ChunkPool {
  private var small: [UnsafeMutableRawPointer] = unsafe []
  private var large: [UnsafeMutableRawPointer] = unsafe []

  deinit {
    unsafe small.forEach { unsafe $0.deallocate() }
    unsafe large.forEach { unsafe $0.deallocate() }
  }

  /// Memory for at least `count` bytes: small, large, or exactly `count` where that is more.
  func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if count <= TransportLimits.smallChunkBytes {
      let base = unsafe small.popLast() ?? .allocate(byteCount: TransportLimits.smallChunkBytes, alignment: 16)
      return unsafe UnsafeMutableRawBufferPointer(start: base, count: TransportLimits.smallChunkBytes)
    }
    if count <= TransportLimits.chunkBytes {
      let base = unsafe large.popLast() ?? .allocate(byteCount: TransportLimits.chunkBytes, alignment: 16)
      return unsafe UnsafeMutableRawBufferPointer(start: base, count: TransportLimits.chunkBytes)
    }
    return .allocate(byteCount: count, alignment: 16)
  }

  func give(_ chunk: UnsafeMutableRawBufferPointer) {
    guard let base = chunk.baseAddress else { return }
    switch chunk.count {
    case TransportLimits.smallChunkBytes where unsafe small.count < TransportLimits.freeSmallChunksMax: unsafe small.append(base)
    case TransportLimits.chunkBytes where unsafe large.count < TransportLimits.freeChunksMax: unsafe large.append(base)
    default: unsafe base.deallocate()
    }
  }
}
