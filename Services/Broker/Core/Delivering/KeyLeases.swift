/// Who holds which key of a subscription, and what waits for it. HOT.
///
/// A node lives while its key has events in flight or waiting. Waiting ones form a chain through the window in journal
/// order; a node with a chain stands in the list of what it waits for:
/// ```
///  anyone     nothing in flight: the first consumer with credit takes the key
///  suspect    its first event was at work when a consumer died: wants a consumer to itself
///  unread     its first event's bytes are neither in the tail nor in the last fetch
///  delayed    its first event may not be tried before `due`
///  parking    its key is dead: the chain follows to the dead letters, some at each input
///  consumer   in flight at a consumer that has no credit left
/// ```
struct KeyLeases: Sendable {
  enum List {
    static let anyone = 0
    static let suspect = 1
    static let unread = 2
    static let delayed = 3
    static let parking = 4
    static let firstConsumer = 5
    static let none = UInt16.max
  }

  struct Node: Sendable {
    var key: UInt64
    /// Uptime, while delayed.
    var due: Int64 = 0
    var inFlight: UInt32 = 0
    var waiting: UInt32 = 0
    /// Ends of the chain: low ordinals.
    var head: UInt32 = 0
    var tail: UInt32 = 0
    fileprivate var next: UInt32 = 0
    fileprivate var previous: UInt32 = 0
    /// Of the events in flight.
    var holder: UInt16 = 0
    fileprivate(set) var list = List.none
    /// Its list is to be found anew at the end of this input.
    var isTouched = false

    var isListed: Bool { list != List.none }
  }

  /// Places in lists are node numbers plus one; 0 is the end.
  private struct Ends: Sendable {
    var head: UInt32 = 0
    var tail: UInt32 = 0
  }

  private var index = HashIndex()
  private var nodes: [Node] = []
  private var free: [UInt32] = []
  private var lists = [Ends](repeating: Ends(), count: List.firstConsumer)
  /// Nodes in lists other than `delayed`.
  private(set) var listed = 0

  var count: Int { index.count }

  subscript(_ node: Int) -> Node {
    get { nodes[node] }
    _modify { yield &nodes[node] }
  }

  func find(_ key: UInt64) -> Int? { index.find(key) }

  mutating func insert(_ key: UInt64) -> Int {
    let node: Int
    if let last = free.popLast() {
      node = Int(last)
      nodes[node] = Node(key: key)
    } else {
      node = nodes.count
      nodes.append(Node(key: key))
    }
    index.insert(key, node)
    return node
  }

  /// Forgets a key that has nothing in flight and nothing waiting.
  mutating func remove(_ node: Int) {
    delist(node)
    index.remove(nodes[node].key)
    free.append(UInt32(node))
  }

  mutating func removeAll() {
    index.removeAll()
    nodes.removeAll(keepingCapacity: true)
    free.removeAll(keepingCapacity: true)
    for i in lists.indices { lists[i] = Ends() }
    listed = 0
  }

  func isEmpty(_ list: Int) -> Bool { list >= lists.count || lists[list].head == 0 }

  func first(_ list: Int) -> Int? { isEmpty(list) ? nil : Int(lists[list].head) - 1 }

  func following(_ node: Int) -> Int? { nodes[node].next == 0 ? nil : Int(nodes[node].next) - 1 }

  /// Puts a node at the end of a list, out of any other.
  mutating func enlist(_ node: Int, _ list: Int) {
    if Int(nodes[node].list) == list { return }
    delist(node)
    while lists.count <= list { lists.append(Ends()) }
    let place = UInt32(node + 1)
    nodes[node].list = UInt16(list)
    nodes[node].next = 0
    nodes[node].previous = lists[list].tail
    if lists[list].tail == 0 { lists[list].head = place } else { nodes[Int(lists[list].tail) - 1].next = place }
    lists[list].tail = place
    if list != List.delayed { listed += 1 }
  }

  mutating func delist(_ node: Int) {
    let list = nodes[node].list
    if list == List.none { return }
    let (next, previous) = (nodes[node].next, nodes[node].previous)
    if previous == 0 { lists[Int(list)].head = next } else { nodes[Int(previous) - 1].next = next }
    if next == 0 { lists[Int(list)].tail = previous } else { nodes[Int(next) - 1].previous = previous }
    nodes[node].list = List.none
    if Int(list) != List.delayed { listed -= 1 }
  }
}
