import Contracts
import Foundation
import Testing
import Wire

/// What decoding costs; printed only on request: ACCORD_MEASURE=1 swift test -c release --filter MeasureTests
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["ACCORD_MEASURE"] != nil))
struct MeasureTests {
  /// An order of 536 bytes, as the ledger sends it.
  static let order: [UInt8] = {
    let head =
      #"{"specversion":"1.0","id":"01JZ8Q3V7N5W9X2Y4Z6A8B0C1D","source":"/ledger","type":"ledger.order.captured.v1","#
      + #""subject":"order-100482","time":"2026-05-04T09:30:00.000Z","recordedtime":"2026-05-04T09:30:00.012Z","#
      + #""correlationid":"01JZ8Q3V7N5W9X2Y4Z6A8B0C1D","partitionkey":"order-100482","datacontenttype":"application/json","#
      + #""data":{"order_id":"order-100482","person_id":"person-7731","channel":"web","lines":[{"line_id":"1","sku":"tea-earl-grey","#
      + #""quantity":2,"paid":{"amount_minor":1250,"currency":"EUR"}}],"note":""#
    return Array((head + String(repeating: "x", count: 536 - head.utf8.count - 3) + #""}}"#).utf8)
  }()

  @Test func `decode of a publish`() throws {
    #expect(Self.order.count == 536)
    var output: [UInt8] = []
    try ClientMessageEncoder.appendPublish(sequence: 1_000_482, event: Self.order, to: &output)
    let payload = Array(output.dropFirst(4))
    try measure("publish decode") {
      payload.withUnsafeBytes { bytes in
        guard let message = try? ClientMessageDecoder.decode(bytes), case .publish(let publish) = message else { return 0 }
        return publish.routing.key.lowerBound
      }
    }
    try measure("JSON validity alone") { payload.withUnsafeBytes { (try? JSONScanner.scan($0, from: 0)) ?? 0 } }
  }

  /// The contract of the order above: sixteen places, twelve of them with a type or a bound to be checked in it.
  static let contract: JSON = [
    "type": "object", "required": ["order_id", "channel", "lines"],
    "properties": [
      "order_id": ["type": "string", "minLength": 1, "maxLength": 128], "person_id": ["type": "string", "minLength": 1, "maxLength": 128],
      "channel": ["enum": ["web", "store"]],
      "lines": [
        "type": "array", "minItems": 1, "maxItems": 1_000,
        "items": [
          "type": "object", "required": ["line_id", "sku", "quantity", "paid"],
          "properties": [
            "line_id": ["type": "string", "minLength": 1], "sku": ["type": "string", "minLength": 1, "maxLength": 128],
            "quantity": ["type": "integer", "minimum": 0, "maximum": 1_000_000_000],
            "paid": [
              "type": "object", "required": ["amount_minor", "currency"],
              "properties": [
                "amount_minor": ["type": "integer", "minimum": 0], "currency": ["type": "string", "minLength": 3, "maxLength": 3],
              ],
            ],
          ],
        ],
      ],
    ],
  ]

  @Test func `decode of a publish with the gate behind it`() throws {
    var output: [UInt8] = []
    try ClientMessageEncoder.appendPublish(sequence: 1_000_482, event: Self.order, to: &output)
    let payload = Array(output.dropFirst(4))
    let schema = try DataSchema(Self.contract)
    try measure("publish decode and gate") {
      payload.withUnsafeBytes { bytes in
        guard let message = try? ClientMessageDecoder.decode(bytes), case .publish(let publish) = message else { return 0 }
        return schema.mismatch(bytes, data: publish.routing.data) == nil ? publish.routing.key.lowerBound : 0
      }
    }
    guard case .publish(let publish) = try client(payload) else { return }
    try measure("gate alone") { payload.withUnsafeBytes { schema.mismatch($0, data: publish.routing.data) == nil ? 1 : 0 } }
    // The note is 96 characters that are stepped over.
    print("data: \(publish.routing.data.count) bytes")
  }

  @Test func `decode of a settle and a delivery`() throws {
    let settle = Array(try frame(.settle(handle: 1, Settlement(done: [1...256]))).dropFirst(4))
    try measure("settle decode, one range") { ((try? client(settle)) != nil) ? 1 : 0 }
    let delivery = Delivery(
      handle: 1, number: 1_000_000, position: 4_000_000_000, attempt: 1, producer: "ledger/5f0c9a7be1d24c3f8a6b0d9e7c1f2a34",
      sequence: 1_000_482, event: Self.order)
    let payload = Array(try frame(.deliver(delivery)).dropFirst(4))
    try measure("delivery decode") { ((try? broker(payload)) != nil) ? 1 : 0 }
    let producer = DeliveryHeader.producer(delivery.producer)
    var buffer = [UInt8](repeating: 0, count: DeliveryHeader.bytesMax(producer: producer.count))
    try measure("delivery header") {
      buffer.withUnsafeMutableBytes { buffer in
        producer.withUnsafeBytes {
          DeliveryHeader.render(
            handle: 1, number: 1_000_000, position: 4_000_000_000, attempt: 1, producer: $0, sequence: 1_000_482, eventBytes: 536,
            into: buffer)
        }
      }
    }
  }

  /// The best of nine rounds, so that what else runs on the machine counts least.
  private func measure(_ name: String, _ body: () -> Int) throws {
    let count = 200_000
    var best = Duration.seconds(1_000)
    var sum = 0
    for _ in 0..<9 {
      best = min(best, ContinuousClock().measure { for _ in 0..<count { sum &+= body() } })
    }
    #expect(sum != 0)
    print(
      "\(name): \(Int(Double(best.components.attoseconds) / 1e9 / Double(count)) + Int(best.components.seconds) * 1_000_000_000 / count) ns"
    )
  }
}
