package import Contracts

/// Whether every language and voice that a version needs has its answer sheet: the gate's row `sheets`.
///
/// A sheet counts where it was written for one of the versions that count, is verified and not stale, where somebody who works here answers
/// for it and somebody else stands in for them, and where its review does not lie in the past.
package enum GateSheets {
  /// What keeps one language and voice without a sheet.
  package struct Lack: Sendable, Equatable {
    package let locale: String
    package let voice: String
    /// `no_sheet`, `sheet_unverified`, `sheet_stale`, `verifier_left`, `deputy_missing`, `review_overdue`.
    package let code: String
    package let sentence: String
    package let since: Timestamp
  }

  /// `versions` are those whose sheets count (`MaterialVersions`); `asked` is when the gate was asked first.
  package static func row(
    _ required: [OfferDocument.Sheet], _ fold: SheetFold, counting versions: ClosedRange<Int>, _ colleagues: ColleagueFold,
    asked: Timestamp,
    at now: Timestamp
  ) -> OfferScheduled.GateRow {
    var since = asked
    var lacks: [Lack] = []
    for need in required {
      switch look(need, fold, versions, colleagues, asked: asked, at: now) {
      case .success(let verified): since = max(since, verified)
      case .failure(let missing): lacks.append(missing.lack)
      }
    }
    guard let first = lacks.first else { return OfferScheduled.GateRow(check: .sheets, state: .passed, since: since) }
    let more = lacks.count > 1 ? " (and \(lacks.count - 1) more of \(required.count) sheets)" : ""
    return OfferScheduled.GateRow(
      check: .sheets, state: .waiting, since: lacks.map(\.since).min() ?? asked, sentence: first.sentence + more, code: first.code,
      liftedBy: "service: accord sheet draft, accord sheet verify")
  }

  /// What is lacking, one for each language and voice without its sheet.
  package static func lacks(
    _ required: [OfferDocument.Sheet], _ fold: SheetFold, counting versions: ClosedRange<Int>, _ colleagues: ColleagueFold,
    asked: Timestamp,
    at now: Timestamp
  ) -> [Lack] {
    required.compactMap { need in
      guard case .failure(let missing) = look(need, fold, versions, colleagues, asked: asked, at: now) else { return nil }
      return missing.lack
    }
  }

  private struct Missing: Error { let lack: Lack }

  /// Since when there is a sheet, or what is lacking: of several sheets the one that lacks least.
  private static func look(
    _ need: OfferDocument.Sheet, _ fold: SheetFold, _ versions: ClosedRange<Int>, _ colleagues: ColleagueFold, asked: Timestamp,
    at now: Timestamp
  ) -> Result<Timestamp, Missing> {
    func lack(_ code: String, _ since: Timestamp, _ sentence: String) -> Result<Timestamp, Missing> {
      .failure(
        Missing(
          lack: Lack(
            locale: need.locale, voice: need.voice, code: code,
            sentence: "the sheet \(need.locale)/\(need.voice) for version \(versions.upperBound) \(sentence)", since: max(asked, since))))
    }
    let all = fold.sheets.values.flatMap(\.self).filter {
      versions.contains($0.offerVersion) && $0.locale.lowercased() == need.locale.lowercased() && $0.voice == need.voice
    }
    guard !all.isEmpty else { return lack("no_sheet", asked, "was not written yet") }
    guard let sheet = all.filter(\.isUsable).max(by: { ($0.offerVersion, $0.version) < ($1.offerVersion, $1.version) }),
      let verified = sheet.verified
    else {
      if let draft = all.first(where: { $0.staled == nil }) {
        return lack("sheet_unverified", draft.drafted.at, "is written (\(draft.id)) and nobody has verified it")
      }
      let staled = all.compactMap(\.staled).max { $0.at < $1.at }
      return lack("sheet_stale", staled?.at ?? asked, "is stale\(staled?.cause.map { " (\($0.prefix(200)))" } ?? ""); write a new one")
    }
    guard let verifier = verified.verifier.flatMap({ colleagues.heir(of: $0) }) else {
      return lack(
        "verifier_left", verified.verifier.flatMap { colleagues.colleagues[$0]?.at } ?? verified.at,
        "has nobody here who answers for it (\(verified.verifier?.text.prefix(64) ?? "nobody")); hand it on: accord sheet hand-on \(sheet.id)"
      )
    }
    guard let deputy = verified.deputy.flatMap({ colleagues.heir(of: $0) }), deputy != verifier else {
      return lack(
        "deputy_missing", verified.deputy.flatMap { colleagues.colleagues[$0]?.at } ?? verified.at,
        "has nobody here who stands in for \(verifier.text.prefix(64)); hand it on: accord sheet hand-on \(sheet.id)")
    }
    if let review = sheet.reviewAt, review <= now {
      return lack("review_overdue", review, "was to be looked at again by \(review); look at it and verify it anew")
    }
    return .success(verified.at)
  }
}
