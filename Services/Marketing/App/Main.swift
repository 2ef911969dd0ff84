import Host
import MarketingRoom

/// Marketing's process.
@main
enum Main {
  static func main() { MarketingProgram.department.run() }
}
