/// Reads a command line into texts by setting: `--name value`, `--name=value`, `--switch`, and `--` before operands that begin with a hyphen.
struct ArgumentReader {
  private(set) var texts: [String: [String]] = [:]
  private(set) var operands: [String] = []
  private(set) var mistakes: [ConfigurationMistake] = []
  /// Settings whose flag stood there without a value: their absence is no second mistake.
  private(set) var incomplete: Set<String> = []
  private(set) var wantsHelp = false
  private(set) var wantsVersion = false
  private let settings: [any AnySetting]
  private var rest: ArraySlice<String>

  init(settings: [any AnySetting], arguments: [String]) {
    self.settings = settings
    rest = arguments[...]
  }

  mutating func readAll() {
    while let argument = rest.popFirst() {
      switch argument {
      case "--help", "-h": wantsHelp = true
      case "--version": wantsVersion = true
      case "--":
        operands += rest
        rest = []
      case _ where argument.hasPrefix("-") && argument != "-": readFlag(argument)
      default: operands.append(argument)
      }
    }
  }

  private mutating func readFlag(_ argument: String) {
    let equals = argument.firstIndex(of: "=")
    let flag = String(argument[..<(equals ?? argument.endIndex)])
    let name = String(flag.drop { $0 == "-" })
    guard flag.hasPrefix("--"), let setting = settings.first(where: { $0.name == name }) else {
      mistakes.append(.unknown(flag, nearest: Nearest.of(name, among: settings.map(\.name) + ["help", "version"])))
      // The value of a flag that nobody knows is no operand either.
      if equals == nil, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
      return
    }
    if let equals { return take(setting, String(argument[argument.index(after: equals)...])) }
    if setting.arity == .presence { return take(setting, "true") }
    guard let value = rest.first, !value.hasPrefix("--") else {
      mistakes.append(.valueMissing(name, placeholder: setting.placeholder))
      incomplete.insert(name)
      return
    }
    rest.removeFirst()
    take(setting, value)
  }

  private mutating func take(_ setting: any AnySetting, _ text: String) {
    if texts[setting.name] != nil, setting.arity != .many { return mistakes.append(.twice(setting.name)) }
    texts[setting.name, default: []].append(text)
  }
}
