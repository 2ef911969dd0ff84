/// The segment that waits to be the next: made ahead of need, away from the loop, so that a roll finds its space already there.
package enum Reserve {
  /// Makes the folder's reserve, from a spare where one is left, else from zeros; does nothing where there is one. Removes spares that
  /// nobody needs. Each MiB is synced by itself: a commit's sync must not wait behind 64 MiB of zeros.
  ///
  /// Touches no file of the running journal, so that it may run on another thread. `.full` where the disk has no room.
  package static func prepare<D: Disk>(on disk: D, segmentBytes: Int) throws(JournalFault) {
    do throws(DiskFault) {
      var there = try disk.openIfThere(JournalFiles.reserve) != nil
      let names = try disk.list()
      for number in names.compactMap(JournalFiles.number(spare:)).sorted() {
        let spare = JournalFiles.spare(number)
        if !there, try disk.size(try disk.open(spare)) == segmentBytes {
          try disk.rename(spare, to: JournalFiles.reserve)
          try disk.syncDirectory()
          there = true
        } else {
          try disk.remove(spare)
        }
      }
      // The head of the next segment is written into it: a name that a failed sync left to be forgotten would come back with that.
      guard !there else { return try disk.syncDirectory() }
      // Asked first: to write until nothing is left would take from others what it then gives back.
      if let room = try disk.room(), room < segmentBytes {
        throw DiskFault(errno: DiskFault.noSpace, operation: .create, path: JournalFiles.reserve)
      }
      if names.contains(JournalFiles.fillingReserve) { try disk.remove(JournalFiles.fillingReserve) }
      let file = try disk.create(JournalFiles.fillingReserve)
      try disk.fill(file, from: 0, to: segmentBytes, stretch: JournalLimits.zerosBytes)
      try disk.rename(JournalFiles.fillingReserve, to: JournalFiles.reserve)
      try disk.syncDirectory()
    } catch {
      guard error.isFull else { throw .disk(error) }
      try? disk.remove(JournalFiles.fillingReserve)  // Gives back what was taken; the fault says the rest.
      throw .full(error)
    }
  }
}
