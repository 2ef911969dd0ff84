/// One thing that can be asked of a server: a method, a pattern, a line of documentation and who answers.
package struct Route: Sendable {
  /// Answers a request. Runs on a worker's queue and may block, except in the inline lane; in the brief one it may read.
  package typealias Handler = @Sendable (Request, PathParameters) -> Response

  /// Where a handler runs.
  package enum Lane: Sendable, CaseIterable {
    /// On the reactor itself: for what answers from memory in microseconds, such as /healthz, and must answer while workers are busy.
    case inline
    /// On the reactor itself where it has nothing else at hand in this turn and the server's owner lets it, else as `reading`: for pages that
    /// people wait for and that take less than a millisecond. A worker would have to be woken first, and the reactor once more after it.
    case brief
    case reading
    case writing
  }

  package let method: Method
  /// Such as `/v1/customers/{id}/timeline`.
  package let pattern: String
  /// One line for the API's documentation.
  package let doc: String
  package let lane: Lane
  /// Of the brief lane: which requests are brief; the others are read by a worker.
  package let isBrief: @Sendable (Request) -> Bool
  /// The longest body; nil: the server's limit.
  package let bodyBytesMax: Int?
  /// What stands at the pattern's places, where it is something else than an id. Held against a request by `careful` alone, as the next two.
  package let path: [String: RequestForm]
  /// What may stand in the query, by name.
  package let query: [String: RequestForm]
  /// The members that a body may have; nil: the body is no such object, or a document that may say more than anybody reads.
  package let members: BodyForm?
  package let handler: Handler

  /// `lane` is reading for safe methods and writing for the others where not given.
  package init(
    _ method: Method, _ pattern: String, _ doc: String, lane: Lane? = nil, isBrief: @escaping @Sendable (Request) -> Bool = { _ in true },
    bodyBytesMax: Int? = nil, path: [String: RequestForm] = [:],
    query: [String: RequestForm] = [:], members: BodyForm? = nil, handler: @escaping Handler
  ) {
    self.method = method
    self.pattern = pattern
    self.doc = doc
    self.lane = lane ?? (method.isSafe ? .reading : .writing)
    self.isBrief = isBrief
    self.bodyBytesMax = bodyBytesMax
    self.path = path
    self.query = query
    self.members = members
    self.handler = handler
  }
}

/// What stood in a request's path at the places that the pattern names in braces.
package struct PathParameters: Sendable {
  private let values: [(name: String, value: String)]

  package init(_ values: [(name: String, value: String)] = []) { self.values = values }

  /// Each with its name, in the pattern's order.
  var all: [(name: String, value: String)] { values }

  /// The decoded segment at `{name}`; asking for a name that the pattern lacks is a mistake in the program.
  package subscript(name: String) -> String {
    guard let found = values.first(where: { $0.name == name }) else { preconditionFailure("the route's pattern has no {\(name)}") }
    return found.value
  }
}
