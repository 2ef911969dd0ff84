import Glibc

/// How many files and sockets this process may have open (RLIMIT_NOFILE, getrlimit(2)).
package enum OpenFiles {
  /// Raises the soft limit to `wanted` or, where that is less, to the hard limit. Returns the limit that now holds.
  ///
  /// Meant for the start of a server: the usual soft limit of 1,024 exists for programs that use select(2), which Accord does not.
  @discardableResult
  package static func raiseLimit(to wanted: UInt = 65_536) throws(SystemError) -> UInt {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw SystemError(.limit, errno, on: "\(wanted)")
    }
    guard limit.rlim_cur < wanted, limit.rlim_cur < limit.rlim_max else { return limit.rlim_cur }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw SystemError(.limit, errno, on: "\(wanted)")
    }
    return limit.rlim_cur
  }
}
