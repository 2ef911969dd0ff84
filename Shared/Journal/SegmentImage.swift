/// A file's bytes in memory, given back when the value ends.
struct SegmentImage: ~Copyable {
  /// Valid as long as this value.
  let bytes: UnsafeRawBufferPointer

  /// Reads the first `limit` bytes of `file`, or all.
  init<D: Disk>(_ disk: D, _ file: D.File, limit: Int = .max) throws(DiskFault) {
    let count = min(try disk.size(file), limit)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 8), alignment: 4096)
    do throws(DiskFault) {
      let filled = try disk.read(file, at: 0, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
      bytes = UnsafeRawBufferPointer(rebasing: memory[..<filled])
    } catch {
      memory.deallocate()
      throw error
    }
  }

  /// Reads the file of segment `number`, or its first `limit` bytes.
  init<D: Disk>(_ disk: D, segment number: UInt64, limit: Int = .max) throws(JournalFault) {
    do throws(DiskFault) { self = try SegmentImage(disk, try disk.open(JournalFiles.segment(number)), limit: limit) } catch {
      throw .disk(error)
    }
  }

  deinit { bytes.deallocate() }
}
