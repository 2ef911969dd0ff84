import CLinux

/// What a descriptor is watched for, or ready for.
package struct Interest: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let reading = Interest(rawValue: 1)
  package static let writing = Interest(rawValue: 2)
  /// Only ever reported: an error waits on the descriptor or both directions are shut.
  package static let failure = Interest(rawValue: 4)

  /// The events of epoll_ctl(2). Level-triggered: a turn may leave bytes in the socket and is called again for them.
  var events: UInt32 {
    (contains(.reading) ? EPOLLIN.rawValue : 0) | (contains(.writing) ? EPOLLOUT.rawValue : 0)
  }

  init(events: UInt32) {
    var interest: Interest = []
    if events & EPOLLIN.rawValue != 0 { interest.insert(.reading) }
    if events & EPOLLOUT.rawValue != 0 { interest.insert(.writing) }
    if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { interest.insert(.failure) }
    self = interest
  }
}
