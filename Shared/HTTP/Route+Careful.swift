import Contracts

/// A route that understands everything it is given, or says what it does not: a word that nobody reads is a mistake that nobody notices.
extension Route {
  /// The longest body of a command that says no other: a dozen fields, the longest of which hold some kilobytes of what somebody said.
  package static let commandBytesMax = 64 * 1024

  /// The same, which refuses before its handler is asked: names in the query and in the body that it does not know, values that are not
  /// what is declared, and bodies in another tongue than JSON.
  package var careful: Route {
    let bytesMax = bodyBytesMax ?? Self.commandBytesMax
    return Route(method, pattern, doc, lane: lane, isBrief: isBrief, bodyBytesMax: bytesMax, path: path, query: query, members: members) {
      request, parameters in refusal(of: request, parameters, bytesMax) ?? handler(request, parameters)
    }
  }

  private func refusal(of request: Request, _ parameters: PathParameters, _ bytesMax: Int) -> Response? {
    for (name, value) in parameters.all {
      if let lack = (path[name] ?? .id).lack(of: value) { return Self.malformed(name, "\(name), in the path, \(lack)") }
    }
    return refusal(ofQuery: request.query) ?? (method.isSafe || request.body.isEmpty ? nil : refusal(ofBody: request, bytesMax))
  }

  private func refusal(ofQuery items: [Request.QueryItem]) -> Response? {
    var seen: Set<String> = []
    for item in items {
      guard let form = query[item.name] else {
        let known = query.keys.sorted()
        return Self.malformed(
          item.name,
          known.isEmpty
            ? "\(item.name) is nothing that is asked for here: this takes no query; leave it out"
            : "\(item.name) is nothing that is asked for here; the query takes \(known.joined(separator: ", "))")
      }
      guard seen.insert(item.name).inserted else {
        return Self.malformed(item.name, "\(item.name) stands twice in the query, and one of them would count for nothing; write it once")
      }
      if let lack = form.lack(of: item.value) { return Self.malformed(item.name, "\(item.name), in the query, \(lack)") }
    }
    return nil
  }

  private func refusal(ofBody request: Request, _ bytesMax: Int) -> Response? {
    // The server refuses it by its length alone; here it is refused whatever brought it.
    guard request.body.count <= bytesMax else { return .problem(.bodyTooLarge(limit: bytesMax)) }
    if let type = request.header("Content-Type"), !Self.isJSON(type) {
      return Self.malformed(
        "Content-Type", "Content-Type is \(type), and only JSON is read here; send application/json", status: 415,
        code: "content_type")
    }
    // What is no object at all the door itself refuses, in its own words.
    guard let members, let body = (try? JSON(parsing: request.body))?.object, let lack = members.lack(of: body) else { return nil }
    return Self.malformed(lack.field, lack.sentence)
  }

  /// `application/json`, `application/x-ndjson` and whatever ends in `+json` (RFC 6839 3.1), whatever follows behind a semicolon.
  private static func isJSON(_ type: String) -> Bool {
    let bare = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
    return bare == "application/json" || bare == "application/x-ndjson" || bare.hasSuffix("+json")
  }

  private static func malformed(_ field: String, _ sentence: String, status: Int = 400, code: String? = nil) -> Response {
    // A name of the client's choosing goes no further than a line.
    let name = String(field.prefix(80))
    return .problem(
      status: status, code: code ?? name, detail: String(sentence.prefix(900)), extra: [.init("field", .string(name))])
  }
}
