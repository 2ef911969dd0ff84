import Contracts
import Foundation
import Testing
import Wire

/// The payload of `text` decoded as a client's message.
func client(_ text: String) throws(WireFault) -> ClientMessage { try client(Array(text.utf8)) }

/// Decodes from a copy of exactly the right size, so that a read past its end is found.
func client(_ payload: [UInt8]) throws(WireFault) -> ClientMessage {
  let outcome = payload.withUnsafeBytes { bytes in Result { () throws(WireFault) in try ClientMessageDecoder.decode(bytes) } }
  return try outcome.get()
}

func broker(_ text: String) throws(WireFault) -> BrokerMessage { try broker(Array(text.utf8)) }

func broker(_ payload: [UInt8]) throws(WireFault) -> BrokerMessage {
  let outcome = payload.withUnsafeBytes { bytes in Result { () throws(WireFault) in try BrokerMessageDecoder.decode(bytes) } }
  return try outcome.get()
}

/// The payloads of all frames in `bytes`, which must be whole.
func payloads(_ bytes: [UInt8]) throws(WireFault) -> [[UInt8]] {
  let decoder = FrameDecoder()
  let outcome = bytes.withUnsafeBytes { buffer in
    Result { () throws(WireFault) in
      var payloads: [[UInt8]] = []
      var at = 0
      while case .payload(let range) = try decoder.next(in: buffer, from: at) {
        payloads.append(Array(buffer[range]))
        at = range.upperBound
      }
      #expect(at == buffer.count)
      return payloads
    }
  }
  return try outcome.get()
}

func frame(_ message: ClientMessage, payload: [UInt8] = []) throws(WireFault) -> [UInt8] {
  var output: [UInt8] = []
  try ClientMessageEncoder.append(message, payload: payload, to: &output)
  return output
}

func frame(_ message: BrokerMessage) throws(WireFault) -> [UInt8] {
  var output: [UInt8] = []
  try BrokerMessageEncoder.append(message, to: &output)
  return output
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// A publish around `event`, as text.
func publish(_ event: String, sequence: Int = 7) -> String { #"{"op":"publish","sequence":\#(sequence),"event":\#(event)}"# }

/// An event with the least that is needed, and `more` members behind it.
func event(_ more: String = "") -> String {
  #"{"specversion":"1.0","id":"a-1","source":"/ledger","type":"ledger.order.captured.v1"\#(more)}"#
}

/// An event as it was published once, from the contracts' golden files.
func golden(_ name: String) throws -> [UInt8] {
  let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return Array(try Data(contentsOf: tests.appending(path: "ContractsTests/Golden/\(name)")))
}
