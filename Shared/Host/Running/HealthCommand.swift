import Contracts
import Glibc
import HTTP
import Telemetry

/// `accord-<program> health`: asks the program of this name that runs on this machine whether it is ready.
///
/// For who watches over a container: the image needs nothing but the program itself. The same environment says where it listens.
package enum HealthCommand {
  /// Ends the process: 0 where the program says that it is ready; 1 where it does not, or nobody answers, with the reason on stderr.
  package static func run(_ program: String, httpPort: Int) -> Never {
    let host = Setting("host", .named("HOST"), default: "127.0.0.1", doc: "where HTTP answers")
    let port = Setting("http-port", .integer(in: 1...65_535), default: String(httpPort), doc: "the HTTP port")
    do {
      let outcome = try Configuration.read(
        "\(program) health", summary: "Asks the running \(program) whether it is ready; exit code 0: it is, 1: it is not.",
        settings: [host, port], arguments: Array(CommandLine.arguments.dropFirst(2)), environment: Configuration.environment)
      switch outcome {
      case .help(let text): Output.write(text)
      case .version: Output.write("\(program) \(Version.text)\n")
      case .values(let configuration): try ask(configuration[host], UInt16(configuration[port]))
      }
      exit(0)
    } catch {
      Output.write(FaultSentence.line(program, error), to: STDERR_FILENO)
      exit(error is ConfigurationFault ? ExitCode.usage.rawValue : 1)
    }
  }

  /// Who listens on every address is asked on the machine's own.
  private static func ask(_ host: String, _ port: UInt16) throws {
    let own = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
    let answer = try HTTPClient.send(.get, host: own, port: port, path: "/readyz", timeout: .seconds(2))
    guard answer.status == 200 else {
      let said = (try? JSON(parsing: answer.body))?["detail"]?.string
      throw NotReady(sentence: said ?? "the program answered \(answer.status); its log says why")
    }
  }

  private struct NotReady: Error, CustomStringConvertible {
    let sentence: String
    var description: String { sentence }
  }
}
