import Glibc
import Host

/// The command line of the whole mesh.
@main
enum Main {
  static func main() {
    do throws(Complaint) {
      try Command.run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      Terminal.note(error.description)
      exit(error.code.rawValue)
    }
  }
}
