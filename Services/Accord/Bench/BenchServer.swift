import Host
import Dispatch
import Glibc
import Synchronization
import Transport

/// A server that is measured: a broker of ours or a peer, started by the benchmark on an empty folder and a free port.
protocol BenchServer: AnyObject {
  /// For people: name and setting.
  var title: String { get }
  var port: UInt16 { get }
  var process: BenchProcess { get }
  /// Makes whatever `plan` needs: a stream, its groups or consumers.
  func prepare(_ plan: LoadPlan) throws(Complaint)
  func publisherTongue(_ index: Int, _ plan: LoadPlan) throws(Complaint) -> any PublisherTongue
  func subscriberTongue(_ subscription: LoadSubscription, _ plan: LoadPlan) throws(Complaint) -> any SubscriberTongue
  /// Asked again and again at the end of a course: whether every settle is durable.
  func isDrained(_ plan: LoadPlan) throws(Complaint) -> Bool
  /// Calls of fdatasync so far; nil where the server does not count them.
  func syncs() throws(Complaint) -> Double?
}

extension BenchServer {
  func prepare(_ plan: LoadPlan) throws(Complaint) {}
  func isDrained(_ plan: LoadPlan) throws(Complaint) -> Bool { true }
  func syncs() throws(Complaint) -> Double? { nil }
}

/// A child of the benchmark with its folder: what it costs, and its end.
final class BenchProcess: Sendable {
  let pid: pid_t
  let data: String
  let log: String
  private let output: Int32

  /// Starts `path` on the empty folder `data`, which exists. What it prints goes to a log beside the folder.
  init(path: String, arguments: [String], data: String) throws(Complaint) {
    self.data = data
    log = "\(data).log"
    let child = try ChildProcess(path: path, arguments: arguments, log: log)
    pid = child.pid
    output = child.output
    BenchChildren.add(child.pid, data)
  }

  /// What has come on its standard output; empty where nothing has, nil once it is closed.
  func read(waitMilliseconds: Int32) -> [UInt8]? {
    var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    poll(&descriptor, 1, waitMilliseconds)
    var chunk = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(output, &chunk, chunk.count)
    if count > 0 { return Array(chunk[..<count]) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? [] : nil
  }

  var isAlive: Bool {
    var status = siginfo_t()
    return waitid(P_PID, id_t(pid), &status, WEXITED | WNOHANG | WNOWAIT) == 0 && status.si_signo == 0
  }

  /// Ends it, by force after ten seconds, and removes its folder and log.
  func stop() {
    kill(pid, SIGTERM)
    let deadline = Clock.uptimeMilliseconds + 10_000
    var status: Int32 = 0
    while waitpid(pid, &status, WNOHANG) == 0 {
      if Clock.uptimeMilliseconds > deadline {
        Terminal.note("process \(pid) did not stop within 10 s; it is killed")
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
        break
      }
      usleep(2_000)
    }
    close(output)
    BenchChildren.remove(pid)
    Files.remove(data)
    unlink(log)
  }

  /// User and system time so far; zero once it has ended.
  var cpuMicroseconds: Double {
    let text = String(decoding: (try? Files.read("/proc/\(pid)/stat")) ?? [], as: UTF8.self)
    // Behind the name in parentheses come state and numbers; user and system time are the 12th and 13th (proc(5)).
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) * 1e6 / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// VmRSS; zero once it has ended.
  var residentBytes: Int64 {
    let text = String(decoding: (try? Files.read("/proc/\(pid)/status")) ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("VmRSS:") {
      return (line.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0) << 10
    }
    return 0
  }

  /// The last line of its log: usually why it ended.
  var lastWords: String {
    let lines = ((try? Files.read(log)) ?? []).split(separator: UInt8(ascii: "\n"))
    return lines.last.map { "its last words: \(String(decoding: $0, as: UTF8.self))" } ?? "it left no words"
  }
}

/// The servers that run for the benchmark, so that none outlives it where somebody presses Ctrl-C.
enum BenchChildren {
  private static let running = Mutex<[pid_t: String]>([:])
  private static let signals = Mutex<[any DispatchSourceSignal]>([])

  static func add(_ pid: pid_t, _ data: String) {
    watchSignals()
    running.withLock { $0[pid] = data }
  }

  static func remove(_ pid: pid_t) { running.withLock { $0[pid] = nil } }

  private static func watchSignals() {
    signals.withLock { sources in
      guard sources.isEmpty else { return }
      for number in [SIGINT, SIGTERM, SIGHUP] {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
          let left = running.withLock { $0 }
          for pid in left.keys { kill(pid, SIGKILL) }
          for data in left.values {
            Files.remove(data)
            unlink("\(data).log")
          }
          exit(128 + number)
        }
        source.resume()
        sources.append(source)
      }
    }
  }
}

/// Places for servers that the benchmark starts.
enum BenchPlaces {
  private static let made = Mutex(0)

  /// A new empty folder below `folder`.
  static func data(below folder: String) throws(Complaint) -> String {
    let number = made.withLock { made in
      made += 1
      return made
    }
    let data = "\(folder)/accord-bench-\(getpid())-\(number)"
    guard mkdir(data, 0o700) == 0 else { throw .system("could not make \(data)", errno) }
    return data
  }

  /// A port of the loopback that nobody has at this moment, for servers that cannot choose one by themselves.
  static func freePort() throws(Complaint) -> UInt16 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw .system("could not open a socket", errno) }
    defer { close(number) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) == 0 ? getsockname(number, $0, &length) : -1 }
    }
    guard code == 0 else { throw .system("could not find a free port", errno) }
    return UInt16(bigEndian: address.sin_port)
  }
}
