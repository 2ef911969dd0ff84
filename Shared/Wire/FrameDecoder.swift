/// Finds whole frames in bytes as they arrive; keeps and copies nothing.
///
/// ```
///   bytes:  00 00 00 09 {"op":..}  00 00 00 2A {"op"        the shell keeps what is not consumed
///           '--length-' 'payload'  '--length-' '-partial    and offers it again with more
/// ```
package struct FrameDecoder: Sendable {
  package enum Step: Equatable, Sendable {
    /// A whole payload; the next frame begins at its upper bound.
    case payload(Range<Int>)
    /// Not yet whole: so many bytes, counted from this frame's first, are needed before it is worth asking again.
    case needs(bytes: Int)
  }

  /// The longest payload that is let in: `helloBytesMax` until the peer is known, `frameBytesMax` from then on.
  package var payloadBytesMax: Int

  package init(payloadBytesMax: Int = WireLimits.frameBytesMax) { self.payloadBytesMax = payloadBytesMax }

  /// Looks at the frame that begins at `start`. Throws as soon as its length is seen to be 0 or over the limit, before anything is
  /// kept for it.
  @inline(__always)
  package func next(in bytes: UnsafeRawBufferPointer, from start: Int) throws(WireFault) -> Step {
    guard bytes.count - start >= WireLimits.lengthBytes else { return .needs(bytes: WireLimits.lengthBytes) }
    let length = Int(UInt32(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
    guard length > 0 else { throw .frameEmpty }
    guard length <= payloadBytesMax else { throw .frameTooLong(bytes: length, limit: payloadBytesMax) }
    let payload = start + WireLimits.lengthBytes
    guard bytes.count - payload >= length else { return .needs(bytes: WireLimits.lengthBytes + length) }
    return .payload(payload..<payload + length)
  }
}
