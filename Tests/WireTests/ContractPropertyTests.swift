import Contracts
import Testing
import Wire

@Suite struct ContractPropertyTests {
  @Test func `the gate says what a textbook's checker says`() throws {
    var chance = Chance("the gate against a tree")
    var (taken, refused, unusable) = (0, 0, 0)
    for _ in 0..<6_000 {
      let json = chance.schema()
      guard let schema = try? DataSchema(json) else {
        // Bounds that cross, or enum beside const: nothing else of these schemas is refused.
        #expect(json.text.contains("min") || json.text.contains("\"enum\""), "\(json.text)")
        unusable += 1
        continue
      }
      for _ in 0..<5 {
        let value = chance.data(for: json)
        let text = chance.written(value)
        let wanted = TreeCheck.admits(json, value)
        let found = try mismatch(schema, text)
        guard (found == nil) == wanted else {
          Issue.record("\(json.text) and \(text): the tree says \(wanted), the gate \(found?.description ?? "yes")")
          return
        }
        if wanted { taken += 1 } else { refused += 1 }
      }
    }
    #expect(taken > 3_000 && refused > 3_000 && unusable < 1_500, "\(taken) taken, \(refused) refused, \(unusable) schemas unusable")
  }

  @Test func `a schema without loosenings admits nothing that the old one refused`() throws {
    var chance = Chance("strictness")
    var (strict, loose) = (0, 0)
    for _ in 0..<6_000 {
      let old = chance.schema(2)
      let new = chance.changed(old)
      guard let before = try? DataSchema(old), let after = try? DataSchema(new) else { continue }
      #expect(before.loosenings(from: before).isEmpty, "\(old.text) is as strict as itself")
      let loosenings = after.loosenings(from: before)
      if loosenings.isEmpty { strict += 1 } else { loose += 1 }
      for _ in 0..<12 {
        let value = chance.data(for: new)
        guard TreeCheck.admits(new, value), !TreeCheck.admits(old, value), loosenings.isEmpty else { continue }
        Issue.record("\(old.text) became \(new.text) without a loosening, but \(value.text) is new")
        return
      }
    }
    #expect(strict > 500 && loose > 500, "\(strict) strict, \(loose) loose")
  }
}

extension Chance {
  /// The schema with one thing changed somewhere, or another one.
  mutating func changed(_ schema: JSON) -> JSON {
    guard case .object(var keywords) = schema, !keywords.isEmpty, below(20) > 0 else { return self.schema(2) }
    let at = below(keywords.count)
    switch keywords[at].name {
    case "properties" where below(4) > 0:
      guard var properties = keywords[at].value.object, !properties.isEmpty else { break }
      let which = below(properties.count)
      properties[which].value = changed(properties[which].value)
      keywords[at].value = .object(properties)
      return .object(keywords)
    case "items" where below(4) > 0: keywords[at].value = changed(keywords[at].value)
    case "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems":
      guard let bound = keywords[at].value.integer else { break }
      keywords[at].value = .integer(max(0, bound + Int64(pick([-1, 1]))))
    case "enum":
      guard let values = keywords[at].value.array else { break }
      keywords[at].value = .array(coin() ? Array(values.dropFirst()) + [values[0]] : values + [data(1)])
    default: keywords.remove(at: at)
    }
    return .object(keywords)
  }
}
