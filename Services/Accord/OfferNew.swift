import Contracts
import Host
import Shop

extension Command {
  static let offerNew = Command(
    "offer new", "Prints an offer to begin with: a whole document with a comment above each part.",
    options: [.init("--like", "NAME", "which one: \(Shop.offers.map(\.id).joined(separator: ", "))")],
    examples: ["accord offer new --like sunday-free-shipping > sunday.json", "accord offer check sunday.json"],
    run: { arguments throws(Complaint) in try OfferNew.run(arguments) })
}

/// `accord offer new`: the built-in shop's offers with what each part means.
enum OfferNew {
  /// What stands above a part, by its name.
  private static let remarks: [(name: String, text: String)] = [
    ("schema", "What kind of document this is, which offer and version (1, 2, 3 ... without gaps); material where the promise changes."),
    ("campaign_id", "Who pays: a campaign that is open, and the one currency of all amounts (in cents). For the offer's whole life."),
    ("title", "What customers read, by language."),
    ("also_called", "What customers call it: the desk finds it by these words."),
    ("owner", "Who answers for it in marketing, and whom customer service asks there. Both must work here."),
    ("window", "From when until when, on the clocks of time_zone; no offsets here. ends_at null needs review_at."),
    ("look_back", "How far before the start an order still gets it, in hours (PT48H); automatic, or on_request at the desk."),
    ("in_window", "Who applies it while it is on: checkout, or ledger afterwards; with a code where customers type one."),
    ("honour_for", "How long after the end the desk may still honour it. The money is kept for that long."),
    ("eligibility", "Who may have it: everyone, new, existing, segment, list; through which channels, in which countries."),
    (
      "targeting", "Who is told of it: a list of people (audience_id; without one of that name, everybody who agreed), channels, languages."
    ),
    ("applies_to", "What it applies to: all, sku, category, brand, plan, shipping. Whatever is excluded stays excluded."),
    ("benefit", "What it gives: percent_off \"12.5\", amount_off, fixed_price, free_shipping with a max, or described in words."),
    ("duration", "For plans: once, repeating with periods, or forever; funded_periods are paid by the campaign."),
    ("minimum", "The least an order must hold to get it: {\"subtotal\": ...}, {\"quantity\": ...} or null."),
    ("limits", "The most it gives to one order, to one customer, in total: amount, uses, units; null is no limit."),
    ("stacking", "In one group the best deal wins; other groups add up, and those in combines_with lower the base first."),
    ("remedy", "Where the money goes, the first that is possible; how long it can be claimed; whether it is taken back on return."),
    ("add_items", "Whether customers may add to an order at the same terms, and until when."),
    ("note", "The note that tells people what they were given already, in place of the campaign's message; null for none."),
    ("budget", "What is set aside from the campaign when it is scheduled: for the orders before, and for the desk."),
    ("parity_exception", "Why new customers may get more than existing ones, who approved it and until when; null where they do not."),
    ("promises", "What it asks of customer service and of the warehouse, and until when they must have answered."),
    ("sheets_required", "In which languages and voices agents need an answer sheet."),
    ("briefing", "From how many hours on agents must know it, and the question that shows it."),
  ]

  static func run(_ arguments: Arguments) throws(Complaint) {
    let name = arguments.value("--like") ?? Shop.offers.first?.id ?? ""
    guard let offer = Shop.offer(name) else {
      let near = Nearest.of(name, among: Shop.offers.map(\.id)).map { "; did you mean \($0)?" } ?? ""
      throw .usage("there is no offer like “\(name)”\(near)", "there is: \(Shop.offers.map(\.id).joined(separator: ", "))")
    }
    if arguments.has("--json") {
      do throws(JSONFault) { return Terminal.print(try JSON(parsing: offer.text)) } catch {
        preconditionFailure("a built-in offer is JSON: \(error)")
      }
    }
    Terminal.print(commented(offer.text))
  }

  /// The document with a remark above each line that begins a part.
  static func commented(_ text: String) -> String {
    var lines: [String] = [
      "// An offer of Accord. Lines that begin with // are comments. Give it a name of your own, then:",
      "//   accord offer check FILE      reads it back in sentences and says what is wrong",
      "//   accord offer schedule FILE   sets its money aside; it goes live by itself at its start",
    ]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      // Parts stand two deep; what is deeper belongs to the part above.
      if line.hasPrefix("  \""), let end = line.dropFirst(3).firstIndex(of: "\""),
        let remark = remarks.first(where: { $0.name == line.dropFirst(3)[..<end] })
      {
        lines.append("  // \(remark.text)")
      }
      lines.append(String(line))
    }
    return lines.joined(separator: "\n")
  }
}
