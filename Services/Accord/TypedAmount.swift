import Contracts
import Host

/// Amounts as people type them on the command line: everywhere in whole units with a point, `12.50`, never in cents.
enum TypedAmount {
  /// How such an option is called in a help text.
  static let name = "AMOUNT"
  /// Behind an option's sentence.
  static let form = "whole units with a point, such as 12.50"

  /// The currency that `code` names.
  static func currency(_ code: String) throws(Complaint) -> Currency {
    guard let currency = Currency(code) else { throw .usage("there is no currency \(code)", "write a code of ISO 4217, such as USD") }
    return currency
  }

  /// `text` as an amount; `what` names where it stands.
  static func read(_ text: String?, _ what: String, _ currency: Currency) throws(Complaint) -> Money {
    guard let text else { throw .usage("\(what) is missing", "write an amount in \(form)") }
    do throws(MoneyRefusal) { return try Money(typed: text, currency) } catch {
      throw Complaint(code: .usage, happened: "\(what): \(error)", advice: "")
    }
  }
}

extension Money {
  /// As the departments' doors take it.
  var json: JSON { ["amount_minor": .integer(minor), "currency": .string(currency.code)] }
}
