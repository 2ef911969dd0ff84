/// A reader whom a new schema would break, and where.
package struct ContractBreak: Sendable, Equatable, CustomStringConvertible {
  package let reader: String
  package let loosenings: [Loosening]

  package var description: String { "\(reader) (\(loosenings.map(\.description).joined(separator: ", ")))" }

  /// Whom it would break to replace `old` by `new` for events of `type`. `readers`: who reads what, by name.
  package static func found(
    type: String, from old: DataSchema, to new: DataSchema, readers: [(name: String, reads: [Manifest.Read])]
  ) -> [ContractBreak] {
    readers.compactMap { reader in
      var loosenings: [Loosening] = []
      for read in reader.reads where read.matches(type) {
        for loosening in new.loosenings(from: old, fields: read.fields) where !loosenings.contains(loosening) {
          loosenings.append(loosening)
        }
      }
      return loosenings.isEmpty ? nil : ContractBreak(reader: reader.name, loosenings: loosenings)
    }
  }
}
