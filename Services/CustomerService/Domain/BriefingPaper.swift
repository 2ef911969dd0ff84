package import Contracts
package import Terms

/// What an agent reads of an offer's version before they speak of it, and the question at its end.
package struct BriefingPaper: Sendable {
  package let offer: OfferVersion
  package let sentences: [String]
  /// What differs from the version before, as places of the document; empty for the first.
  package let changed: [String]
  package let question: Question?

  /// One question with its choices; which is right is not told before it is answered.
  package struct Question: Sendable, Equatable {
    package let text: String
    package let choices: [String]
    let correct: Int

    init?(_ json: JSON?) {
      guard let text = json?["text"]?.string, let choices = json?["choices"]?.strings, let correct = json?["correct"]?.integer,
        choices.indices.contains(Int(clamping: correct))
      else { return nil }
      self.text = text
      self.choices = choices
      self.correct = Int(correct)
    }
  }

  /// Nil where the version asks for no briefing.
  package init?(_ terms: Terms, changed: [String]) {
    guard let briefing = terms.document.briefing else { return nil }
    offer = terms.document.offerVersion
    sentences = terms.facts()
    self.changed = changed
    question = Question(briefing.question)
  }

  package enum Verdict: Sendable, Equatable {
    /// Nothing was asked.
    case read
    case right
    /// What would have been right, and the sentence that says why.
    case wrong(why: String)
  }

  /// What `answer`, counted from 0 on, is worth.
  package func judge(_ answer: Int64?) throws(WordRefusal) -> Verdict {
    guard let question else {
      guard answer == nil else { throw .field("answer", "this briefing asks nothing; leave it out") }
      return .read
    }
    guard let answer else {
      throw .field(
        "answer", "the briefing asks: \(question.text) (\(Self.numbered(question.choices))); answer with the number of a choice")
    }
    guard question.choices.indices.contains(Int(clamping: answer)) else {
      throw .field("answer", "there is no choice \(answer); write 0 to \(question.choices.count - 1): \(Self.numbered(question.choices))")
    }
    guard Int(answer) != question.correct else { return .right }
    return .wrong(
      why: "“\(question.choices[Int(answer)])” is not it: right is “\(question.choices[question.correct])”; read it again: "
        + sentences.dropFirst().prefix(4).joined(separator: " "))
  }

  /// The choices as a refusal and a paper name them, each with its number.
  package static func numbered(_ choices: [String]) -> String {
    choices.enumerated().map { "\($0.offset): \($0.element)" }.joined(separator: "; ")
  }
}
