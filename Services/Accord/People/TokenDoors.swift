import Glibc
import Host

/// A new token counts at the ledger at once, and at the others as soon as they have heard of it: whoever writes the next line of a script
/// need not know that.
enum TokenDoors {
  private static let patienceMilliseconds: Int64 = 3_000
  private static let pauseMicroseconds: UInt32 = 5_000

  /// Waits until every department that is there lets in whoever has one of `secrets`; says so where one does not within three seconds.
  static func awaitOpen(_ secrets: [String], _ office: Office) {
    let end = Clock.uptimeMilliseconds + patienceMilliseconds
    for program in Programs.departments {
      for secret in secrets {
        // Whoever is away hears of it when they are back.
        while office.letsIn(secret, at: program) == false {
          guard Clock.uptimeMilliseconds < end else {
            return Terminal.note("\(program) has not heard of it yet; until it has, it lets nobody in by a new token (`accord status`)")
          }
          usleep(pauseMicroseconds)
        }
      }
    }
  }
}
