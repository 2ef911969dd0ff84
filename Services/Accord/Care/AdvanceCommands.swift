import Contracts
import Host

extension Command {
  static let advances = Command(
    "advances", "Lists what customer service has advanced for campaigns whose money is used up, and what came back.",
    run: { arguments throws(Complaint) in
      let answer = try CareReport.question(arguments, "/v1/advances")
      if arguments.has("--json") { return Terminal.print(answer) }
      let advances = answer["advances"]?.array ?? []
      if advances.isEmpty { Terminal.print("Customer service has advanced nothing.") }
      for one in advances {
        let since = one["exhausted_since"]?.string.map { ", used up since \($0)" } ?? ""
        Terminal.print(
          "\(CareReport.text(one, "campaign_id"))  owes \(OfferReport.money(one["outstanding"]))\(since); advanced "
            + "\(OfferReport.money(one["advanced"])), repaid \(OfferReport.money(one["repaid"]))")
      }
    })
}
