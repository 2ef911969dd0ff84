import Contracts
import Glibc
import Host

extension Command {
  static let down = Command(
    "down", "Stops the mesh that runs on a data folder: the departments first, then the broker.",
    examples: ["accord down --data /tmp/shop"],
    run: { arguments throws(Complaint) in try Down.run(arguments) })
}

/// `accord down`: asks the supervisor to stop and waits until it has let go of the folder.
enum Down {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let data = try DataPath.of(arguments)
    guard let pid = FolderLock.holder(of: data) else {
      throw Complaint(
        code: .unavailable, happened: "nothing runs on \(data)", advice: "`accord up --data \(data)` starts it; --data names another folder"
      )
    }
    guard kill(pid, SIGTERM) == 0 || errno == ESRCH else { throw .system("could not signal process \(pid)", errno) }
    let deadline = Clock.uptimeMilliseconds + 25_000
    while FolderLock.holder(of: data) == pid {
      guard Clock.uptimeMilliseconds < deadline else {
        throw Complaint(
          code: .temporary, happened: "process \(pid) has not stopped within 25 s",
          advice: "see \(data)/logs; `kill -9 \(pid)` ends it and its children")
      }
      usleep(20_000)
    }
    if arguments.has("--json") {
      Terminal.print(.object([JSON.Member("stopped", .bool(true)), JSON.Member("pid", .integer(Int64(pid)))]))
    } else {
      Terminal.print("Stopped. The data stays in \(data).")
    }
  }
}
