/// A question about a store's sanity that has no findings when all is well. Departments add their own.
package struct Check: Sendable {
  package let name: String
  let run: @Sendable (borrowing Snapshot) throws -> [Finding]

  /// `run` answers one finding per thing that is wrong; a throw becomes a finding too.
  package init(_ name: String, run: @escaping @Sendable (borrowing Snapshot) throws -> [Finding]) {
    self.name = name
    self.run = run
  }

  /// What the house's checks and `more` find in one snapshot. A large store takes longer than a read of `Store.read` may:
  /// ask `findings(inFileOf:)` then, which also works beside a running program.
  package static func findings(in snapshot: borrowing Snapshot, with more: [Check] = []) -> [Finding] {
    var found: [Finding] = []
    for check in house + more {
      do {
        found += try check.run(snapshot)
      } catch {
        found.append(Finding(check.name, "cannot be answered: \(error)"))
      }
    }
    return found
  }

  /// What is found in a store's file, beside its running program or, under the folder's lock, without one. Changes nothing;
  /// `options` say whose it should be.
  package static func findings(inFileOf options: StoreOptions, with more: [Check] = []) -> [Finding] {
    do {
      let database = try Database(options.path, as: .inspector)
      defer { database.close() }
      try Settings.apply(to: database, cacheKibibytes: options.readerCacheKibibytes)
      let look = try FirstLook(database)
      guard !look.isNew else { return [Finding("application", "the file holds no store yet; start its program once")] }
      try look.confirm(applicationID: options.applicationID, known: Migrations(department: options.migrations).known)
      try database.beginReading()
      let lacks = try Migrations(department: options.migrations).lacks(in: database)
      return findings(in: Snapshot(database), with: more) + lacks.map { Finding("history", $0.description) }
    } catch {
      return [Finding("application", "\(error)")]
    }
  }

  /// What `body` reads from a store's file, beside its running program or without one. Changes nothing.
  package static func read<T>(fileOf options: StoreOptions, _ body: (borrowing Snapshot) throws -> T) throws -> T {
    let database = try Database(options.path, as: .inspector)
    defer { database.close() }
    try Settings.apply(to: database, cacheKibibytes: options.readerCacheKibibytes)
    try database.beginReading()
    return try body(Snapshot(database))
  }

  /// What every store must hold.
  private static let house = [
    Check("integrity") { snapshot in
      try snapshot.database.all("PRAGMA integrity_check(20)") { row throws(StoreFault) in try row.text(0) }
        .filter { $0 != "ok" }.map { Finding("integrity", $0) }
    },
    Check("references") { snapshot in
      try snapshot.database.all("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 20") { row throws(StoreFault) in
        Finding("references", "row \(try row.optionalInteger(1) ?? 0) of \(try row.text(0)) has no parent in \(try row.text(2))")
      }
    },
    Check("identity") { snapshot in
      let identity = try StoreIdentity.load(from: snapshot.database)
      guard let identity else { return [Finding("identity", "the store has no lineage; restore a backup")] }
      let isHexadecimal =
        identity.lineage.utf8.count == 32 && identity.lineage.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
      return isHexadecimal ? [] : [Finding("identity", "the lineage \(identity.lineage) is not 32 hexadecimal digits")]
    },
    Check("outbox") { snapshot in
      let forgotten = try Outbox.forgotten(in: snapshot)
      return try snapshot.database.all("SELECT count(*), min(sequence), max(sequence) FROM outbox HAVING count(*) > 0") {
        row throws(StoreFault) in
        let (count, first, last) = (try row.unsigned(0), try row.unsigned(1), try row.unsigned(2))
        guard first != forgotten + 1 || last - first + 1 != count else { return nil }
        return Finding(
          "outbox", "\(count) events stand between \(first) and \(last), forgotten are those through \(forgotten): some are missing")
      }.compactMap { $0 }
    },
    Check("inbox") { snapshot in
      try snapshot.database.all(
        "SELECT name FROM inbox_producer WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE producer = number) LIMIT 20"
      ) { row throws(StoreFault) in Finding("inbox", "producer \(try row.text(0)) is known and none of its messages is") }
    },
    Check("runs") { snapshot in
      try snapshot.database.all(
        "SELECT DISTINCT run FROM run_counter WHERE run NOT IN (SELECT number FROM run) LIMIT 20"
      ) { row throws(StoreFault) in Finding("runs", "totals are kept for run \(try row.integer(0)), which is not there") }
    },
  ]
}

/// Something wrong in a store, for a person.
package struct Finding: Sendable, Equatable, CustomStringConvertible {
  package let check: String
  package let sentence: String

  package init(_ check: String, _ sentence: String) {
    self.check = check
    self.sentence = sentence
  }

  package var description: String { "\(check): \(sentence)" }
}
