import Contracts
import HTTP

extension Response {
  /// The body as text.
  var text: String { String(decoding: body, as: UTF8.self) }
  /// The body as JSON; null where it is none.
  var json: JSON { (try? JSON(parsing: body)) ?? .null }
}
