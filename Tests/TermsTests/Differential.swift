import Contracts
import Foundation
import Terms
import TestKit
import Zones

/// The same questions to both readings of the rules: this one and evaluator.py.
///
/// ```
///   cases ──▸ lines of JSON ──▸ python3 evaluator.py ──▸ a line for each case ─┐
///        └──▸ Terms.evaluate ──▸ the same line ─────────────────────────────────┴─▸ equal, or the order and the offer are told
/// ```
struct Differential {
  static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "evaluator.py").path

  /// Where two readings part.
  struct Difference: CustomStringConvertible {
    let description: String
  }

  /// Runs the other reading over `lines`; its answers, one a line.
  static func start(_ lines: [String], in folder: Folder, named name: String) throws -> Reading {
    let questions = folder.file("\(name).questions")
    try (lines.joined(separator: "\n") + "\n").write(toFile: questions, atomically: false, encoding: .utf8)
    let answers = folder.file("\(name).answers")
    try folder.write("", to: "\(name).answers")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-B", script]
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: questions))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: answers))
    try process.run()
    return Reading(process: process, answers: answers)
  }

  struct Reading {
    let process: Process
    let answers: String

    func wait() throws -> [Substring] {
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw Ended(status: process.terminationStatus) }
      return try String(contentsOfFile: answers, encoding: .utf8).split(separator: "\n")
    }
  }

  struct Ended: Error, CustomStringConvertible {
    let status: Int32
    var description: String { "evaluator.py ended with \(status); its words stand above" }
  }

  /// The outcome as evaluator.py writes it.
  static func line(_ outcome: Outcome) -> String {
    let shares = outcome.shares.map { share in
      share.charge.map { "[\($0),\(share.amount)]" } ?? "[\"\(share.lineID?.text ?? "")\",\(share.amount)]"
    }
    let hasUncut = outcome.isGranted || [.capOrder, .capCustomer, .capTotal].contains(outcome.reason)
    return
      "[\"\(outcome.reason.rawValue)\",\(outcome.amount),[\(shares.joined(separator: ","))],\"\(outcome.interval?.rawValue ?? "")\","
      + "\(outcome.dayPrecision ? 1 : 0),\(outcome.used.uses),\(outcome.used.units),\(outcome.isAutomatic ? 1 : 0),\(hasUncut ? outcome.uncut : -1)]"
  }

  /// The first few places where two lists of answers are not the same.
  static func differences(_ own: [[String]], _ other: [Substring], _ tell: (Int, Int) -> String) -> [Difference] {
    var found: [Difference] = []
    guard own.count == other.count else { return [Difference(description: "\(own.count) cases, \(other.count) answers")] }
    for (number, (mine, theirs)) in zip(own, other).enumerated() where "[" + mine.joined(separator: ",") + "]" != theirs {
      let answers = (try? JSON(parsing: String(theirs)))?.array?.map(\.text) ?? []
      for place in mine.indices where place >= answers.count || answers[place] != mine[place] {
        found.append(
          Difference(description: "Terms: \(mine[place])\nPython: \(place < answers.count ? answers[place] : "-")\n\(tell(number, place))"))
        if found.count == 5 { return found }
      }
    }
    return found
  }
}
