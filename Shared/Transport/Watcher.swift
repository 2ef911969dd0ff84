/// Something that owns a descriptor and hears from the reactor when it is ready. Called on the reactor's thread only.
protocol Watcher: AnyObject {
  func ready(_ interest: Interest)
  /// The reactor ends: let go of the descriptor.
  func reactorEnded()
}
