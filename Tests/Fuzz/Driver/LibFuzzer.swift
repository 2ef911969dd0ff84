import Foundation
import Fuzz

// Compiled by deploy/fuzz alone: libFuzzer brings `main` and calls what stands here, again and again.

/// The target that ACCORD_FUZZ names.
private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["ACCORD_FUZZ"] ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    fatalError("ACCORD_FUZZ names no target: \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
  }
  return target
}()

/// Writes the seeds where ACCORD_FUZZ_SEEDS says, before the first input.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutablePointer<Int32>, _ words: UnsafeMutableRawPointer) -> Int32 {
  guard let folder = ProcessInfo.processInfo.environment["ACCORD_FUZZ_SEEDS"] else { return 0 }
  for (index, seed) in target.seeds().enumerated() {
    _ = FileManager.default.createFile(atPath: "\(folder)/\(target.name)-\(index)", contents: Data(seed))
  }
  return 0
}

/// One input. What is wrong ends the process, and libFuzzer keeps the bytes.
@_cdecl("LLVMFuzzerTestOneInput")
func testOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  if let wrong = target.check(UnsafeRawBufferPointer(start: bytes, count: count)) { fatalError("\(target.name): \(wrong)") }
  return 0
}
