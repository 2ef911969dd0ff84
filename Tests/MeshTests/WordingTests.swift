import Foundation
import Shop
import TestKit
import Testing

extension MeshTests {
  /// What commands print for people where there is little to tell.
  @Suite struct WordingTests {
    @Test func `a rehearsal tells in one line what nobody knows of capacity, and hour by hour what is known`() throws {
      let mesh = try RunningMesh(["--sandbox", "--clock", "manual@2026-05-08T19:00:00-04:00"])
      let caller = mesh.caller
      try mesh.folder.write(try #require(Shop.offer("sunday-free-shipping")).text, to: "sunday.json")
      try eventually("marketing has heard of the policies") {
        try caller.accord("offer", "rehearse", mesh.folder.file("sunday.json")).exit == .code(0)
      }
      let blank = try caller.accord("offer", "rehearse", mesh.folder.file("sunday.json"))
      let told = blank.lines.filter { $0.contains("Contacts expected") }
      #expect(told.count == 1 && told[0].contains("in 72 h: 0; ") && told[0].contains("`accord capacity set` tells it"), "\(blank.stdout)")
      #expect(!blank.stdout.contains("unknown") && blank.lines.count < 12, "\(blank.stdout)")

      let set = try caller.accord("capacity", "set", "120", "--from", "2026-05-10T04:00:00Z", "--to", "2026-05-10T07:00:00Z")
      #expect(set.exit == .code(0), "\(set.stderr)")
      try eventually("marketing has heard of three hours") {
        try caller.accord("offer", "rehearse", mesh.folder.file("sunday.json")).lines.filter { $0.hasSuffix(" of 120") }.count == 3
      }
      let some = try caller.accord("offer", "rehearse", mesh.folder.file("sunday.json"))
      #expect(some.lines.contains { $0.contains("Contacts expected in the other 69 h: 0; ") }, "\(some.stdout)")
      try mesh.stop()
    }

    @Test func `one hold is, two are`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      #expect(try caller.accord("hold", "list").lines.first == "0 holds are in force.")
      for (person, said) in [("ada", "1 hold is in force."), ("bob", "2 holds are in force.")] {
        let placed = try caller.accord("hold", "place", person, "--because", "a letter")
        #expect(placed.exit == .code(0), "\(placed.stderr)")
        #expect(try caller.accord("hold", "list").lines.first == said)
      }
      try mesh.stop()
    }
  }
}
