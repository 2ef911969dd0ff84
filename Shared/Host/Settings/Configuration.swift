/// What a program was told: the values of its settings, from flags, environment and defaults.
///
/// Read once at the start. Everything that cannot be used is found in one go, so that nobody mends five mistakes in five starts.
package struct Configuration: Sendable {
  private let values: [String: any Sendable]
  /// What stood on the command line beside the flags.
  package let operands: [String]

  /// What reading a command line comes to.
  package enum Outcome: Sendable {
    case values(Configuration)
    case help(String)
    case version
  }

  /// The value of `setting`, which must be one of those that were read.
  package subscript<Value>(_ setting: Setting<Value>) -> Value {
    guard let value = values[setting.name] as? Value else { preconditionFailure("the setting --\(setting.name) was never declared") }
    return value
  }

  /// Reads `arguments` (without the program's own name) and `environment` by the declared `settings`.
  ///
  /// `operands` names what may stand beside the flags. Throws all mistakes together.
  package static func read(
    _ program: String, summary: String, settings: [any AnySetting], operands: Operands = .none, arguments: [String],
    environment: [String: String]
  ) throws(ConfigurationFault) -> Outcome {
    var reader = ArgumentReader(settings: settings, arguments: arguments)
    reader.readAll()
    if reader.wantsHelp { return .help(HelpText.render(program, summary: summary, settings: settings, operands: operands)) }
    if reader.wantsVersion { return .version }
    var mistakes = reader.mistakes
    var values: [String: any Sendable] = [:]
    for setting in settings {
      let fromFlag = reader.texts[setting.name]
      let fromEnvironment = environment[setting.environmentName].map { Self.split($0, of: setting) }
      let texts = fromFlag ?? fromEnvironment ?? setting.fallback.map { [$0] } ?? []
      if texts.isEmpty, setting.arity == .one {
        if !reader.incomplete.contains(setting.name) { mistakes.append(.missing(setting.name, setting.environmentName, setting.doc)) }
        continue
      }
      do throws(Unreadable) {
        values[setting.name] = try setting.value(texts)
      } catch {
        let place = fromFlag != nil || fromEnvironment == nil ? "--\(setting.name)" : setting.environmentName
        mistakes.append(.unreadable(place, texts.joined(separator: ","), error.reason))
      }
    }
    if let mistake = operands.mistake(reader.operands) { mistakes.append(mistake) }
    guard mistakes.isEmpty else { throw ConfigurationFault(program: program, mistakes: mistakes) }
    return .values(Configuration(values: values, operands: reader.operands))
  }

  private static func split(_ text: String, of setting: any AnySetting) -> [String] {
    guard setting.arity == .many else { return [text] }
    return text.split(separator: ",").map(String.init)
  }
}

/// What may stand on a command line beside the flags.
package struct Operands: Sendable {
  package let names: [String]
  package let required: Int
  package static let none = Operands(names: [], required: 0)

  /// `names` as help shows them; the first `required` of them must be given.
  package init(names: [String], required: Int) {
    self.names = names
    self.required = required
  }

  func mistake(_ given: [String]) -> ConfigurationMistake? {
    if given.count > names.count { return .surplus(given[names.count]) }
    if given.count < required { return .lacking(names[given.count]) }
    return nil
  }
}

/// All that was wrong with a command line and its environment.
package struct ConfigurationFault: Explained {
  package let program: String
  package let mistakes: [ConfigurationMistake]

  package var exitCode: ExitCode { .usage }

  package var description: String {
    let rows = mistakes.map { "\n  \($0)" }.joined()
    let count = mistakes.count == 1 ? "one setting" : "\(mistakes.count) settings"
    return "\(count) cannot be used:\(rows)\nrun `\(program) --help` to see them all"
  }
}

/// One thing wrong with a command line or its environment.
package enum ConfigurationMistake: Sendable, Equatable, CustomStringConvertible {
  case unknown(String, nearest: String?)
  case valueMissing(String, placeholder: String)
  case twice(String)
  case missing(String, String, String)
  case unreadable(String, String, String)
  case surplus(String)
  case lacking(String)

  package var description: String {
    switch self {
    case .unknown(let flag, let nearest):
      if let nearest {
        "\(flag): there is no such setting; did you mean --\(nearest)?"
      } else {
        "\(flag): there is no such setting; leave it out"
      }
    case .valueMissing(let name, let placeholder): "--\(name): its value is missing; write --\(name) \(placeholder)"
    case .twice(let name): "--\(name): given twice; leave one out"
    case .missing(let name, let environment, let doc): "--\(name): missing (\(doc)); give it or set \(environment)"
    case .unreadable(let place, let text, let reason): "\(place): \"\(text)\" \(reason)"
    case .surplus(let text): "\(text): nothing is expected here; leave it out"
    case .lacking(let name): "\(name): missing; give it after the settings"
    }
  }
}
