import Host
import LedgerRoom

/// The ledger's process.
@main
enum Main {
  static func main() { LedgerProgram.department.run() }
}
