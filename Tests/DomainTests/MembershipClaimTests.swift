import Contracts
import LedgerDomain
import Terms
import Testing

/// Who belongs to a list from when until when: what a row of an import comes to, beside what is known.
struct MembershipClaimTests {
  private static let guests = CustomerGroup(.list, Identifier(restoring: "guests"))
  private static func day(_ number: Int64) -> Timestamp { Timestamp(milliseconds: number * 86_400_000) }

  /// Spans by their days: `10-20`, `-20` ever since, `10-` without an end; several apart by spaces.
  private static func membership(_ text: String) -> Membership {
    Membership(text.split(separator: " ").map { span($0) })
  }

  private static func span(_ text: Substring) -> Membership.Span {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0).map(day) }
    return Membership.Span(from: ends[0] ?? .first, until: ends[1] ?? .last)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let known: String
    let claim: String
    var corrects = false
    let comes: String
    var testDescription: String { "[\(known)] and \(claim)\(corrects ? " that knows better" : "") comes to \(comes)" }
  }

  /// Today is day 50.
  static let cases: [Case] = [
    Case(known: "", claim: "-", comes: "joins -"), Case(known: "", claim: "10-", comes: "joins 10-"),
    Case(known: "", claim: "-20", comes: "joins -20"), Case(known: "", claim: "10-20", comes: "joins 10-20"),
    Case(known: "", claim: "10-10", comes: "joins 10-10"), Case(known: "", claim: "60-", comes: "joins 60-"),
    Case(known: "", claim: "20-10", comes: "ends_before_it_begins until"),
    // The same again says nothing new, and what it leaves out stays.
    Case(known: "-", claim: "-", comes: "exists"), Case(known: "10-", claim: "10-", comes: "exists"),
    Case(known: "10-20", claim: "10-20", comes: "exists"), Case(known: "10-20", claim: "10-", comes: "exists"),
    Case(known: "10-60", claim: "-", comes: "exists"), Case(known: "60-", claim: "-", comes: "exists"),
    Case(known: "10-", claim: "-", comes: "exists"), Case(known: "-20", claim: "-20", comes: "exists"),
    // Within what is known, and no more.
    Case(known: "10-", claim: "30-", comes: "exists"), Case(known: "10-60", claim: "30-60", comes: "exists"),
    // An end.
    Case(known: "-", claim: "-20", comes: "ends -20"), Case(known: "10-", claim: "-20", comes: "ends 10-20"),
    Case(known: "10-", claim: "10-20", comes: "ends 10-20"), Case(known: "10-", claim: "10-10", comes: "ends 10-10"),
    Case(known: "10-20 30-", claim: "-40", comes: "ends 30-40"), Case(known: "10-", claim: "-10", comes: "ends 10-10"),
    // Back again.
    Case(known: "10-20", claim: "20-", comes: "joins 20-"), Case(known: "10-20", claim: "30-40", comes: "joins 30-40"),
    Case(known: "30-", claim: "10-20", comes: "joins 10-20"), Case(known: "30-", claim: "10-30", comes: "joins 10-30"),
    Case(known: "10-20", claim: "-", comes: "left from"), Case(known: "10-10", claim: "-", comes: "left from"),
    // What contradicts.
    Case(known: "10-20", claim: "10-30", comes: "ends_otherwise until"), Case(known: "10-20", claim: "-30", comes: "ends_otherwise until"),
    Case(known: "30-", claim: "-20", comes: "begins_later until"), Case(known: "10-30", claim: "20-40", comes: "overlaps from"),
    Case(known: "20-30", claim: "10-", comes: "overlaps from"), Case(known: "10-", claim: "20-30", comes: "overlaps from"),
    Case(known: "20-", claim: "10-21", comes: "overlaps from"),
    // Whoever knows better.
    Case(known: "10-20", claim: "10-30", corrects: true, comes: "ends 10-30"),
    Case(known: "10-20", claim: "-15", corrects: true, comes: "ends 10-15"),
    Case(known: "10-20 25-", claim: "10-30", corrects: true, comes: "overlaps from"),
    Case(known: "10-20", claim: "15-40", corrects: true, comes: "overlaps from"),
  ]

  @Test(arguments: cases) func `a row comes to what is new in it`(_ one: Case) {
    let claimed = Self.span(one.claim[...])
    let claim = MembershipClaim(
      group: Self.guests, personID: Identifier(restoring: "ada"), from: claimed.from == .first ? nil : claimed.from,
      until: claimed.until == .last ? nil : claimed.until)
    let outcome: String
    do throws(MembershipRefusal) {
      switch try LedgerDomain.decide(claim, given: Self.membership(one.known), correcting: one.corrects, at: Self.day(50)) {
      case .exists: outcome = "exists"
      case .joins(let span): outcome = "joins \(Self.text(span))"
      case .ends(let span): outcome = "ends \(Self.text(span))"
      }
    } catch {
      outcome = "\(error.code) \(error.field)"
      #expect(error.isConflict == (error.code != "ends_before_it_begins"))
      #expect(error.isConflict == error.description.contains("list/guests"), "\(error)")
    }
    #expect(outcome == one.comes)
  }

  private static func text(_ span: Membership.Span) -> String {
    func day(_ instant: Timestamp) -> String {
      instant == .first || instant == .last ? "" : "\(instant.milliseconds / 86_400_000)"
    }
    return "\(day(span.from))-\(day(span.until))"
  }

  /// What was taken is matched when it comes again: a killed import is simply run again.
  @Test(arguments: cases) func `a row that was taken is known when it comes again`(_ one: Case) throws {
    let claimed = Self.span(one.claim[...])
    let claim = MembershipClaim(
      group: Self.guests, personID: Identifier(restoring: "ada"), from: claimed.from == .first ? nil : claimed.from,
      until: claimed.until == .last ? nil : claimed.until)
    var known = Self.membership(one.known)
    guard let decision = try? LedgerDomain.decide(claim, given: known, correcting: one.corrects, at: Self.day(50)) else { return }
    switch decision {
    case .exists: break
    case .joins(let span): known.spans = (known.spans + [span]).sorted { $0.from < $1.from }
    case .ends(let span): known.spans = known.spans.map { $0.from == span.from ? span : $0 }
    }
    #expect(try LedgerDomain.decide(claim, given: known, correcting: one.corrects, at: Self.day(50)) == .exists)
    #expect(zip(known.spans, known.spans.dropFirst()).allSatisfy { $0.until <= $1.from }, "spans run across each other")
  }
}
