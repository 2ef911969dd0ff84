/// What goes wrong, once in a world's life. The matrix in Services/Broker/PROMISES.md has a column for each.
enum Strike: String, CaseIterable, CustomStringConvertible {
  /// SIGKILL: the program is gone, the system keeps what it wrote.
  case kill
  /// The power goes in the middle of an operation: of unsynced writes any sectors are lost, and any changes of names.
  case power
  /// An operation of the disk answers EIO.
  case inputOutput = "EIO"
  /// The disk is full for a while.
  case noSpace = "ENOSPC"
  /// A bit of an event that was durable is another one at the next start.
  case flip = "bit flip"
  /// The journal's last file is cut off in the middle of what was durable.
  case truncation
  /// A connection is dead and nobody says so; its program comes again on another one.
  case halfOpen = "half-open"
  /// A message kills whoever works on it; here one more consumer dies at its work.
  case poison
  /// The wall clock is an hour back.
  case clock = "clock jump"

  var description: String { rawValue }

  /// Durable bytes are gone: what stood there is named, and comes again from the outbox or not at all.
  var takesDurable: Bool { self == .flip || self == .truncation }
}
