package import Contracts

/// The answer sheets of one offer as they stand. A fold of the facts about them in the order in which they were told.
///
/// ```
/// drafted ──verified──▸ in force ──staled──▸ over      a later version of the sheet that is verified takes the place of the one before;
///                          │  ▲                         until then that one serves
///                          └──┘ verified again: somebody else answers for it now
/// ```
package struct SheetFold: Sendable {
  /// One version of one sheet.
  package struct Sheet: Sendable, Equatable {
    package let drafted: SheetTurned
    /// As it was verified last; nil for a draft.
    package internal(set) var verified: SheetTurned?
    package internal(set) var staled: SheetTurned?

    package var id: Identifier<Contracts.Sheet> { drafted.sheetID }
    package var version: Int { drafted.sheetVersion }
    package var offerVersion: Int { drafted.offerVersion }
    package var locale: String { drafted.locale }
    package var voice: String { drafted.voice }
    /// Whether agents may use it.
    package var isUsable: Bool { verified != nil && staled == nil }
    /// When somebody looks at it again.
    package var reviewAt: Timestamp? { (verified ?? drafted).reviewAt }
  }

  /// By sheet, each with its versions in order.
  package private(set) var sheets: [Identifier<Contracts.Sheet>: [Sheet]] = [:]

  package init() {}
  package init(_ facts: [SheetTurned]) { for fact in facts { take(fact) } }

  /// Takes the next fact. What is told of a version that nobody drafted makes it known.
  package mutating func take(_ fact: SheetTurned) {
    var versions = sheets[fact.sheetID] ?? []
    let index = versions.firstIndex { $0.version == fact.sheetVersion }
    switch (fact.turn, index) {
    case (.drafted, nil):
      versions.append(Sheet(drafted: fact))
      versions.sort { $0.version < $1.version }
    case (.drafted, _?): break
    case (.verified, let index?): versions[index].verified = fact
    case (.staled, let index?): if versions[index].staled == nil { versions[index].staled = fact }
    case (.verified, nil), (.staled, nil):
      versions.append(Sheet(drafted: fact, verified: fact.turn == .verified ? fact : nil, staled: fact.turn == .staled ? fact : nil))
      versions.sort { $0.version < $1.version }
    }
    sheets[fact.sheetID] = versions
  }

  package func find(_ id: Identifier<Contracts.Sheet>, version: Int) -> Sheet? { sheets[id]?.first { $0.version == version } }

  /// All that may be used for these versions of the offer: of each sheet the latest verified version, the offer's latest first.
  package func usable(for versions: ClosedRange<Int>) -> [Sheet] {
    sheets.values.compactMap { $0.last { $0.isUsable && versions.contains($0.offerVersion) } }.sorted {
      ($1.offerVersion, $0.locale, $0.voice, $0.id) < ($0.offerVersion, $1.locale, $1.voice, $1.id)
    }
  }
}
