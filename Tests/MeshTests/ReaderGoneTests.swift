import Contracts
import Foundation
import Host
import TestKit
import Testing

extension MeshTests {
  /// What a command prints is read by somebody, who may have seen enough before it ends.
  @Suite struct ReaderGoneTests {
    private func shell(_ script: String, within limit: Duration = .seconds(30)) throws -> (exit: ChildExit, stdout: String, stderr: String)
    {
      try ChildProgram.run("/bin/sh", ["-c", script], environment: ["PATH": Build.folder + ":/usr/bin:/bin"], within: limit)
    }

    @Test func `a tail ends as soon as its reader is gone, though nothing more happens`() throws {
      let mesh = try RunningMesh()
      try mesh.caller.order("FRIDAY-1", of: "ada")
      try mesh.caller.awaitHeard(1)
      let data = mesh.caller.data
      let rows: [(words: String, reader: String, lines: Int)] = [
        ("--from beginning --type 'ledger.order.*'", "head -n 1", 1),
        ("--from beginning --type 'ledger.order.*' --json", "head -n 1", 1),
        // It shows nothing, and its reader is gone all the same.
        ("", "true", 0), ("--from beginning --type 'ledger.nothing.*'", "true", 0),
      ]
      for row in rows {
        let said = try shell("accord tail \(row.words) --data '\(data)' | \(row.reader)")
        #expect(said.exit == .code(0) && said.stderr.isEmpty, "\(row): \(said)")
        #expect(said.stdout.split(separator: "\n").count == row.lines, "\(row): \(said)")
      }
      // A reader that is there and says nothing is waited for; so is a file.
      for out in ["| cat", "> '\(mesh.folder.file("tail.txt"))'"] {
        let waiting = try ChildProgram.spawn(
          "/bin/sh", ["-c", "accord tail --from beginning --type 'ledger.order.*' --count 2 --data '\(data)' \(out)"],
          environment: ["PATH": Build.folder + ":/usr/bin:/bin"], endsWithTests: false)
        try mesh.caller.order("LATER-\(out.count)", of: "ada")
        #expect(try waiting.wait(within: .seconds(30)) == .code(0))
      }
      try mesh.stop()
    }

    @Test func `who is asked by a command ends with it`() throws {
      let mesh = try RunningMesh()
      try mesh.caller.order("FRIDAY-1", of: "ada")
      try mesh.caller.awaitHeard(1)
      try mesh.stop()
      let data = mesh.caller.data
      // A verification that is not its parent's child has nobody to tell.
      for name in Caller.programs {
        let orphan = try ChildProgram.run("accord-\(name)", ["verify", "--data", data, "--parent", "1"])
        #expect(orphan.exit == .code(75) && orphan.stdout.isEmpty, "\(name): \(orphan)")
      }
      #expect(try ChildProgram.run("accord", ["verify", "--data", data], within: .seconds(60)).exit == .code(0))
      // A replay that is killed leaves no broker behind on the folder; that one stands still, so that the replay cannot be through before.
      let replay = try ChildProgram.spawn("accord", ["replay", "--data", data, "--into", mesh.folder.file("again")])
      var broker: Int32?
      try eventually("the replay has its broker") {
        broker = FolderLock.holder(of: "\(data)/broker")
        return broker != nil
      }
      let pid = try #require(broker)
      Foundation.kill(pid, SIGSTOP)
      try replay.kill()
      Foundation.kill(pid, SIGCONT)
      try eventually("the broker has ended with it") { FolderLock.holder(of: "\(data)/broker") == nil }
    }

    @Test func `a story whose reader is gone is ended, and its mesh with it`() throws {
      let folder = Folder.temporary()
      let data = folder.file("story")
      let said = try shell("accord demo --data '\(data)' | head -n 3", within: .seconds(60))
      #expect(said.exit == .code(0) && said.stdout.split(separator: "\n", omittingEmptySubsequences: false).count >= 3, "\(said)")
      for name in Caller.programs { #expect(FolderLock.holder(of: "\(data)/\(name)") == nil, "\(name) still runs") }
    }
  }
}
