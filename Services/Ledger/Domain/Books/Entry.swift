package import Contracts

/// What an entry does to what it names.
package enum EntryState: String, Sendable, CaseIterable {
  case posted, pending
  /// These three resolve the pending entry in `of`.
  case post, void, expire

  package var resolves: Bool { self == .post || self == .void || self == .expire }
}

/// An entry that is not numbered yet: what one fact does to the accounts.
package struct EntryDraft: Sendable, Equatable {
  /// The fact's type without its source and version, such as `remedy.posted`.
  package var kind: String
  package var state: EntryState
  /// The pending entry that it resolves, or the original that it takes back.
  package var of: Int64?
  package var legs: Legs
  package var about: About

  /// What it is about, for those who ask later.
  package struct About: Sendable, Equatable {
    package var campaign: String?
    /// `offer@version`, or the offer where no version has a part in it.
    package var offer: String?
    package var order: String?
    package var remedy: String?
    package var reason: String?

    package init(campaign: String? = nil, offer: String? = nil, order: String? = nil, remedy: String? = nil, reason: String? = nil) {
      self.campaign = campaign
      self.offer = offer
      self.order = order
      self.remedy = remedy
      self.reason = reason
    }
  }

  package init(_ kind: String, _ legs: Legs, _ state: EntryState = .posted, of: Int64? = nil, about: About = About()) {
    self.kind = kind
    self.state = state
    self.of = of
    self.legs = legs
    self.about = about
  }
}

/// One entry of the books.
package struct Entry: Sendable, Equatable {
  /// 1, 2, 3 ... without gaps.
  package let number: Int64
  package let draft: EntryDraft
  package let meta: FactMeta
  /// Later than every earlier entry's, and not before the fact's own.
  package let recordedAt: Timestamp
  /// The day that it counts in, days since 1970-01-01 in UTC: that of its truth, or the first open one.
  package let accountingDay: Int

  package init(number: Int64, _ draft: EntryDraft, _ meta: FactMeta, recordedAt: Timestamp, accountingDay: Int) {
    self.number = number
    self.draft = draft
    self.meta = meta
    self.recordedAt = recordedAt
    self.accountingDay = accountingDay
  }

  /// What is hashed: JSON with sorted keys and whole numbers only. Every value comes from the entry's fact or follows from the facts before
  /// it, so books that are rebuilt from the facts have the same chain. What is absent is left out.
  package func write(canonical writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("accounting_day", accountingDay)
    writer.member("actor", meta.actor)
    writer.member("actor_kind", meta.actorKind)
    writer.member("campaign", ifPresent: draft.about.campaign)
    writer.member("causation", ifPresent: meta.causation)
    writer.member("correlation", meta.correlation)
    writer.member("currency", draft.legs.currency.code)
    writer.member("effective_at", meta.time.milliseconds)
    writer.member("kind", draft.kind)
    writer.name("legs")
    writer.beginArray()
    for leg in draft.legs.each {
      writer.beginArray()
      writer.string(leg.account.path)
      writer.integer(leg.signed)
      writer.endArray()
    }
    writer.endArray()
    writer.member("message", meta.messageID.text)
    writer.member("number", number)
    writer.member("of", ifPresent: draft.of)
    writer.member("offer", ifPresent: draft.about.offer)
    writer.member("order", ifPresent: draft.about.order)
    writer.member("reason", ifPresent: draft.about.reason)
    writer.member("recorded_at", recordedAt.milliseconds)
    writer.member("remedy", ifPresent: draft.about.remedy)
    writer.member("rule_version", ifPresent: meta.ruleVersion)
    writer.member("state", draft.state.rawValue)
    writer.endObject()
  }

  /// The chain's head with this entry: SHA-256 over the head before it (32 bytes) and the canonical JSON.
  package func hash(after previous: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    // Room for nearly every entry, so that it is not moved while it is written.
    bytes.reserveCapacity(1_024)
    bytes += previous
    var writer = JSONWriter(appendingTo: bytes)
    write(canonical: &writer)
    return SHA256.hash(writer.finish())
  }

  /// The day of an instant, days since 1970-01-01 in UTC.
  package static func day(of instant: Timestamp) -> Int { Int(instant.milliseconds.flooredQuotient(by: 86_400_000)) }

  /// The head of books without an entry.
  package static let noHash = [UInt8](repeating: 0, count: 32)
}
