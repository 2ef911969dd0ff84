import Contracts
import Foundation
import Host
import LedgerDomain
import LedgerRoom
import Store
import TestKit

/// A ledger whose facts a test tells by hand, each list in one transaction, and what its tables then hold.
struct OpenBooks {
  let premises: Premises
  static let dollar = Currency("USD")!

  init(_ premises: Premises? = nil) throws { self.premises = try premises ?? Premises(LedgerProgram.department) }

  var occasion: Occasion { .command("test", of: "operator", at: premises.clock.now(), correlation: nil) }

  /// Tells facts in one transaction; `true` is when they were true, else now.
  func tell(_ facts: [DomainEvent], true instant: Timestamp? = nil) throws {
    let (occasion, desk) = (occasion, premises.desk)
    try premises.store.write { transaction in
      try Books.keep(in: &transaction) { books, transaction in
        for fact in facts {
          try LedgerRoom.Facts.tell(fact, true: instant ?? occasion.now, occasion, desk, books: &books, in: &transaction)
        }
      }
    }
  }

  func tell(_ facts: DomainEvent...) throws { try tell(facts) }

  /// Does something with the books in a transaction of its own.
  @discardableResult
  func work<T>(_ body: (inout Books, inout Transaction) throws -> T) throws -> T {
    try premises.store.write { transaction in try Books.keep(in: &transaction) { try body(&$0, &$1) } }.value
  }

  /// Posts drafts in one transaction.
  func post(_ drafts: [EntryDraft], true instant: Timestamp? = nil) throws {
    let now = premises.clock.now()
    let meta = FactMeta(
      messageID: Identifier(restoring: "m-1"), time: instant ?? now, recordedTime: now, actorKind: "service_account", actor: "operator")
    try work { books, transaction in for draft in drafts { try books.post(draft, meta, in: transaction) } }
  }

  /// An entry in words that can be compared.
  struct Told: Equatable, CustomStringConvertible {
    let kind: String
    let state: String
    let of: Int64?
    let legs: Set<String>
    var description: String { "\(kind) \(state)\(of.map { " of \($0)" } ?? "") \(legs.sorted().joined(separator: ", "))" }
  }

  func entries() throws -> [Told] {
    try premises.store.read { snapshot in
      var legs: [Int64: Set<String>] = [:]
      try snapshot.rows("SELECT leg.id / 1024, path, amount FROM leg JOIN account ON number = account ORDER BY leg.id") { row in
        legs[try row.integer(0), default: []].insert("\(try row.text(1)) \(try row.integer(2))")
      }
      return try snapshot.all("SELECT number, kind, state, of FROM entry ORDER BY number") { row in
        Told(kind: try row.text(1), state: try row.text(2), of: try row.optionalInteger(3), legs: legs[try row.integer(0)] ?? [])
      }
    }
  }

  /// Posted balances that are not zero, a debit above zero; with `pending`, what waits.
  func balances(pending: Bool = false) throws -> [String: Int64] {
    try premises.store.read { snapshot in
      var found: [String: Int64] = [:]
      try snapshot.rows("SELECT path, posted_debit - posted_credit, pending_debit - pending_credit FROM account") { row in
        let amount = try row.integer(pending ? 2 : 1)
        if amount != 0 { found[try row.text(0)] = amount }
      }
      return found
    }
  }

  /// What verifying finds, in sentences.
  func findings() throws -> [String] { try premises.findings().map(\.description) }
}

/// Published data that tests may be given, by the folder in ACCORD_DATA.
enum PublishedData {
  static let folder = ProcessInfo.processInfo.environment["ACCORD_DATA"].map { URL(filePath: $0) }

  /// Where a file of it lies; nil where it is not there.
  static func file(_ name: String) -> URL? {
    guard let file = folder?.appending(path: name), FileManager.default.fileExists(atPath: file.path) else { return nil }
    return file
  }
}
