/// `service.sheet.drafted.v1`, `verified`, `staled`: what agents say of an offer's version, in one language and voice. Keyed by the offer.
package struct SheetTurned: TreeFact {
  package enum Turn: String, TypeWord {
    package static let prefix = "service.sheet."
    case drafted, verified, staled
  }

  package var turn: Turn
  package var offerID: Identifier<Offer>
  package var sheetID: Identifier<Sheet>
  package var offerVersion: Int
  package var sheetVersion: Int
  /// BCP 47.
  package var locale: String
  package var voice: String
  /// What to say; told with the draft.
  package var words: String?
  /// Words to use.
  package var use: [String]
  /// Words to avoid.
  package var avoid: [String]
  package var verifier: Identifier<Colleague>?
  package var deputy: Identifier<Colleague>?
  /// When somebody looks at it again.
  package var reviewAt: Timestamp?
  /// Why it does not hold any more.
  package var cause: String?
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    turn: Turn, offerID: Identifier<Offer>, sheetID: Identifier<Sheet>, offerVersion: Int, sheetVersion: Int, locale: String, voice: String,
    words: String? = nil, use: [String] = [], avoid: [String] = [], verifier: Identifier<Colleague>? = nil,
    deputy: Identifier<Colleague>? = nil, reviewAt: Timestamp? = nil, cause: String? = nil, by: Identifier<Colleague>, at: Timestamp
  ) {
    self.turn = turn
    self.offerID = offerID
    self.sheetID = sheetID
    self.offerVersion = offerVersion
    self.sheetVersion = sheetVersion
    self.locale = locale
    self.voice = voice
    self.words = words
    self.use = use
    self.avoid = avoid
    self.verifier = verifier
    self.deputy = deputy
    self.reviewAt = reviewAt
    self.cause = cause
    self.by = by
    self.at = at
  }

  package static let types = Turn.types
  package static func title(_ type: String) -> String {
    switch Turn.word(of: type) {
    case .drafted: "An answer sheet was written"
    case .verified: "An answer sheet may be used"
    case .staled: "An answer sheet may not be used any more"
    }
  }

  package var type: String { turn.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .sheetTurned(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      turn: .word(of: type), offerID: try members.needs("offer_id", .id()), sheetID: try members.needs("sheet_id", .id()),
      offerVersion: try members.needs("offer_version", .version), sheetVersion: try members.needs("sheet_version", .version),
      locale: try members.needs("locale", .text), voice: try members.needs("voice", .word),
      words: try members.may("words", .text(max: Limits.wordsBytesMax)), use: try members.list("use", of: .text, max: Limits.phrasesMax),
      avoid: try members.list("avoid", of: .text, max: Limits.phrasesMax), verifier: try members.may("verifier", .id()),
      deputy: try members.may("deputy", .id()), reviewAt: try members.may("review_at", .time),
      cause: try members.may("cause", .text(max: Limits.sentenceBytesMax)), by: try members.needs("by", .id()),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("sheet_id", sheetID)
    writer.member("offer_version", offerVersion)
    writer.member("sheet_version", sheetVersion)
    writer.member("locale", locale)
    writer.member("voice", voice)
    writer.member("words", ifPresent: words)
    writer.member("use", use)
    writer.member("avoid", avoid)
    writer.member("verifier", ifPresent: verifier)
    writer.member("deputy", ifPresent: deputy)
    writer.member("review_at", ifPresent: reviewAt)
    writer.member("cause", ifPresent: cause)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
