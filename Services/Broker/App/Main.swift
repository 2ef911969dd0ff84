import Contracts
import Host

/// The broker's process.
@main
enum Main {
  static func main() {
    switch CommandLine.arguments.dropFirst().first {
    case "verify": VerifyCommand.run("accord-broker") { try VerifyJournal.report($0) }
    case "health": HealthCommand.run("accord-broker", httpPort: BrokerProgram.httpPortUsual)
    case _: BrokerProgram.run()
    }
  }
}
