package import Contracts
import Glibc

/// The manual clock of a sandbox folder: one instant for all its programs, kept in DIR/clock.json and told to those that run.
///
/// ```
/// accord clock advance 48h ── raises DIR/clock.json, durably ── tells DIR/<part>/clock.sock ─▸ Clock.advance, hooks ── answers
/// ```
/// The file comes first: a program that dies in between comes back at the new instant.
package enum ManualClock {
  /// The clock that `choice` asks for. A manual one is refused outside a sandbox: it would date real facts at will.
  package static func clock(_ choice: ClockChoice, sandbox: Bool, in folder: DataFolder) throws(ClockFault) -> Clock {
    guard case .manual(let wanted) = choice else { return .system() }
    guard sandbox else { throw .needsSandbox }
    guard folder.isSandbox else { throw .folderIsReal(folder.path) }
    return .manual(at: try raise(in: folder) { stored in stored.map { max($0, wanted ?? $0) } ?? wanted ?? Clock.systemNow })
  }

  /// Moves the clock of `folder` forward to `instant` and every running program with it; returns the instant that now holds,
  /// once all of them have told their hooks. An earlier instant changes nothing.
  @discardableResult
  package static func advance(to instant: Timestamp, in folder: DataFolder) throws(ClockFault) -> Timestamp {
    guard folder.isSandbox else { throw .folderIsReal(folder.path) }
    let now = try raise(in: folder) { stored in max(stored ?? instant, instant) }
    var fault: ClockFault?
    // One that hangs keeps nobody else at the old instant.
    for part in DataFolder.Part.allCases {
      do throws(ClockFault) { try ClockControl.tell(folder.folder(of: part), now) } catch { fault = fault ?? error }
    }
    if let fault { throw fault }
    return now
  }

  /// Like `advance(to:)`, by a duration from the instant that holds.
  @discardableResult
  package static func advance(by duration: Duration, in folder: DataFolder) throws(ClockFault) -> Timestamp {
    guard let now = try now(of: folder) else { throw .neverManual(folder.path) }
    return try advance(to: now.adding(duration), in: folder)
  }

  /// Where each program of `folder` stands that runs on a manual clock. One that is there and does not answer, since it hangs or ends at
  /// this moment, is busy.
  package static func standings(in folder: DataFolder) throws(ClockFault) -> [Standing] {
    guard folder.isSandbox else { throw .folderIsReal(folder.path) }
    var standings: [Standing] = []
    for part in DataFolder.Part.allCases {
      do throws(ClockFault) {
        if let standing = try ClockControl.ask(folder.folder(of: part)) { standings.append(standing) }
      } catch {
        guard case .unanswered = error else { throw error }
        standings.append(Standing(program: part.rawValue, busy: "does not answer"))
      }
    }
    return standings
  }

  /// The instant at which the clock of `folder` stands; nil where it was never manual.
  package static func now(of folder: DataFolder) throws(ClockFault) -> Timestamp? {
    let path = folder.path + "/clock.json"
    guard Files.exists(path) else { return nil }
    let bytes: [UInt8]
    do throws(FileFault) { bytes = try Files.read(path) } catch { throw .file(error) }
    guard let json = try? JSON(parsing: bytes), case .string(let text)? = json["now"], let instant = try? Timestamp(rfc3339: text) else {
      throw .damaged(path)
    }
    return instant
  }

  /// Replaces the stored instant by what `next` makes of it, alone among all processes.
  static func raise(in folder: DataFolder, _ next: (Timestamp?) -> Timestamp) throws(ClockFault) -> Timestamp {
    let path = folder.path + "/clock.lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .file(FileFault("open", path)) }
    defer { close(file) }
    while flock(file, LOCK_EX) != 0 { guard errno == EINTR else { throw .file(FileFault("lock", path)) } }
    let stored = try now(of: folder)
    let instant = next(stored)
    guard instant != stored else { return instant }
    let text = JSON.object([.init("now", .string(instant.description))]).bytes
    do throws(FileFault) { try Files.write(text, to: folder.path + "/clock.json") } catch { throw .file(error) }
    return instant
  }
}

/// Why a clock could not be had or moved.
package enum ClockFault: Explained, Equatable {
  case needsSandbox
  case folderIsReal(String)
  case neverManual(String)
  case damaged(String)
  case unanswered(String)
  case file(FileFault)

  package var exitCode: ExitCode {
    switch self {
    case .needsSandbox: .usage
    case .folderIsReal, .neverManual, .damaged: .configuration
    case .unanswered: .unavailable
    case .file(let fault): fault.exitCode
    }
  }

  package var description: String {
    switch self {
    case .needsSandbox: "the clock cannot be manual; real data keeps real time; add --sandbox and use a folder made for it"
    case .folderIsReal(let path):
      "the clock of \(path) cannot be manual; the folder holds real data; use a folder that was made with --sandbox"
    case .neverManual(let path):
      "the clock of \(path) cannot be advanced by a duration; it was never manual; start with --clock manual first"
    case .damaged(let path): "\(path) cannot be read; it is damaged; remove it and start with --clock manual@INSTANT"
    case .unanswered(let path):
      "the program behind \(path) did not take the new time; it hangs or just ended; look at its log and advance again"
    case .file(let fault): fault.description
    }
  }
}
