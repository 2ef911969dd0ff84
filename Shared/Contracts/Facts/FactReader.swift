/// Reads the members of one object by name, each by its shape; or, asked for a schema, notes what would be read.
///
/// ```
/// init(_ type: String, from members: inout FactReader) throws(ContractFault) {
///   self.init(orderID: try members.needs("order_id", .id()), reason: try members.may("reason", .text))
/// }
/// ```
/// A member that nobody asks for is nobody's business; null is absent where the member may be. The tree has refused double names.
package struct FactReader {
  private let members: [JSON.Member]
  private var recording: Recording?

  private struct Recording {
    var required: [JSON] = []
    var properties: [JSON.Member] = []
  }

  init(_ json: JSON) throws(ContractFault) {
    guard let members = json.object else { throw .broken(.anotherKind(.object), at: "") }
    self.members = members
  }

  private init() {
    members = []
    recording = Recording()
  }

  /// The schema of an object that `read` reads.
  static func schema(title: String? = nil, _ read: (inout FactReader) throws(ContractFault) -> Void) -> JSON {
    var recorder = FactReader()
    do { try read(&recorder) } catch { preconditionFailure("what records a schema met values of its own: \(error)") }
    var schema: [JSON.Member] = []
    if let title {
      schema.append(.init("$schema", "https://json-schema.org/draft/2020-12/schema"))
      schema.append(.init("title", .string(title)))
    }
    schema.append(.init("type", "object"))
    if let recording = recorder.recording {
      if !recording.required.isEmpty { schema.append(.init("required", .array(recording.required))) }
      schema.append(.init("properties", .object(recording.properties)))
    }
    return .object(schema)
  }

  /// The value of a member that must be there.
  mutating func needs<Value>(_ name: String, _ shape: Shape<Value>) throws(ContractFault) -> Value {
    guard recording == nil else {
      recording?.required.append(.string(name))
      return record(name, shape)
    }
    guard let json = value(name) else { throw .broken(.missing(name), at: "") }
    return try read(name, json, shape)
  }

  /// The value of a member that may be absent or null.
  mutating func may<Value>(_ name: String, _ shape: Shape<Value>) throws(ContractFault) -> Value? {
    guard recording == nil else { return record(name, shape) }
    guard let json = value(name), !json.isNull else { return nil }
    return try read(name, json, shape)
  }

  /// The elements of an array that may be absent, which is the same as empty.
  mutating func list<Value>(_ name: String, of shape: Shape<Value>, max: Int) throws(ContractFault) -> [Value] {
    try may(name, .list(of: shape, max: max)) ?? []
  }

  private mutating func record<Value>(_ name: String, _ shape: Shape<Value>) -> Value {
    recording?.properties.append(.init(name, shape.schema))
    return shape.sample
  }

  private func read<Value>(_ name: String, _ json: JSON, _ shape: Shape<Value>) throws(ContractFault) -> Value {
    do { return try shape.read(json) } catch { throw error.below(name) }
  }

  private func value(_ name: String) -> JSON? { members.first { $0.name == name }?.value }
}

extension ContractFault {
  /// The same fault, seen from one level further out.
  func below(_ name: String) -> ContractFault {
    switch self {
    case .unreadable(let fault, let pointer): .unreadable(fault, at: "/\(name)\(pointer)")
    case .broken(let rule, let pointer): .broken(rule, at: "/\(name)\(pointer)")
    }
  }
}

extension FactReader {
  /// An offer's version, told as `offer_id` and `version`.
  mutating func needsOffer() throws(ContractFault) -> OfferVersion {
    let offer: Identifier<Offer> = try needs("offer_id", .id())
    let number = try needs("version", .version)
    guard let version = OfferVersion(offer: offer, version: number) else { preconditionFailure("a version is counted from 1 on") }
    return version
  }
}
