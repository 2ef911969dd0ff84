import Contracts
import Host
import Store

/// What marketing can tell of a message: what it said by it, or what it made of it.
enum Story {
  static func tell(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> Department.Story? {
    if let counted = try Buyers.counted(by: message, in: snapshot) {
      let effect =
        counted.person.map { "order \(counted.order) counts for \($0)" } ?? "order \(counted.order) counts for nobody: it names no person"
      return Department.Story(
        role: .handler, position: counted.position, sentences: ["heard it at position \(counted.position): \(effect)"])
    }
    if let said = try said(by: message, in: snapshot) { return Department.Story(role: .publisher, position: nil, sentences: [said]) }
    return try heard(message, in: snapshot)
  }

  /// What marketing told by the message.
  private static func said(by message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> String? {
    let id = SQLValue.text(message.text)
    let turn = try snapshot.first("SELECT by_whom, offer_id, version, turn, at, sentence FROM offer_turn WHERE message_id = ?1", id) {
      row throws(StoreFault) in
      let sentence = try row.optionalText(5).map { ": \($0)" } ?? ""
      return "\(try row.text(0)) had \(try row.text(1))@\(try row.integer(2)) \(try row.text(3)) at \(try row.timestamp(4))\(sentence)"
    }
    if let turn { return turn }
    let campaign = try snapshot.first("SELECT campaign_id, opened_at FROM campaign WHERE message_id = ?1", id) { row throws(StoreFault) in
      "the campaign \(try row.text(0)) was opened at \(try row.timestamp(1))"
    }
    if let campaign { return campaign }
    let more = try snapshot.first("SELECT campaign_id, at FROM campaign_money WHERE message_id = ?1", id) { row throws(StoreFault) in
      "the campaign \(try row.text(0)) was given more at \(try row.timestamp(1)); what was advanced for it is repaid first"
    }
    if let more { return more }
    let prepared = try snapshot.first("SELECT offer_id, version, prepared_at FROM preparation WHERE message_id = ?1", id) {
      row throws(StoreFault) in
      "everybody of \(try row.text(0))@\(try row.integer(1)) was judged by \(try row.timestamp(2)), after the ledger's look-back"
    }
    if let prepared { return prepared }
    if let gate = try gate(message, in: snapshot) { return gate }
    return try snapshot.first(
      "SELECT person_id, purpose, offer_id, version, state, verdict, reason, message_id, channel FROM message WHERE fact_id = ?1", id
    ) { row throws(StoreFault) in
      if try row.text(8) == MessageTurned.desk {
        return
          "the note \(try row.text(7)) for \(try row.text(0)) about \(try row.text(2))@\(try row.integer(3)) is left with the desk, and "
          + "customer service tells them: no address of theirs is known that could be used (\(try row.text(6)))"
      }
      return "the \(try row.text(1)) message \(try row.text(7)) to \(try row.text(0)) about \(try row.text(2))@\(try row.integer(3)) is "
        + "\(try row.text(4)): \(try row.text(5)), \(try row.text(6))"
    }
  }

  /// What marketing said of a gate, or of what nobody knew.
  private static func gate(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> String? {
    let id = SQLValue.text(message.text)
    let waived = try snapshot.first(
      "SELECT by_whom, check_name, offer_id, version, reason, awaits FROM gate_waiver WHERE message_id = ?1", id
    ) { row throws(StoreFault) in
      let awaits = try row.optionalText(5).map { "; \($0) must confirm it" } ?? ""
      return
        "\(try row.text(0)) waived the check of \(try row.text(1)) of \(try row.text(2))@\(try row.integer(3)): \(try row.text(4))\(awaits)"
    }
    if let waived { return waived }
    return try snapshot.first("SELECT offer_id, version, at FROM gate_turn WHERE message_id = ?1", id) { row throws(StoreFault) in
      "how the gate of \(try row.text(0))@\(try row.integer(1)) stood from \(try row.timestamp(2)) on; `accord offer gate` shows it now"
    }
  }

  /// What marketing made of what the ledger told.
  private static func heard(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> Department.Story? {
    let id = SQLValue.text(message.text)
    let word = try snapshot.first(
      "SELECT position, kind, amount_minor, currency, campaign_id, offer_id FROM budget_word WHERE message_id = ?1", id
    ) { row throws(StoreFault) in
      let minor = try row.integer(2)
      let amount = Currency(try row.text(3)).map { "\(Money(minor: minor, $0))" } ?? ""
      let campaign = try row.text(4)
      let whose = try row.optionalText(5).map { "the gate of \($0)" } ?? "the campaign \(campaign)"
      return Department.Story(
        role: .handler, position: try row.unsigned(0),
        sentences: ["heard it at position \(try row.unsigned(0)): \(whose) goes by it (\(try row.text(1)) \(amount))"])
    }
    if let word { return word }
    let lookBack = try snapshot.first("SELECT offer_id, version, granted FROM look_back WHERE message_id = ?1", id) {
      row throws(StoreFault) in
      "heard it: once \(try row.integer(2)) remedies were heard too, the people of \(try row.text(0))@\(try row.integer(1)) are judged"
    }
    let head = try snapshot.first("SELECT sequence FROM chain_head WHERE message_id = ?1", id) { row throws(StoreFault) in
      "keeps the head of the ledger's chain after entry \(try row.integer(0))"
    }
    guard let sentence = lookBack ?? head else { return nil }
    return Department.Story(role: .handler, position: nil, sentences: [sentence])
  }
}
