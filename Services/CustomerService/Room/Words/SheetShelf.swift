import Contracts
import ServiceDomain
import Store
import Synchronization
import Terms

/// The sheets of offers as a table needs them, folded once: they are read again only after something new was told of any sheet.
///
/// Safe from any thread. What stands here is a value of rows up to a number; it is thrown away with the process.
final class SheetShelf: Sendable {
  private struct Shelf {
    var age: Int64 = -1
    var folds: [Identifier<Offer>: SheetFold] = [:]
  }

  private let shelf = Mutex(Shelf())
  /// More offers than lie on desks at once; beyond it the shelf is emptied and filled again.
  private static let offersMax = 2_000

  /// How many facts about sheets there are, or more: it changes with each of them. Asked once for a whole table.
  static func age(in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    var age: Int64 = 0
    for turn in SheetTurned.Turn.allCases {
      age = max(age, try reading.integer("SELECT ifnull(max(number), 0) FROM word_fact WHERE type = ?1", .text(turn.type)) ?? 0)
    }
    return age
  }

  /// The sheets of `offer` as they stood at `age`. HOT: for each row of a table.
  func fold(of offer: Identifier<Offer>, at age: Int64, in reading: borrowing some Reading & ~Copyable) throws -> SheetFold {
    let known = shelf.withLock { shelf -> SheetFold? in
      if shelf.age != age || shelf.folds.count >= Self.offersMax { shelf = Shelf(age: max(age, shelf.age)) }
      return shelf.age == age ? shelf.folds[offer] : nil
    }
    if let known { return known }
    let made = try Sheets.fold(of: offer, in: reading)
    shelf.withLock { shelf in if shelf.age == age { shelf.folds[offer] = made } }
    return made
  }

  /// What to say of an offer on a table, without the words themselves: the card has those.
  func line(
    _ offer: DeskOffer, locale: String?, at now: Timestamp, age: Int64, in reading: borrowing some Reading & ~Copyable
  ) throws -> JSON {
    let standing = SheetStanding(offer, try fold(of: offer.known.id, at: age, in: reading), locale: locale, voice: nil, at: now)
    var members: [JSON.Member]
    switch standing.source {
    case .sheet(let sheet):
      members = [
        .init("source", "sheet"), .init("sheet_id", .string(sheet.id.text)), .init("sheet_version", .integer(Int64(sheet.version))),
        .init("locale", .string(sheet.locale)), .init("voice", .string(sheet.voice)),
      ]
    case .card(let card):
      members = [.init("source", "facts_card"), .init("reason", .string(card.reason)), .init("locale", .string(card.locale))]
    }
    members.append(.init("is_fallback", .bool(standing.isFallback)))
    return .object(members)
  }
}
