import Foundation
import TestKit

/// A view of the file system with mounts of its own, seen only by the programs that are started in it (man 7 mount_namespaces).
///
/// Nothing has to be unmounted: the view ends with the last program in it. Made by root, and by anybody where users may have namespaces.
struct OwnMounts {
  private let unshare: [String]
  private let script: String

  /// A view on which `script`, in the words of the shell, has been run.
  init(_ script: String) throws {
    self.script = script
    for flags in [["--mount"], ["--mount", "--map-root-user"]] {
      let tried = try ChildProgram.run("/usr/bin/env", ["unshare"] + flags + ["sh", "-c", script])
      guard tried.exit != .code(0) else {
        unshare = ["unshare"] + flags
        return
      }
    }
    throw NeverHappened("this user may mount something of its own: \(script)")
  }

  /// Starts `program` of this build with its own new view; the process is the child itself.
  func spawn(_ program: String, _ words: [String]) throws -> ChildProgram {
    try ChildProgram.spawn(
      "/usr/bin/env", unshare + ["sh", "-c", script + " && exec \"$0\" \"$@\"", Build.folder + "/" + program] + words, endsWithTests: false)
  }
}
