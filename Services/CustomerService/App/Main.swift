import Host
import ServiceRoom

/// Customer service's process.
@main
enum Main {
  static func main() { ServiceProgram.department.run() }
}
