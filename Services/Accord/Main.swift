import Glibc
import Host

/// The command line of the whole mesh.
@main
enum Main {
  static func main() {
    // A reader that is gone is what a write answers, not a death: who runs a mesh for a story has to stop it first.
    signal(SIGPIPE, SIG_IGN)
    do throws(Complaint) {
      try Command.run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      Terminal.note(error.description)
      exit(error.code.rawValue)
    }
  }
}
