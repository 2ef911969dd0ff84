package import Contracts

/// A small built-in shop, to try everything on: people, goods, orders and offers, all of them invented.
///
///     people ── buy ──▸ products, plans            staff ── own, approve ──▸ campaigns ── pay for ──▸ offers
///        └────────────▸ orders (sales) ── are reached by ──────────────────────────────────────────────┘
///
/// It is part of the programs, since they carry no files. Its week is that of 8 May 2026, a Friday, in New York.
package enum Shop {
  /// Where its stores and its office stand.
  package static let zone = "America/New_York"
  package static let currency = "USD"
  /// When the week begins in which its stories happen: Friday evening, 42 minutes before the order.
  package static let begins = "2026-05-08T19:00:00-04:00"
  /// Where it sells, and where it answers.
  package static let channels = ["web", "phone", "store"]
}

extension Shop {
  /// Where somebody's email stands. Declined is a value, and so is never having been asked.
  package enum Email: Sendable, Equatable {
    case verified(String)
    case unverified(String)
    case declined(at: String)
    case neverAsked

    /// As the contracts spell it.
    package var state: String {
      switch self {
      case .verified: "verified"
      case .unverified: "unverified"
      case .declined: "declined"
      case .neverAsked: "never_asked"
      }
    }

    package var address: String? {
      switch self {
      case .verified(let address), .unverified(let address): address
      case .declined, .neverAsked: nil
      }
    }
  }

  /// Somebody who buys: personal data stands here and in the ledger alone.
  package struct Customer: Sendable, Equatable {
    /// Says nothing about the person.
    package let id: String
    package let name: String
    package let street: String?
    package let town: String
    package let country: String
    package let phone: String?
    package let locale: String
    package var email: Email
    /// A household is a customer of its own; these belong to it.
    package let members: [String]
    /// Who answers for a child; nil for everybody else.
    package let guardian: String?
    /// When a grown-up agreed to be written to, by email, for marketing; nil where nobody did.
    package var agreedAt: String?

    package var isHousehold: Bool { !members.isEmpty }
    package var isChild: Bool { guardian != nil }

    /// The same person with no email and no consent by email: everything must work all the same.
    package var withoutEmail: Customer {
      var copy = self
      copy.email = .neverAsked
      copy.agreedAt = nil
      return copy
    }

    /// The person as a door takes them in.
    package var json: JSON {
      func text(_ name: String, _ value: String?) -> [JSON.Member] { value.map { [.init(name, .string($0))] } ?? [] }
      var members: [JSON.Member] = [
        .init("person_id", .string(id)), .init("kind", .string(isHousehold ? "household" : "person")), .init("name", .string(name)),
      ]
      members += text("street", street) + [.init("town", .string(town)), .init("country", .string(country))]
      members += text("phone", phone) + [.init("locale", .string(locale)), .init("email_state", .string(email.state))]
      members += text("email", email.address) + text("guardian", guardian)
      if isHousehold { members.append(.init("members", .array(self.members.map(JSON.string)))) }
      return .object(members)
    }
  }

  /// Somebody who works here, known to the system by a role and a first name.
  package struct Colleague: Sendable, Equatable {
    package enum Role: String, Sendable, CaseIterable { case agent, marketer, supervisor }
    package let role: Role
    package let name: String
    package let locales: [String]
    /// Their last day, where they have left.
    package let leftOn: String?

    /// As offers and campaigns name them: `marketer/maya`.
    package var id: String { "\(role.rawValue)/\(name)" }
    package var isActive: Bool { leftOn == nil }
  }
}
