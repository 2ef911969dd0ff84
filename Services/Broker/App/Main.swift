import Contracts
import Host

/// The broker's process.
@main
enum Main {
  static func main() {
    if CommandLine.arguments.dropFirst().first == "verify" { VerifyCommand.run("accord-broker") { try VerifyJournal.report($0) } }
    BrokerProgram.run()
  }
}
