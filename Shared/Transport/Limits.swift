/// The limits of this module, each with its reason.
package enum TransportLimits {
  /// One connection reads at most this much a turn, so that a flood from one starves nobody; 128 wire-speed packets of loopback size.
  package static let readBytesPerTurn = 256 * 1024
  /// Left-over bytes up to this are copied in front of the next read; longer ones are read in place, so that a long message is not moved
  /// again for each packet of it.
  package static let carriedBytesMax = 32 * 1024
  /// The first chunk of an empty queue: a heartbeat to ten thousand connections must not take ten thousand big chunks.
  package static let smallChunkBytes = 4 * 1024
  /// Every other chunk: sixteen of them fill what Linux sends by default in one go.
  package static let chunkBytes = 64 * 1024
  /// Free chunks kept for reuse (8 MiB and 1 MiB); what is freed beyond goes back to the allocator.
  package static let freeChunksMax = 128
  package static let freeSmallChunksMax = 256
  /// Chunks handed to one sendmsg; Linux takes 1,024 at most (UIO_MAXIOV), and 64 of 64 KiB outrun any socket buffer.
  package static let chunksPerWrite = 64
  /// Ready descriptors taken from one wait.
  package static let eventsPerTurn = 512
  /// Connections accepted by one listener in one turn, so that a storm of callers does not stop the others.
  package static let acceptsPerTurn = 64
  /// Names are looked up by this many blocking calls at a time: a dead name server must not eat threads.
  package static let lookupsMax = 4
  /// sun_path holds 108 bytes with its closing zero (unix(7)).
  package static let socketPathBytesMax = 107
}

/// What one connection may hold and how long its peer may stay silent on the network's level.
package struct ConnectionLimits: Sendable {
  /// The longest run of bytes that may wait to become a whole message; one more closes the connection.
  package var inboundBytesMax: Int
  /// The most that may be queued for a slow reader; one more closes the connection.
  package var outboundBytesMax: Int
  /// From here on `isWritable` is false.
  package var highWater: Int
  /// Falling to this makes `isWritable` true again and calls `onWritable`.
  package var lowWater: Int
  /// How long sent bytes may stay unacknowledged by the peer's kernel (TCP_USER_TIMEOUT, RFC 5482).
  package var unacknowledgedMax: Duration

  package init(
    inboundBytesMax: Int = 2 * 1024 * 1024, outboundBytesMax: Int = 16 * 1024 * 1024, highWater: Int = 256 * 1024,
    lowWater: Int = 64 * 1024, unacknowledgedMax: Duration = .seconds(30)
  ) {
    precondition(lowWater < highWater && highWater <= outboundBytesMax, "water marks rise: low < high <= outboundBytesMax")
    self.inboundBytesMax = inboundBytesMax
    self.outboundBytesMax = outboundBytesMax
    self.highWater = highWater
    self.lowWater = lowWater
    self.unacknowledgedMax = unacknowledgedMax
  }
}
