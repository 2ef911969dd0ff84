import BrokerCore
import Contracts
import Journal
import TestKit
import Wire

// The shell's part in repairing the disk, and the publisher's, whose outbox still has what was lost.
extension World {
  private var reader: JournalReader<MemoryDisk> {
    JournalReader(disk, journalID: Self.options.newID, segmentBytes: Self.options.segmentBytes)
  }

  /// Does what an effect on the disk asks for, and tells the machine.
  func repair(_ effect: Effect) throws {
    switch effect {
    case .carry(let places):
      var reader = self.reader
      for place in places {
        guard case .slice(let slice) = try reader.read(from: place, bytesMax: 1, before: journal?.durableThrough ?? .zero),
          slice.base == place
        else {
          try apply(.carried(nil))
          continue
        }
        try apply(.carried(slice))
      }
    case .forget(let before): try journal!.forget(before: before)
    case .examine(let position):
      let number = position.value / UInt64(Self.options.segmentBytes)
      let base = Position(number * UInt64(Self.options.segmentBytes))
      let damages = try reader.examine(segment: number, before: journal?.durableThrough ?? .zero)
      try apply(.examined(base..<base.advanced(by: Self.options.segmentBytes), damages))
    case .heal(let position, let record):
      try journal!.heal(record, at: position)
      healed += 1
      try apply(.healed(position))
    case .mend(let range):
      try journal!.mend(range)
      try apply(.mended(range))
    default: break
    }
  }

  /// The broker asks for events that it lost: the outbox tells them again.
  func tellAgain(_ ranges: DeliveryRanges) throws {
    for sequence in ranges.flatMap(Array.init) where sequence <= Self.events {
      let frame = Array(#"{"op":"heal","sequence":\#(sequence),"event":\#(Self.event(sequence))}"#.utf8)
      try frame.withUnsafeBytes { bytes in
        guard case .heal(let publish) = try ClientMessageDecoder.decode(bytes) else { return note("no healing: \(sequence)") }
        try apply(.heal(publisher, publish, frame: bytes))
      }
    }
  }
}
