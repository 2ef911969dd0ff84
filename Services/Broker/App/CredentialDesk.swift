import BrokerCore
import Contracts
import Host
import Synchronization

/// Whom the broker lets in: the registry as it was last read whole, and why the file is not followed where it cannot be.
///
/// The file is looked at, not waited for: that works on every file system and in every container, costs a system call, and cannot miss a
/// version. Belongs to the loop's thread, but for `trouble`.
final class CredentialDesk {
  /// What is wrong with the file as it is now; nil where it is followed. Safe from any thread.
  final class Trouble: Sendable {
    private let sentence = Mutex<String?>(nil)
    var now: String? { sentence.withLock { $0 } }
    fileprivate func set(_ text: String?) { sentence.withLock { $0 = text } }
  }

  /// What a look has found.
  enum Look {
    case same
    /// Followed from now on; this is what it was before.
    case changed(before: CredentialRegistry)
    /// The old registry stays.
    case unusable(String)
  }

  private(set) var registry: CredentialRegistry
  /// Whether secrets stop to count by the clock alone.
  private(set) var isOutdating = false
  let trouble = Trouble()
  private let folder: DataFolder
  private var seen: CredentialRegistry.Stamp?

  init(_ folder: DataFolder, _ registry: CredentialRegistry) {
    self.folder = folder
    self.registry = registry
    // What was read may be older than what is there now: then the first look finds it.
    seen = nil
  }

  /// Reads the file again where it has changed.
  func look() -> Look {
    let stamp = CredentialRegistry.stamp(in: folder)
    guard stamp != seen || (stamp == nil && trouble.now == nil) else { return .same }
    seen = stamp
    let before = registry
    do throws(CredentialFault) {
      guard stamp != nil else { throw .absent(CredentialRegistry.path(in: folder)) }
      registry = try CredentialRegistry.existing(in: folder)
    } catch {
      trouble.set("the old credentials stay: \(error)")
      return .unusable("\(error)")
    }
    isOutdating = registry.entries.contains { $0.previous != nil }
    let wasInTrouble = trouble.now != nil
    trouble.set(nil)
    return wasInTrouble || registry.entries != before.entries ? .changed(before: before) : .same
  }
}

extension CredentialRegistry.Entry {
  /// What the machine holds it to.
  var machineRights: Rights {
    Rights(
      publish: publish, subscribe: subscribe, source: source, administers: administers, asks: asks,
      quota: Quota(
        connections: quota[.connections], messagesPerSecond: quota[.messagesPerSecond], bytesPerSecond: quota[.bytesPerSecond],
        pending: quota[.pending], subscriptions: quota[.subscriptions]))
  }
}
