/// What a store is opened with.
package struct StoreOptions: Sendable {
  /// The SQLite file. Its folder exists and is locked by the program; the file is made where it is absent.
  package var path: String
  /// Which department's file it is: stands in the header, so that another's is not taken for it.
  package var applicationID: Int32
  /// The department's own tables, numbered from 1.
  package var migrations: [Migration]
  package var readers = StoreLimits.readers
  package var writerCacheKibibytes = StoreLimits.writerCacheKibibytes
  package var readerCacheKibibytes = StoreLimits.readerCacheKibibytes
  /// A read beyond this is ended with `readTooLong`.
  package var readMillisecondsMax = StoreLimits.readMillisecondsMax
  /// Pages of 4 KiB that the file may grow to; nil for as many as the disk holds.
  package var pagesMax: Int?
  /// Lets write calls fail, in tests.
  package var faults: FaultPlan?

  package init(path: String, applicationID: Int32, migrations: [Migration] = []) {
    self.path = path
    self.applicationID = applicationID
    self.migrations = migrations
  }
}
