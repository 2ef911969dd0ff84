import Contracts
import Foundation
import Host
import TestKit
import Testing

@Suite struct DataFolderTests {
  private let place = Folder.temporary()
  private let now = Timestamp(milliseconds: 1_772_355_600_000)

  private func fault(_ path: String, sandbox: Bool = false) -> DataFolderFault? {
    #expect(throws: DataFolderFault.self) { try DataFolder.open(path, sandbox: sandbox, now: now) }
  }

  @Test func `a new folder is made, marked and found again`() throws {
    let path = place.file("data")
    let folder = try DataFolder.open(path, sandbox: false, now: now)
    #expect(!folder.isSandbox && folder.created == now)
    #expect(try place.read("data/accord.json") == #"{"format":1,"sandbox":false,"created":"2026-03-01T09:00:00.000Z"}"#)
    #expect(try Set(Files.names(in: path)) == ["accord.json", "broker", "ledger", "marketing", "service", "credentials", "logs"])
    let again = try DataFolder.open(path, sandbox: false, now: now.adding(.seconds(9)))
    #expect(again.created == now)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o700)
  }

  @Test func `an empty folder that was there is taken`() throws {
    #expect(try DataFolder.open(place.path, sandbox: true, now: now).isSandbox)
  }

  @Test func `a folder with other files is not ours`() throws {
    try place.write("dear diary", to: "diary.txt")
    #expect(fault(place.path) == .notOurs(place.path))
    #expect(fault(place.path)?.exitCode == .noInput)
    #expect(try Files.names(in: place.path) == ["diary.txt"])
  }

  @Test func `a file is no folder`() throws {
    try place.write("", to: "file")
    #expect(fault(place.file("file")) == .notAFolder(place.file("file")))
  }

  @Test func `a folder of a newer version is left alone`() throws {
    try place.write(#"{"format":2,"sandbox":false,"created":"2026-03-01T09:00:00.000Z","more":1}"#, to: "accord.json")
    let found = fault(place.path)
    #expect(found == .newer(place.path, format: 2))
    #expect(found?.description.contains("its format is 2, this version knows up to 1; use the newer version") == true)
    #expect(found?.exitCode == .configuration)
  }

  @Test(arguments: [
    "", "{}", "{\"format\":\"1\"}", "{\"format\":0}", "{\"format\":1}", "not json", "{\"format\":1,\"sandbox\":false,\"created\":\"noon\"}",
  ])
  func `a damaged marker is no reason to begin anew`(text: String) throws {
    try place.write(text, to: "accord.json")
    #expect(fault(place.path) == .damagedMarker(place.path))
    #expect(try place.read("accord.json") == text)
  }

  @Test func `a sandbox cannot be made of real data, and looking makes nothing`() throws {
    _ = try DataFolder.open(place.file("real"), sandbox: false, now: now)
    #expect(fault(place.file("real"), sandbox: true) == .notSandbox(place.file("real")))
    #expect(throws: DataFolderFault.absent(place.file("none"))) { try DataFolder.existing(place.file("none")) }
    #expect(!Files.exists(place.file("none")))
  }

  @Test func `a missing parent is named`() {
    let fault = fault(place.file("a/b"))
    #expect(fault?.description == "cannot make the folder \(place.file("a/b")); No such file or directory; check the path")
  }

  @Test(.enabled(if: getuid() != 0, "root may read everything")) func `an unreadable folder is named`() throws {
    _ = try DataFolder.open(place.file("data"), sandbox: false, now: now)
    chmod(place.file("data"), 0)
    defer { chmod(place.file("data"), 0o700) }
    #expect(fault(place.file("data"))?.exitCode == .noPermission)
  }

  @Test func `a lock is held once and given back`() throws {
    #expect(FolderLock.holder(of: place.path) == nil)
    var lock: FolderLock? = try FolderLock.take(place.path)
    let fault = #expect(throws: FolderLockFault.self) { _ = try FolderLock.take(place.path) }
    #expect(fault == .held(folder: place.path, by: getpid()))
    #expect(fault?.exitCode == .temporary)
    #expect(fault?.description.contains("process \(getpid()) works in it") == true)
    #expect(FolderLock.holder(of: place.path) == getpid())
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(FolderLock.holder(of: place.path) == nil)
    _ = try FolderLock.take(place.path)
  }

  @Test func `a file is replaced whole and created once`() throws {
    try Files.write(Array("one".utf8), to: place.file("a"))
    try Files.write(Array("two".utf8), to: place.file("a"))
    #expect(try Files.create(Array("three".utf8), at: place.file("a")) == false)
    #expect(try place.read("a") == "two")
    #expect(try Files.create([], at: place.file("b")))
    #expect(try Set(Files.names(in: place.path)) == ["a", "b"])
    #expect(throws: FileFault.self) { try Files.write([], to: place.file("no/where")) }
  }
}
