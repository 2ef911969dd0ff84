/// The notes that can be written to somebody who was given something: what an offer's note is called in its document.
package enum NoteTemplate: String, Sendable, CaseIterable {
  /// What was given is on its way back; what was bought can still be added to.
  case appliedAlready = "applied-already"
  /// The plan has the benefit from the charge that was looked back to, for as long as the offer lasts.
  case appliedToYourPlan = "applied-to-your-plan"

  package static let names = Set(allCases.map(\.rawValue))
}
