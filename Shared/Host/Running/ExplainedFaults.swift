import Glibc
package import Store
package import Transport

// The faults of the floors below know their sentences; here they get their exit codes.

extension SystemError: Explained {
  package var exitCode: ExitCode {
    switch code {
    case EADDRINUSE, EMFILE, ENFILE: .temporary
    case EACCES, EPERM: .noPermission
    case ENOSPC, EIO, EROFS: .inputOutput
    default: .unavailable
    }
  }
}

extension StoreFault: Explained {
  package var exitCode: ExitCode {
    switch self {
    case .newerVersion, .notOurs, .migrationChanged: .configuration
    default:
      switch kind {
      case .retry: .temporary
      case .refuse: .software
      case .fatal: .inputOutput
      }
    }
  }
}
