/// Jobs by the instant they are due: a binary heap with cancelled entries left in place until they surface or outnumber the live ones.
///
/// Jobs due at the same instant run in the order they were added.
struct TimerHeap {
  private struct Entry {
    let due: Int64
    let id: UInt64
    static func < (a: Entry, b: Entry) -> Bool { a.due != b.due ? a.due < b.due : a.id < b.id }
  }

  private var entries: [Entry] = []
  private var jobs: [UInt64: () -> Void] = [:]
  private var nextID: UInt64 = 1

  var count: Int { jobs.count }

  /// When the first job is due; nil where there is none.
  var nextDue: Int64? {
    mutating get {
      dropCancelled()
      return entries.first?.due
    }
  }

  mutating func add(due: Int64, _ job: @escaping () -> Void) -> UInt64 {
    let id = nextID
    nextID += 1
    jobs[id] = job
    entries.append(Entry(due: due, id: id))
    rise(entries.count - 1)
    return id
  }

  mutating func cancel(_ id: UInt64) {
    guard jobs.removeValue(forKey: id) != nil, entries.count > 64, entries.count > 2 * jobs.count else { return }
    // A sorted array is a heap.
    entries = entries.filter { jobs[$0.id] != nil }.sorted { $0 < $1 }
  }

  /// The first job due at or before `now`, taken out; nil where none is.
  mutating func takeDue(_ now: Int64) -> (() -> Void)? {
    dropCancelled()
    guard let first = entries.first, first.due <= now else { return nil }
    removeFirst()
    return jobs.removeValue(forKey: first.id)
  }

  mutating func removeAll() {
    entries = []
    jobs = [:]
  }

  private mutating func dropCancelled() {
    while let first = entries.first, jobs[first.id] == nil { removeFirst() }
  }

  private mutating func removeFirst() {
    let last = entries.removeLast()
    guard !entries.isEmpty else { return }
    entries[0] = last
    sink()
  }

  private mutating func rise(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child] < entries[parent] else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && entries[child] < entries[least] { least = child }
      guard least != parent else { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
