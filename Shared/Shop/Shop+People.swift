extension Shop {
  /// Everybody who buys here. Nobody needs an email; only four have one that was ever proven.
  package static let customers: [Customer] = [
    person("C-1001", "Nora Feldmann", "14 Orchard Lane", "Albany NY", phone: "+1 518 555 0101"),
    person("C-1002", "Elias Brandt", "3 Mill Street", "Troy NY", phone: "+1 518 555 0102", .declined(at: "2026-02-20T15:04:00Z")),
    person("C-1003", "Maud Okafor", nil, "Albany NY", phone: nil, .declined(at: "2026-03-12T17:30:00Z")),
    person("C-1004", "Lucía Paredes", "221 Juniper Avenue", "Yonkers NY", phone: "+1 914 555 0104", locale: "es-US"),
    person("C-1005", "Teo Paredes", "221 Juniper Avenue", "Yonkers NY", phone: "+1 914 555 0105", locale: "es-US"),
    person("C-1006", "Pippa Lund", "8 Harbor Row", "Kingston NY", phone: nil, guardian: "C-1007"),
    person("C-1007", "Astrid Lund", "8 Harbor Row", "Kingston NY", phone: "+1 845 555 0107"),
    person("C-1008", "Walter Grimaldi", "Box 77", "Saugerties NY", phone: nil),
    person("C-1009", "Inge Vandermeer", "40 Sparrow Crescent", "Kingston ON", country: "CA", phone: "+1 613 555 0109", locale: "en-CA"),
    person(
      "C-1010", "Samuel Achterberg", "5 Tollgate Road", "Hudson NY", phone: "+1 518 555 0110",
      .verified("samuel.achterberg@mail.example"), agreed: "2026-01-15T12:00:00Z"),
    person(
      "C-1011", "Rosalind Tse", "1200 Lark Street", "Albany NY", phone: "+1 518 555 0111", .verified("rosalind.tse@mail.example"),
      agreed: "2026-04-02T09:30:00Z"),
    person("C-1012", "Hiro Tanabe", "2-11 Sakura-dori", "Nagoya", country: "JP", phone: "+81 52 555 0112"),
    person(
      "C-1013", "Beatriz Solano", "9 Cedar Court", "Yonkers NY", phone: "+1 914 555 0113", locale: "es-US",
      .verified("beatriz.solano@mail.example"), agreed: "2026-03-28T18:45:00Z"),
    person("C-1014", "Gideon Marsh", nil, "Catskill NY", phone: nil, .unverified("none@none.example")),
    person(
      "C-1015", "Yusuf Karaca", "66 Union Square", "Schenectady NY", phone: "+1 518 555 0115", .verified("yusuf.karaca@mail.example"),
      agreed: "2025-11-11T11:11:00Z"),
    person("C-1016", "Clara Whitcombe", "17 Quarry Hill", "Rutland VT", phone: "+1 802 555 0116"),
    person("C-1017", "Lorenz Adler", "Lindengasse 5", "Bremen", country: "DE", phone: "+49 421 555 0117", locale: "de-DE"),
    person("H-2001", "Paredes household", "221 Juniper Avenue", "Yonkers NY", phone: nil, locale: "es-US", members: ["C-1004", "C-1005"]),
    person("H-2002", "Lund household", "8 Harbor Row", "Kingston NY", phone: nil, members: ["C-1006", "C-1007"]),
  ]

  /// The same people, none of them with an email.
  package static var customersWithoutEmail: [Customer] { customers.map(\.withoutEmail) }

  /// Six agents, three marketers and a supervisor work here; two have left, and own nothing any more.
  package static let staff: [Colleague] = [
    Colleague(role: .agent, name: "ines", locales: ["en-US", "es-US"], leftOn: nil),
    Colleague(role: .agent, name: "jonas", locales: ["en-US"], leftOn: nil),
    Colleague(role: .agent, name: "petra", locales: ["en-US", "de-DE"], leftOn: nil),
    Colleague(role: .agent, name: "rashid", locales: ["en-US"], leftOn: nil),
    Colleague(role: .agent, name: "wendy", locales: ["en-US", "en-CA"], leftOn: nil),
    Colleague(role: .agent, name: "milo", locales: ["en-US", "es-US"], leftOn: nil),
    Colleague(role: .marketer, name: "maya", locales: ["en-US"], leftOn: nil),
    Colleague(role: .marketer, name: "tom", locales: ["en-US"], leftOn: nil),
    Colleague(role: .marketer, name: "lena", locales: ["en-US", "es-US"], leftOn: nil),
    Colleague(role: .supervisor, name: "ruth", locales: ["en-US"], leftOn: nil),
    Colleague(role: .marketer, name: "otto", locales: ["en-US"], leftOn: "2026-02-27"),
    Colleague(role: .agent, name: "cora", locales: ["en-US"], leftOn: "2026-03-31"),
  ]

  /// The colleague called `id`, such as `agent/ines`; nil where there never was one.
  package static func colleague(_ id: String) -> Colleague? { staff.first { $0.id == id } }

  /// The lists of whom marketing writes to, by their ids.
  package static let audiences: [String: [String]] = [
    "newsletter-us": ["C-1001", "C-1002", "C-1003", "C-1004", "C-1006", "C-1010", "C-1011", "C-1013", "C-1014", "C-1015"],
    "basic-and-pro-users": ["C-1002", "C-1010", "C-1015"],
    "prospects": ["C-1011", "C-1014", "C-1016"],
  ]

  private static func person(
    _ id: String, _ name: String, _ street: String?, _ town: String, country: String = "US", phone: String?, locale: String = "en-US",
    _ email: Email = .neverAsked, members: [String] = [], guardian: String? = nil, agreed: String? = nil
  ) -> Customer {
    Customer(
      id: id, name: name, street: street, town: town, country: country, phone: phone, locale: locale, email: email, members: members,
      guardian: guardian, agreedAt: agreed)
  }
}
