package import Contracts
package import Terms

/// Why the desk gives nothing, in one of the words that all departments know, with a sentence that shames nobody.
package struct DeskRefusal: Sendable, Equatable {
  package let reason: RemedyAsked.Reason
  package let sentence: String

  package init(reason: RemedyAsked.Reason, sentence: String) {
    self.reason = reason
    self.sentence = sentence
  }

  /// Of what the terms say to an order; nil where they give something. `excludes`: whether the offer leaves out something of the order.
  package init?(_ reason: Reason, sentence: String, excludes: Bool) {
    switch reason {
    case .granted, .grantedCut: return nil
    case .outsideWindow, .recordedTooLate, .notCaptured: self.init(reason: .outsideInterval, sentence: sentence)
    case .excludedItem: self.init(reason: excludes ? .itemExcluded : .notBought, sentence: sentence)
    case .otherSeller: self.init(reason: .itemExcluded, sentence: sentence)
    case .betterAlready, .eligibleZero, .inCheckout, .alreadyGiven: self.init(reason: .alreadyBetter, sentence: sentence)
    case .wrongCurrency, .cancelled, .wrongChannel, .wrongCountry, .anonymousNotCovered, .notEligibleCustomer, .returned, .belowMinimum,
      .capOrder, .capCustomer, .capTotal:
      self.init(reason: .other, sentence: sentence)
    }
  }
}

/// What the customer reads: the same kind of text whether somebody had to be asked or not, and whether it is a yes or a no.
package enum CustomerText {
  /// Something is given; `destination` such as “back to the card”.
  package static func given(_ amount: Money, to destination: String?) -> String {
    "Thank you for telling us. \(amount) are yours\(destination.map { ", \($0)" } ?? ""); you need do nothing more."
  }

  /// Somebody has to look at it: the customer reads by when they hear, never of whom or why.
  package static func waiting(until deadline: String) -> String {
    "Thank you for telling us. You have our answer by \(deadline); you need do nothing more."
  }

  /// Nobody gives it; `sentence` says why, without a capital and without a point.
  package static func refused(_ sentence: String) -> String {
    "Thank you for telling us. We looked at it with care: \(sentence). If something about that is not so, tell us, and we look again."
  }
}
