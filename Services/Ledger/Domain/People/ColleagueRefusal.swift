package import Contracts

/// Why something is not to become of a colleague: what happened, why, what to do.
package enum ColleagueRefusal: Error, Equatable, CustomStringConvertible {
  case reserved(Identifier<Colleague>)
  case nobody(Identifier<Colleague>)
  case known(Identifier<Colleague>, field: String)
  case left(Identifier<Colleague>)
  case stillHere(Identifier<Colleague>)
  case takerLeft(Identifier<Colleague>)
  case takerElsewhere(Identifier<Colleague>, of: Identifier<Colleague>, String)
  case tokenOfAnother
  case tooManyTokens(Identifier<Colleague>, max: Int)
  case unreadable(field: String, String)
  case ambiguous(String, [String])

  package var status: Int {
    switch self {
    case .nobody: 404
    case .unreadable, .reserved, .ambiguous: 400
    case .known, .left, .stillHere, .takerLeft, .takerElsewhere, .tokenOfAnother, .tooManyTokens: 409
    }
  }

  package var code: String {
    switch self {
    case .reserved: "colleague_reserved"
    case .nobody: "no_colleague"
    case .known: "colleague_known"
    case .left: "colleague_left"
    case .stillHere: "colleague_here"
    case .takerLeft: "taker_left"
    case .takerElsewhere: "taker_elsewhere"
    case .tokenOfAnother: "token_of_another"
    case .tooManyTokens: "too_many_tokens"
    case .unreadable: "colleague_unreadable"
    case .ambiguous: "colleague_ambiguous"
    }
  }

  package var description: String {
    switch self {
    case .reserved(let id): "nobody is called \(id); the name stands for a program; take one such as agent/\(id)"
    case .nobody(let id): "nobody is known as \(id); `accord colleague list` shows who is, `accord colleague add` adds somebody"
    case .known(let id, let field):
      "\(id) is known already, with another value of \(field); nothing was changed; `accord colleague change \(id)` changes it"
    case .left(let id): "\(id) has left; who comes back is told of by `accord colleague change \(id) --back`"
    case .stillHere(let id):
      "\(id) still works here, and what is theirs stays theirs; `accord colleague leave \(id)` says that they go"
    case .takerLeft(let id): "\(id) has left as well and can take nothing; name somebody who works here"
    case .takerElsewhere(let taker, let id, let department):
      "\(taker) does not work at \(department), where \(id) did, and no door there lets them do anything with what hung on \(id); name somebody "
        + "who does, or let \(taker) work there too (`accord colleague change`)"
    case .tokenOfAnother: "somebody else is known by this token already; a token stands for one person; mint another"
    case .tooManyTokens(let id, let max):
      "\(id) has \(max) tokens already, which is as many as one may have; let the new one take their place (leave out keep)"
    case .unreadable(let field, let why): "\(field) \(why)"
    case .ambiguous(let word, let ids): "“\(word)” may be \(ids.joined(separator: " or ")); write the whole id"
    }
  }
}
