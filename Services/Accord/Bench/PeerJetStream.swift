import Host
import Contracts
import Glibc
import Transport

/// nats-server with JetStream: one stream in files, durable pull consumers with explicit acknowledgements; synced every two minutes as it
/// comes, or with `sync_interval: always`.
final class PeerJetStream: BenchServer {
  let process: BenchProcess
  let port: UInt16
  let title: String

  static let stream = "BENCH"

  init(_ path: String, data: String, syncAlways: Bool) throws(Complaint) {
    title = "nats-server JetStream (\(syncAlways ? "sync_interval: always" : "default sync"))"
    port = try BenchPlaces.freePort()
    let configuration = """
      host: 127.0.0.1
      port: \(port)
      jetstream { store_dir: "\(data)"\(syncAlways ? ", sync_interval: always" : "") }

      """
    let file = "\(data)/nats.conf"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let bytes = Array(configuration.utf8)
    guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else { throw .system("could not write \(file)", errno) }
    close(descriptor)
    process = try BenchProcess(path: path, arguments: ["-c", file], data: data)
    do throws(Complaint) {
      try PeerDialogue.untilReady(process, port) { dialogue throws(SystemError) in
        _ = try dialogue.line()
        _ = try Self.ask(&dialogue, "INFO", "")
        return true
      }
    } catch {
      process.stop()
      throw error
    }
  }

  /// The stream, and one durable consumer for each subscription.
  func prepare(_ plan: LoadPlan) throws(Complaint) {
    do throws(SystemError) {
      var dialogue = try PeerDialogue(port)
      _ = try dialogue.line()
      let stream = #"{"name":"\#(Self.stream)","subjects":["ledger.>"],"storage":"file","retention":"limits","num_replicas":1}"#
      _ = try Self.ask(&dialogue, "STREAM.CREATE.\(Self.stream)", stream)
      for subscription in plan.subscriptions {
        let name = subscription.credential
        let consumer = """
          {"stream_name":"\(Self.stream)","config":{"durable_name":"\(name)","ack_policy":"explicit","deliver_policy":"all",\
          "replay_policy":"instant"}}
          """
        _ = try Self.ask(&dialogue, "CONSUMER.DURABLE.CREATE.\(Self.stream).\(name)", consumer)
      }
    } catch { throw Complaint(host: error) }
  }

  func publisherTongue(_ index: Int, _ plan: LoadPlan) -> any PublisherTongue { JetStreamPublisherTongue(index: index, plan: plan) }

  func subscriberTongue(_ subscription: LoadSubscription, _ plan: LoadPlan) -> any SubscriberTongue {
    JetStreamSubscriberTongue(consumer: subscription.credential)
  }

  static let connect =
    #"CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"lang":"swift","version":"1"}"# + "\r\n"

  /// One question to the JetStream API on a connection of its own, whose greeting was read.
  private static func ask(_ dialogue: inout PeerDialogue, _ subject: String, _ body: String) throws(SystemError) -> JSON {
    try dialogue.say("\(connect)SUB _INBOX.a 9\r\nPUB $JS.API.\(subject) _INBOX.a \(body.utf8.count)\r\n\(body)\r\n")
    while true {
      let line = try dialogue.line()
      guard line.hasPrefix("MSG ") || line.hasPrefix("HMSG ") else {
        if line.hasPrefix("-ERR") { throw SystemError(.read, EPROTO, on: "nats-server, which answered \(line)") }
        continue
      }
      let count = line.split(separator: " ").last.flatMap { Int($0) } ?? 0
      let bytes = try dialogue.bytes(count + 2)
      guard let answer = try? JSON(parsing: Array(bytes.dropLast(2))), answer["error"] == nil else {
        throw SystemError(.read, EPROTO, on: "nats-server, which answered \(String(decoding: bytes, as: UTF8.self))")
      }
      return answer
    }
  }
}
