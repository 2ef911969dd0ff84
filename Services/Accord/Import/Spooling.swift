import Contracts
import Feed

/// Reads a whole file and parts its rows by what they belong to. A file that cannot be used is found here, before the ledger hears of it.
struct Spooling {
  let separator: DelimitedText.Separator
  /// The mapped columns that make up a row's key, by their places, joined by hyphens.
  let keys: [Int]
  /// Whether the key becomes an id: then it takes only what an id may hold.
  let makesIDs: Bool
  let data: String
  let report: ImportReport

  struct Spooled: ~Copyable {
    var spool: Spool
    var rows: Int64
  }

  func read(_ file: inout FeedFile, _ columns: FeedColumns, _ progress: inout ImportProgress) throws(Complaint) -> Spooled {
    var read = Spooled(spool: try Spool(beside: data, expecting: file.byteCount), rows: 0)
    let places = columns.columns.map(\.index)
    let names = columns.columns.map(\.name)
    let keys = self.keys.map { columns.columns[$0].index }
    let reader = DelimitedText(separator)
    var key: [UInt8] = []
    do throws(FeedFailure<RowFailure>) {
      while try file.next({ (line, fields, bytes) throws(RowFailure) in
        guard fields.count == columns.count else { throw .feed(.torn(line: line, fields: fields.count, columns: columns.count)) }
        read.rows += 1
        for (number, place) in places.enumerated() where fields[place].end - fields[place].start > FeedLimits.fieldBytesMax {
          throw .feed(.fieldTooLong(line: line, column: names[number]))
        }
        key.removeAll(keepingCapacity: true)
        for (number, place) in keys.enumerated() {
          if number > 0 { key.append(.minus) }
          append(fields[place], bytes, reader, to: &key)
        }
        guard !key.isEmpty else {
          return report.add(line: line, id: "", "rejected", field: "order", "it is empty; a line belongs to an order that has a name")
        }
        do throws(Complaint) {
          try read.spool.append(to: read.spool.place(of: key)) { spool in
            FeedRow.append(line: line, key: key, to: &spool) { spool in
              for place in places {
                let field = fields[place]
                if field.isDoubled {
                  reader.bytes(of: field, in: bytes).withUnsafeBytes { FeedRow.appendColumn($0, to: &spool) }
                } else {
                  FeedRow.appendColumn(UnsafeRawBufferPointer(rebasing: bytes[field.start..<field.end]), to: &spool)
                }
              }
            }
          }
        } catch { throw .complaint(error) }
      }) {
        if read.rows & 0xFFFF == 0 { progress.show("reading", file.bytesRead >> 20, of: file.byteCount.map { $0 >> 20 }, "MiB") }
      }
    } catch {
      progress.clear()
      throw Self.complaint(error, file.name)
    }
    return read
  }

  enum RowFailure: Error {
    case feed(FeedFault)
    case complaint(Complaint)
  }

  static func complaint(_ failure: FeedFailure<RowFailure>, _ name: String) -> Complaint {
    switch failure {
    case .feed(let fault), .body(.feed(let fault)): FeedFailure<Complaint>.feed(fault).complaint(name)
    case .read(let complaint), .body(.complaint(let complaint)): complaint
    }
  }

  /// An id that is made of columns takes what an id may hold; an order's own id stays as it is, and is refused where it may not.
  private func append(_ field: DelimitedText.Field, _ bytes: UnsafeRawBufferPointer, _ reader: DelimitedText, to key: inout [UInt8]) {
    guard makesIDs || field.isDoubled else { return key.append(contentsOf: bytes[field.start..<field.end]) }
    for byte in reader.bytes(of: field, in: bytes) {
      key.append(makesIDs && (byte <= 0x20 || byte >= 0x7F || byte == .quote || byte == .backslash) ? UInt8(ascii: "_") : byte)
    }
  }
}
