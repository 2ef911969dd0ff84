import Contracts
import Wire

/// The latest events that were refused, so that somebody can ask why: their bytes were never kept. Of this run; the journal keeps their
/// sequences and codes for good.
struct Refusals: Sendable {
  private struct Entry: Sendable {
    let id: String
    let credential: String
    let sequence: UInt64
    let at: Int64
    let refusal: Refusal
  }

  private var list: [Entry] = []
  private static let most = 256

  mutating func note(_ id: UnsafeRawBufferPointer, _ credential: String, _ sequence: UInt64, _ at: Int64, _ refusal: Refusal) {
    if list.count == Self.most { list.removeFirst() }
    list.append(
      Entry(id: String(decoding: id, as: UTF8.self), credential: credential, sequence: sequence, at: at, refusal: refusal))
  }

  func told(_ id: String) -> JSON? {
    guard let entry = list.last(where: { $0.id == id }) else { return nil }
    let when = Timestamp(milliseconds: entry.at)
    return .object([
      .init("known", true),
      .init(
        "refused",
        .object([
          .init("credential", .string(entry.credential)), .init("sequence", .integer(Int64(clamping: entry.sequence))),
          .init("at", .integer(entry.at)), .init("why", .string(entry.refusal.code)),
          .init(
            "sentence",
            .string("refused for ever as number \(entry.sequence) of \(entry.credential) at \(when): \(entry.refusal.sentence)")),
        ])),
    ])
  }
}
