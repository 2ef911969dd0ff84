/// One door through which bytes of strangers come in, and what must hold of whatever comes through it.
///
/// The same function runs under libFuzzer (`deploy/fuzz NAME --minutes N`) and, on mutations of its seeds, in FuzzTests.
package struct FuzzTarget: Sendable {
  package let name: String
  /// Bytes from which mutation begins: each is taken, or refused in a way of its own.
  package let seeds: @Sendable () -> [[UInt8]]
  /// How many mutations are tried in the time that a thousand frames take: some targets start a whole broker.
  package var weight: Int {
    switch name {
    case "broker": 20
    case "record": 8
    case "memory": 100
    default: 1
    }
  }
  /// What is wrong with the answer to `bytes`, as a sentence; nil where nothing is. A trap or a read out of bounds is found by itself.
  package let check: @Sendable (UnsafeRawBufferPointer) -> String?

  package static let all: [FuzzTarget] = [.frame, .json, .event, .mould, .session, .record, .memory, .broker, .http]

  /// Checks bytes of an array, in memory of exactly their size: a read past the end is past the allocation.
  package func check(_ bytes: [UInt8]) -> String? {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    return check(UnsafeRawBufferPointer(memory))
  }
}

/// Takes numbers off the front of an input: how it is to be cut, which of several things it is.
struct FuzzInput {
  private(set) var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  var isEmpty: Bool { rest.isEmpty }

  /// The next byte; 0 at the end.
  mutating func byte() -> UInt8 {
    guard let first = rest.first else { return 0 }
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    return first
  }

  mutating func word() -> Int { Int(byte()) << 8 | Int(byte()) }

  /// The next `count` bytes, or what is left.
  mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer {
    defer { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count)) }
    return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
  }
}

/// Lengths into which a stream is cut, from one byte: how it might arrive.
struct Cuts {
  private var state: UInt32
  init(_ seed: UInt8) { state = UInt32(seed) &* 2_654_435_761 | 1 }

  mutating func next() -> Int {
    state ^= state << 13
    state ^= state >> 17
    state ^= state << 5
    return state & 3 == 0 ? 1 : Int(state >> 8 % 61) % 61 + 1
  }
}
