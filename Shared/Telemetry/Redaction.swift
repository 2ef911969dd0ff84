/// Keeps secrets and personal data out of the log by the names of fields: a field that is not there cannot leak.
///
/// Names are compared without case, hyphens and underscores, so `api_key`, `API-Key` and `apiKey` are one.
package enum Redaction {
  /// What stands in the place of a masked value.
  package static let mask = "[masked]"

  /// Secrets wherever they stand in a name (`http_authorization`, `clientSecret`).
  private static let secrets = [
    "secret", "password", "passphrase", "token", "authorization", "cookie", "apikey", "privatekey", "signature",
  ]

  /// What identifies or describes a person, as whole names: `event_name` is no person's.
  private static let personal: Set<String> = [
    "email", "emailaddress", "phone", "telephone", "mobile", "address", "street", "postcode", "postalcode", "name", "firstname", "lastname",
    "fullname", "displayname", "birthday", "birthdate", "dateofbirth", "iban", "card", "cardnumber", "text", "body", "verbatim", "note",
    "remoteaddress", "useragent", "credential",
  ]

  /// Whether a field of this name is masked.
  package static func masks(_ name: String) -> Bool {
    let plain = String(decoding: name.utf8.compactMap(plain), as: UTF8.self)
    return personal.contains(plain) || secrets.contains { holds(plain, $0) }
  }

  /// Lower case for letters, nil for separators.
  private static func plain(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte + 0x20
    case 0x2D, 0x5F: nil
    default: byte
    }
  }

  private static func holds(_ text: String, _ part: String) -> Bool {
    var rest = text[...]
    while rest.utf8.count >= part.utf8.count {
      if rest.hasPrefix(part) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
