import Contracts
import Host

extension WordDesk {
  static let channel: [Command] = [
    Command(
      "channel name", "Says where customers are answered who came by a channel, and when.", operands: "CHANNEL COUNTERPART",
      options: [
        .init("--opens", "TIME", "such as 08:00 (default)"), .init("--closes", "TIME", "such as 20:00 (default)"),
        .init("--zone", "ZONE", "whose clocks, such as America/New_York"), key,
      ], examples: ["accord channel name web chat --opens 08:00 --closes 22:00 --zone America/New_York"],
      run: { arguments throws(Complaint) in try ChannelCommands.name(arguments) }),
    Command(
      "channel list", "Lists where customers are answered who came by a channel.",
      run: { arguments throws(Complaint) in try ChannelCommands.list(arguments) }),
    Command(
      "parity approve", "Accepts, for customer service, that an offer is worse for customers than for new ones; only a lead can.",
      operands: "OFFER@VERSION",
      options: [.init("--decline", nil, "do not accept it"), .init("--sentence", "TEXT", "why"), key],
      examples: ["accord parity approve welcome-kettle@1 --as ruth.json"],
      run: { arguments throws(Complaint) in try ChannelCommands.parity(arguments) }),
    Command(
      "task list", "Lists what customer service has to write or look at again: sheets that lack, languages, answers to correct.",
      run: { arguments throws(Complaint) in try ChannelCommands.tasks(arguments) }),
  ]
}

/// `accord channel ...`, `accord parity ...`, `accord task ...`.
enum ChannelCommands {
  static func name(_ arguments: Arguments) throws(Complaint) {
    let words = try WordDesk.operands(arguments, 2, "channel name CHANNEL COUNTERPART --zone ZONE")
    var body: [JSON.Member] = [.init("channel", .string(words[0])), .init("counterpart", .string(words[1]))]
    body += WordDesk.members(arguments, ("opens", "--opens"), ("closes", "--closes"), ("time_zone", "--zone"))
    guard let answer = try WordDesk.give(arguments, "/v1/channels", body), let channel = answer["channel"] else { return }
    tell(channel)
    guard let before = answer["instead_of"] else { return }
    Terminal.print("  Before, by \(before.word("by")) at \(before.word("at")):")
    tell(before)
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    guard let answer = try WordDesk.ask(arguments, "/v1/channels") else { return }
    let channels = answer["channels"]?.array ?? []
    if channels.isEmpty { Terminal.print("No channel has a counterpart yet: accord channel name web chat --zone ZONE names one.") }
    for channel in channels { tell(channel) }
  }

  private static func tell(_ channel: JSON) {
    Terminal.print(
      "\(channel.word("channel")) is answered by \(channel.word("counterpart")), \(channel.word("opens")) to \(channel.word("closes")) "
        + "\(channel.word("time_zone")) (named by \(channel.word("by")))")
  }

  static func parity(_ arguments: Arguments) throws(Complaint) {
    let offer = try arguments.operand("offer's version")
    var body: [JSON.Member] = [.init("offer", .string(offer)), .init("approved", .bool(!arguments.has("--decline")))]
    body += WordDesk.members(arguments, ("sentence", "--sentence"))
    guard let answer = try WordDesk.give(arguments, "/v1/parity", body) else { return }
    Terminal.print(
      "\(answer.word("by")) has \(answer.word("outcome")) that \(answer.word("offer")) is worse for customers than for new ones.")
    guard let before = answer["instead_of"] else { return }
    Terminal.print("  Before, \(before.word("by")) had \(before.word("outcome")) it at \(before.word("at")).")
  }

  static func tasks(_ arguments: Arguments) throws(Complaint) {
    guard let answer = try WordDesk.ask(arguments, "/v1/tasks") else { return }
    let tasks = answer["tasks"]?.array ?? []
    if tasks.isEmpty { Terminal.print("Nothing is to be written or looked at again.") }
    for task in tasks {
      let since = task["since"]?.string.map { "  since \($0)" } ?? ""
      Terminal.print("\(task.word("kind"))  \(task.word("offer"))\(since)")
      Terminal.print("  \(task.word("sentence"))")
    }
  }
}
