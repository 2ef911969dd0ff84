import Contracts
import ServiceDomain
import Store

/// Cases and holds as the doors give them.
enum CaseJSON {
  /// `masked`: whoever asks may not see whose conduct it is about.
  static func line(_ file: CaseFile, masked: Bool = false) -> [JSON.Member] {
    var members: [JSON.Member] = [.init("case_id", .string(file.id.text))]
    if let person = file.person { members.append(.init("person_id", .string(person.text))) }
    members += [
      .init("kind", .string(file.kind.rawValue)), .init("severity", .string(file.severity.rawValue)),
      .init("state", .string(file.state.rawValue)), .init("escalated", .bool(file.isEscalated)),
      .init("channels", .array(file.channels.map { .string($0) })),
    ]
    if let cause = file.cause {
      let id = masked ? [] : [JSON.Member("id", .string(cause.id))]
      members.append(.init("cause", .object([.init("kind", .string(cause.kind.rawValue))] + id)))
    }
    if let rating = file.rating { members.append(.init("rating", .integer(rating))) }
    if !file.linked.isEmpty { members.append(.init("linked", .array(file.linked.map { .string($0.text) }))) }
    members += [
      .init("holder", .string(file.holder.text)), .init("opened_at", .string(file.openedAt.description)),
      .init("changed_at", .string(file.changedAt.description)),
    ]
    return members
  }

  /// With its turns, what was said over every channel, and its holds.
  static func whole(_ file: CaseFile, in reading: borrowing some Reading & ~Copyable) throws -> [JSON.Member] {
    let turns = try Cases.turns(of: file.id, in: reading).map { turn -> JSON in
      .object([
        .init("turn", .string(turn.fact.turn.rawValue)), .init("channel", .string(turn.fact.channel)),
        .init("by", .string(turn.fact.by.text)), .init("at", .string(turn.fact.at.description)), .init("message_id", .string(turn.message)),
      ])
    }
    let words = try Cases.words(of: file.id, in: reading).map { word -> JSON in
      .object([
        .init("at", .string(word.at.description)), .init("channel", .string(word.channel)), .init("by", .string(word.by)),
        .init("words", .string(word.words)),
      ])
    }
    let holds = try Holds.of(file.id, in: reading).map(hold)
    return line(file) + [.init("turns", .array(turns)), .init("said", .array(words)), .init("holds", .array(holds))]
  }

  static func hold(_ kept: Holds.Kept) -> JSON {
    let fact = kept.fact
    var members: [JSON.Member] = [
      .init("hold_id", .string(fact.holdID.text)), .init("person_id", .string(fact.personID.text)),
      .init("in_force", .bool(!kept.isLifted)), .init("scope", .string(fact.scope.rawValue)),
    ]
    if let id = fact.scopeID { members.append(.init("scope_id", .string(id))) }
    members.append(.init("severity", .string(fact.severity.rawValue)))
    if let matter = fact.caseID { members.append(.init("case_id", .string(matter.text))) }
    members += [
      .init("placed_at", .string(kept.placedAt.description)), .init("expires_at", .string(fact.expiresAt.description)),
    ]
    if let until = fact.coolOffUntil { members.append(.init("cool_off_until", .string(until.description))) }
    if kept.isLifted { members.append(.init("lifted_at", .string(fact.at.description))) }
    if let cause = fact.cause { members.append(.init("cause", .string(cause))) }
    members.append(.init("by", .string(fact.by.text)))
    return .object(members)
  }
}
