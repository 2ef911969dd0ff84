import Contracts
import Glibc
import Host

/// A small file that somebody names on the command line; `-` is standard input.
enum TypedFile {
  /// What stands in it, without the mark that some editors put before the text.
  static func read(_ path: String) throws(Complaint) -> [UInt8] {
    do throws(FileFault) {
      let bytes = try Files.read(path == "-" ? "/dev/stdin" : path)
      return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    } catch {
      if path == "-" {
        throw Complaint(
          code: .noInput, happened: "standard input cannot be read (\(SystemText.of(error.code)))",
          advice: "pipe the text in, or name its file")
      }
      switch error.code {
      case EISDIR: throw Complaint(code: .noInput, happened: "\(path) is a folder", advice: "name a file in it")
      case ENOENT, ENOTDIR:
        throw Complaint(code: .noInput, happened: "\(path) cannot be read: there is no such file", advice: "check its name")
      case EFBIG: throw Complaint(code: .noInput, happened: "\(path) is larger than 1 MiB", advice: "name the file that was meant")
      default: throw Complaint(host: error)
      }
    }
  }

  /// The JSON in it; `what` is what it should be, such as “no offer”, for the complaint. The advice is where to see a right one.
  static func json(_ bytes: [UInt8], of path: String, otherwise what: String, _ advice: String) throws(Complaint) -> JSON {
    let name = path == "-" ? "standard input" : path
    do throws(JSONFault) { return try JSON(parsing: bytes) } catch {
      let isEmpty = bytes.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
      guard !isEmpty else { throw Complaint(code: .refused, happened: "\(name) is \(what): nothing stands in it", advice: advice) }
      let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw Complaint(code: .refused, happened: "\(name) is \(what): line \(line): \(error)", advice: "mend it there; \(advice)")
    }
  }
}
