import BrokerCore
import Contracts
import Journal
import TestKit
import Testing
import Wire

// What the journal asks of the disk and the disk answers.
extension RandomWorld {
  /// Has the oldest segment looked at, sometimes with the operator's word that even what is unread may go.
  func letGo() throws {
    try turn()
    guard !stage.machine.isLettingGo, let survey = try stage.surveyOldest() else { return }
    let how: LettingGo = chance(15) ? .evenUnread : .unneeded
    let before = stage.machine.counts.passedOver
    try stage.apply(.surveyed(survey, how))
    var passed: (least: UInt64, most: UInt64) = (0, 0)
    if how == .evenUnread {
      let places = survey.standing.compactMap { model.event(index(of: $0.event.producer), $0.event.sequence) }
      for s in model.subscriptions.indices {
        let (least, most) = model.passOver(places, of: s)
        passed = (passed.least + least, passed.most + most)
      }
    }
    if !(passed.least...passed.most).contains(stage.machine.counts.passedOver - before) {
      fault = "moved over \(stage.machine.counts.passedOver - before), should be \(passed)"
    }
    isDirty = true
    try turn()
  }

  func index(of producer: UInt32) -> Int {
    Self.credentials.firstIndex(of: String(stage.machine.producerName(producer).split(separator: "/")[0]))!
  }

  func keepDisk() throws {
    guard !disk.isEmpty else { return }
    let effect = disk.removeFirst()
    if case .forget = effect { forgotten += 1 }
    if case .carry(let places) = effect { carried += places.count }
    try stage.perform(effect)
  }

  func read() throws {
    guard !fetches.isEmpty else { return }
    let (subscription, from, bytes) = fetches.removeFirst()
    try stage.apply(.fetched(subscription: subscription, from: from, try stage.read(from: from, bytesMax: bytes)))
  }
}
