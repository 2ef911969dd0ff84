import Contracts
import Store
import Synchronization

/// The catalogue's categories and brands in memory, as far as orders asked for them: an import asks for the same goods again and again.
///
/// Filled from rows, emptied whenever products are listed or it has grown full. Safe from any thread.
final class Descriptions: Sendable {
  /// Goods that are kept: the whole catalogue of a large shop, about 10 MB.
  private static let countMax = 100_000

  private struct State {
    var kept: [String: Products.Description] = [:]
    /// Many goods have the same categories: they share one array.
    var shared: [[String]: [String]] = [:]
    /// Raised with each listing, so that what was read before it is not kept after it.
    var generation = 0
  }
  private let state = Mutex(State())

  /// What lines of `sku` are described with.
  func of(_ sku: Identifier<Product>, in reading: borrowing some Reading & ~Copyable) throws -> Products.Description {
    let known = state.withLock { state in (state.kept[sku.text], state.generation) }
    if let found = known.0 { return found }
    let read = try Products.description(of: sku, in: reading)
    return state.withLock { state in
      var found = read
      if state.kept.count >= Self.countMax { state = State(generation: state.generation) }
      if let same = state.shared[found.categories] { found.categories = same } else { state.shared[found.categories] = found.categories }
      if state.generation == known.1 { state.kept[sku.text] = found }
      return found
    }
  }

  /// To be called when a listing was committed.
  func forget() { state.withLock { state in state = State(generation: state.generation + 1) } }
}
