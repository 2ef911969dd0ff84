/// Why a schema cannot be a contract. `at` is a JSON pointer into the schema.
package enum SchemaFault: Error, Sendable, Equatable, CustomStringConvertible {
  case notASchema(at: String)
  /// A keyword that the gate does not check and must not seem to.
  case keyword(String, at: String)
  case value(of: String, at: String, wanted: String)
  /// No value could ever match.
  case nothingMatches(at: String)
  /// A `$ref` to elsewhere, to nothing, or to itself.
  case reference(String, at: String)
  case tooMuch(String, limit: Int)

  package var description: String {
    switch self {
    case .notASchema(let at): "the schema at “\(at)” is neither an object nor true; write what the value may be"
    case .keyword(let name, let at):
      "the gate does not check “\(name)”, which stands at “\(at)”; leave it out, or say it by type, required, properties, items, enum, "
        + "const, bounds and lengths (a remark of your own begins with x-)"
    case .value(let name, let at, let wanted): "“\(name)” at “\(at)” is not \(wanted); correct it"
    case .nothingMatches(let at): "no value can match the schema at “\(at)”; correct its bounds"
    case .reference(let name, let at): "the $ref “\(name)” at “\(at)” does not lead to a schema in #/$defs; put it there"
    case .tooMuch(let what, let limit): "the schema has more than \(limit) \(what); describe less of the data"
    }
  }
}
