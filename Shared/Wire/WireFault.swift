package import Contracts

/// Why a frame is not a message of the protocol. All but `.event` end the connection.
package enum WireFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The length in front says so; nothing of the payload was read.
  case frameEmpty
  case frameTooLong(bytes: Int, limit: Int)
  case notJSON(JSONFault)
  case notAnObject
  case nestedTooDeep(offset: Int)
  case opNotFirst
  case unknownOp(String)
  case missing(String)
  case wrongType(String, wanted: Wanted)
  case duplicateName(offset: Int)
  case escapedName(offset: Int)
  case tooMany(String, limit: Int)
  case rangesNotAscending(String)
  case helloExpected(String)
  case helloLate
  case helloRepeated
  /// Three heartbeats missed.
  case silent
  /// The frame is sound but the event in it can never be taken: refuse this sequence and go on.
  case event(sequence: UInt64, EventFault)

  /// What a member should have been.
  package enum Wanted: String, Sendable {
    case number = "a whole number from 0 to 9007199254740991"
    case handle = "a whole number from 0 to 4294967295"
    case sequence = "a whole number from 1 to 9007199254740991"
    case text = "a string within its limit"
    case name = "a name of the allowed characters and length"
    case flag = "true or false"
    case object = "an object"
    case array = "an array"
    case instant = "an instant such as 2026-05-04T09:30:00.000Z"
    case ranges = "an array of pairs of whole numbers"
    case start = "\"new\", \"beginning\", {\"position\":N} or {\"time\":T}"
    case deadKey = "\"park\" or \"pass\""
    case pointer = "a JSON pointer such as /lines/*/sku"
    case verdict = "\"later\" or \"never\""
    case deadline = "a whole number from 1 to 60000"
    case wait = "a whole number from 0 to 86400000"
  }

  /// A JSON fault as a fault of the wire.
  package init(_ fault: JSONFault) {
    self = fault.kind == .tooDeep ? .nestedTooDeep(offset: fault.offset) : .notJSON(fault)
  }

  /// False where only this event is refused and the connection goes on.
  package var endsConnection: Bool {
    if case .event = self { return false }
    return true
  }

  /// For programs; see the table of codes in PROTOCOL.md.
  package var code: String {
    switch self {
    case .frameEmpty, .frameTooLong: "frame_length"
    case .notJSON, .notAnObject: "not_json"
    case .nestedTooDeep: "nested_too_deep"
    case .opNotFirst: "op_not_first"
    case .unknownOp: "unknown_op"
    case .missing: "missing"
    case .wrongType: "wrong_type"
    case .duplicateName: "duplicate_name"
    case .escapedName: "escaped_name"
    case .tooMany: "too_many"
    case .rangesNotAscending: "ranges_not_ascending"
    case .helloExpected, .helloLate: "hello_expected"
    case .helloRepeated: "hello_repeated"
    case .silent: "silent"
    case .event(_, let fault): fault.code
    }
  }

  package var description: String {
    switch self {
    case .frameEmpty: "A frame says that it has 0 bytes; send at least one JSON object."
    case .frameTooLong(let bytes, let limit): "A frame says that it has \(bytes) bytes, allowed are \(limit); send less at once."
    case .notJSON(let fault): "The frame is not JSON: \(fault)."
    case .notAnObject: "The frame is not a JSON object; send {\"op\":...}."
    case .nestedTooDeep(let offset): "The frame is nested deeper than \(WireLimits.depthMax) levels at byte \(offset); flatten it."
    case .opNotFirst: "The frame's first member is not a plain \"op\"; put it first so that the message is known at once."
    case .unknownOp(let name): "There is no message called \(name); see the list in PROTOCOL.md."
    case .missing(let name): "The member \(name) is missing; see its message in PROTOCOL.md."
    case .wrongType(let name, let wanted): "The member \(name) is not \(wanted.rawValue); correct it."
    case .duplicateName(let offset):
      "A name stands twice in the frame, again at byte \(offset); two readers would see two messages, send one."
    case .escapedName(let offset): "The name at byte \(offset) has an escape; write it plainly so that all readers see the same."
    case .tooMany(let what, let limit): "The frame has more than \(limit) \(what); split it."
    case .rangesNotAscending(let name): "The ranges of \(name) do not rise or overlap; sort and merge them."
    case .helloExpected(let name): "The first frame was \(name), but it must be hello; introduce yourself first."
    case .helloLate: "No hello came within 5 s of connecting; connect again and send it at once."
    case .helloRepeated: "A second hello came on one connection; connect anew to introduce yourself anew."
    case .silent: "Nothing was heard for three heartbeats; connect again when the network allows."
    case .event(let sequence, let fault): "Event \(sequence) can never be taken: \(fault)"
    }
  }

  /// As the broker tells it to a client.
  package var refusal: Refusal { Refusal(code: code, sentence: description) }
}
