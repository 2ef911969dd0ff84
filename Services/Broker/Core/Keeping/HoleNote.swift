package import Journal

// Holes are found by reading, and a start reads the newest segment alone. What was known before it is known behind it by a note:
//
//   found ──▶ note: where, and from which number on each outbox keeps what was lost   (record 30, and section 3 of a checkpoint)
//                │ durable
//                │ only then is anything asked for and healed
//   restart ─────┴──▶ publishers are told no further mark than before ──▶ all segments looked through ──▶ marks go on, but for holes
//                └──▶ what stands in the places of the note is written again: the run before may have healed it without a sync that held
//
// The note says no more than that: which events were lost is read again from the digests.

/// The open holes as they outlive the broker. Durable; each note replaces the one before.
struct HoleNote: Sendable, Equatable {
  struct Place: Sendable, Equatable {
    var from: UInt64
    /// Exclusive.
    var end: UInt64
    /// Events that were known to be gone and not healed.
    var events: UInt64
  }

  /// The outbox of `producer` has everything from `sequence` on.
  struct Held: Sendable, Equatable {
    var producer: UInt32
    var sequence: UInt64
  }

  /// Ascending.
  var places: [Place] = []
  /// By producer.
  var held: [Held] = []

  var isEmpty: Bool { places.isEmpty && held.isEmpty }

  /// Whether it tells of all of `hole`.
  func holds(_ hole: Range<UInt64>) -> Bool { places.contains { $0.from <= hole.lowerBound && hole.upperBound <= $0.end } }

  /// Whether a start that knows this note holds back all that one with `other` would: then `other` need not be written.
  func covers(_ other: HoleNote) -> Bool {
    places.map(\.from) == other.places.map(\.from) && places.map(\.end) == other.places.map(\.end)
      && other.held.allSatisfy { mine in held.contains { $0.producer == mine.producer && $0.sequence <= mine.sequence } }
  }
}

extension BrokerMachine {
  /// What was known to be damaged, durably. For a start, before anybody reads there: see `Journal.confirm`.
  package var notedHoles: [Range<Position>] { noted.places.map { Position($0.from)..<Position($0.end) } }

  /// After the records were told: what was open before this start is open, and nobody forgets more than he was told to before it.
  mutating func takeUpNote() {
    for place in noted.places { holes.takeUp(place) }
    guard !isLookedThrough else { return }
    for number in 0..<producers.count { producers[number].heldFrom = min(producers[number].forget, .max - 1) + 1 }
    for held in noted.held where held.producer < UInt32(producers.count) {
      let told = producers[Int(held.producer)].heldFrom
      producers[Int(held.producer)].heldFrom = min(told, max(1, held.sequence))
    }
  }

  /// Empty while nothing is damaged.
  func holeSection() -> [UInt8] {
    if noted.isEmpty { return [] }
    var out = ByteWriter()
    out.put(noted)
    return out.bytes
  }

  /// Every segment that is kept has been looked through once: what is damaged is known, and marks go on.
  package mutating func lookedThrough(at moment: Moment, into commit: inout Gathering<Effect>) {
    enter(moment)
    guard !isLookedThrough else { return }
    isLookedThrough = true
    settleHoles(into: &commit)
    for slot in connections.indices where connections[slot].isOpen && !connections[slot].isSession {
      guard let producer = connections[slot].producer else { continue }
      commit.afterDurable(.accepted(connections[slot].id, through: connections[slot].last, forget: producers[producer].forgettable))
    }
  }

  /// Writes down what is open, where that is other than what stands written.
  mutating func noteHoles(into commit: inout Gathering<Effect>) {
    var note = HoleNote()
    for hole in holes.list where !isResolved(hole.range) && note.places.count < limits.holesNoted {
      note.places.append(HoleNote.Place(from: hole.range.lowerBound, end: hole.range.upperBound, events: hole.events))
    }
    note.held = firstLost().sorted { $0.key < $1.key }.map { HoleNote.Held(producer: $0.key, sequence: $0.value) }
    guard !noted.covers(note) else { return }
    // On a full disk what is left is for settles; what is not noted waits to be healed.
    let room = commit.remaining - (isStorageFull ? limits.settleRoom : 0)
    guard room > note.places.count * 24 + note.held.count * 12 + 64 else { return }
    write(.holes(note), into: &commit)
  }
}

extension ByteWriter {
  mutating func put(_ note: HoleNote) {
    put(note.places) { out, place in
      out.put(place.from)
      out.put(place.end)
      out.put(place.events)
    }
    put(note.held) { out, held in
      out.put(held.producer)
      out.put(held.sequence)
    }
  }
}

extension ByteReader {
  mutating func holeNote() throws(MemoryFault) -> HoleNote {
    var note = HoleNote()
    note.places = try list { (bytes: inout ByteReader) throws(MemoryFault) in
      let place = HoleNote.Place(from: try bytes.place(), end: try bytes.place(), events: try bytes.u64())
      guard place.from < place.end else { throw .value("a hole's end", place.end) }
      return place
    }
    note.held = try list { (bytes: inout ByteReader) throws(MemoryFault) in
      let held = HoleNote.Held(producer: try bytes.u32(), sequence: try bytes.sequence())
      guard held.sequence > 0 else { throw .value("that a hole took the event with number", held.sequence) }
      return held
    }
    return note
  }
}
