/// One thing that a program can be told, by flag or by environment: declared once, with its default, its doc line and how it is read.
///
/// ```
/// let http = Setting("http", .address, default: "127.0.0.1:7081", doc: "where the HTTP API listens; port 0 picks a free one")
/// ```
/// gives `--http HOST:PORT` and `ACCORD_HTTP`. A flag wins over the environment, the environment over the default.
package struct Setting<Value: Sendable>: AnySetting {
  package let name: String
  package let environmentName: String
  package let fallback: String?
  package let doc: String
  package let arity: SettingArity
  package let placeholder: String
  private let parse: @Sendable ([String]) throws(Unreadable) -> Value

  private init(
    _ name: String, _ environmentName: String?, _ fallback: String?, _ doc: String, _ arity: SettingArity, _ placeholder: String,
    _ parse: @escaping @Sendable ([String]) throws(Unreadable) -> Value
  ) {
    self.name = name
    self.environmentName = environmentName ?? Self.environmentName(name)
    self.fallback = fallback
    self.doc = doc
    self.arity = arity
    self.placeholder = placeholder
    self.parse = parse
  }

  /// A setting with one value. Without a default it must be given.
  package init(_ name: String, _ reading: SettingForm<Value>, default fallback: String? = nil, environment: String? = nil, doc: String) {
    self.init(name, environment, fallback, doc, .one, reading.placeholder) { (texts) throws(Unreadable) in
      try reading.read(texts.first ?? "")
    }
  }

  /// A setting that may be left out; its value is then nil.
  package init<Inner>(optional name: String, _ reading: SettingForm<Inner>, environment: String? = nil, doc: String) where Value == Inner? {
    self.init(name, environment, nil, doc, .optional, reading.placeholder) { (texts) throws(Unreadable) in
      guard let text = texts.first else { return nil }
      return try reading.read(text)
    }
  }

  /// A setting that may be given several times; its value holds all of them in order. The environment separates them by commas.
  package init<Inner>(many name: String, _ reading: SettingForm<Inner>, environment: String? = nil, doc: String) where Value == [Inner] {
    self.init(name, environment, nil, doc, .many, reading.placeholder) { (texts) throws(Unreadable) in
      var values: [Inner] = []
      for text in texts { values.append(try reading.read(text)) }
      return values
    }
  }

  /// A switch: `--name` says yes; in the environment `1`, `true` or `yes`.
  package init(switch name: String, environment: String? = nil, doc: String) where Value == Bool {
    self.init(name, environment, nil, doc, .presence, "") { (texts) throws(Unreadable) in
      switch texts.first?.lowercased() {
      case nil, "0", "false", "no", "": false
      case "1", "true", "yes": true
      case .some: throw Unreadable("is neither yes nor no; give true or false")
      }
    }
  }

  package func value(_ texts: [String]) throws(Unreadable) -> any Sendable { try parse(texts) }

  /// `http-port` -> `ACCORD_HTTP_PORT`.
  private static func environmentName(_ name: String) -> String {
    "ACCORD_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }
}

/// A setting of whatever type: what the reader of the command line and the help text need.
package protocol AnySetting: Sendable {
  /// The flag without its hyphens.
  var name: String { get }
  var environmentName: String { get }
  /// The default as it would be typed.
  var fallback: String? { get }
  var doc: String { get }
  var arity: SettingArity { get }
  /// How help shows the value; empty for a switch.
  var placeholder: String { get }
  /// Reads the texts that were given, none where it was left out.
  func value(_ texts: [String]) throws(Unreadable) -> any Sendable
}

/// How often a setting is given.
package enum SettingArity: Sendable {
  case one, optional, many, presence
}

/// Why a text is no value of a setting: the end of a sentence that begins with the text, such as "is not a port; give 0 to 65535".
package struct Unreadable: Error {
  package let reason: String
  package init(_ reason: String) { self.reason = reason }
}
