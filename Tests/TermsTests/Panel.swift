import Contracts
import Foundation
import Terms
import TestKit

/// The Complete Journey panel as orders: rows of the packed file, gathered by basket.
final class Panel {
  struct Basket {
    let id: String
    let person: Identifier<Person>
    let placedAt: Timestamp
    /// Where its rows stand in the text.
    var rows: [Range<Int>]
  }

  /// By time, then by id.
  private(set) var baskets: [Basket] = []
  private let text: [UInt8]
  private var departments: [String: (department: String, brand: String)] = [:]
  private var trips: [Identifier<Person>: [Timestamp]] = [:]

  init(_ folder: String) throws {
    for row in try Self.unpacked(folder + "/products.csv.gz").split(separator: 10).dropFirst() {
      let cells = Self.cells(row)
      departments[cells[0]] = (cells[2], cells[3])
    }
    text = try Self.unpacked(folder + "/transactions.csv.gz")
    var places: [String: Int] = [:]
    var start = text.firstIndex(of: 10)! + 1
    while start < text.count {
      let end = text[start...].firstIndex(of: 10) ?? text.count
      let cells = Self.fields(text[start..<end])
      let id = String(decoding: cells[2], as: UTF8.self)
      if let place = places[id] {
        baskets[place].rows.append(start..<end)
      } else {
        places[id] = baskets.count
        let placedAt = try Timestamp(rfc3339: String(decoding: cells[10], as: UTF8.self))
        baskets.append(
          Basket(id: id, person: Identifier(restoring: String(decoding: cells[0], as: UTF8.self)), placedAt: placedAt, rows: [start..<end]))
      }
      start = end + 1
    }
    baskets.sort { ($0.placedAt, $0.id) < ($1.placedAt, $1.id) }
    for basket in baskets { trips[basket.person, default: []].append(basket.placedAt) }
  }

  private static func unpacked(_ path: String) throws -> [UInt8] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", path]
    process.standardOutput = pipe
    try process.run()
    return Array(try pipe.fileHandleForReading.readToEnd() ?? Data())
  }

  private static func fields(_ row: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] { row.split(separator: 44, omittingEmptySubsequences: false) }

  /// A row whose cells may stand in quotation marks.
  private static func cells(_ row: ArraySlice<UInt8>) -> [String] {
    var cells = [""]
    var isQuoted = false
    for character in String(decoding: row, as: UTF8.self) {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: cells.append("")
      default: cells[cells.count - 1].append(character)
      }
    }
    return cells
  }

  /// Places of baskets in a stretch of time; an even sample where there are more.
  func places(from: Timestamp, to: Timestamp, atMost count: Int) -> [Int] {
    let inside = baskets.indices.filter { baskets[$0].placedAt >= from && baskets[$0].placedAt < to }
    let step = max(1, inside.count / count)
    return stride(from: 0, to: inside.count, by: step).map { inside[$0] }
  }

  func someSKUs(_ random: inout SeededRandom) -> [JSON] {
    (0..<20).map { _ in
      let row = baskets.randomElement(using: &random)!.rows[0]
      return .string(String(decoding: Self.fields(text[row])[3], as: UTF8.self))
    }
  }

  /// The order of a basket with what bears on it.
  func purchase(_ place: Int) throws -> (purchase: Purchase, history: History) {
    let basket = baskets[place]
    let lines = basket.rows.enumerated().map { number, row in
      let cells = Self.fields(text[row]).map { String(decoding: $0, as: UTF8.self) }
      let product = departments[cells[3]]
      let paid = Int64(cells[6])!
      var line = Scene.line(
        "\(number + 1)", paid, sku: cells[3], categories: product.map { $0.department.isEmpty ? [] : [$0.department] } ?? [],
        brand: product.flatMap { $0.brand.isEmpty ? nil : $0.brand }, quantity: Int64(cells[4])!)
      line.list = Money(minor: paid + Int64(cells[7])! + Int64(cells[8])! + Int64(cells[9])!, Scene.dollars)
      return line
    }
    var purchase = try Scene.purchase(
      lines, id: basket.id, at: basket.placedAt, person: basket.person.text, channel: "store", country: nil)
    purchase.recordedAt = basket.placedAt
    let earlier = trips[basket.person]?.last { $0 < basket.placedAt }
    return (purchase, History(earlierOrderAt: earlier))
  }
}
