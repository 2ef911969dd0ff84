/// The text of `--help`, made from the declared settings, so that it cannot fall behind them.
enum HelpText {
  static func render(_ program: String, summary: String, settings: [any AnySetting], operands: Operands) -> String {
    let usage = ([program, "[settings]"] + operands.names.enumerated().map { $0 < operands.required ? $1 : "[\($1)]" })
      .joined(separator: " ")
    var text = "\(program): \(summary)\n\nusage: \(usage)\n\nsettings (flag, or environment variable in brackets; the flag wins):\n"
    for setting in settings {
      let value = setting.placeholder.isEmpty ? "" : " \(setting.placeholder)"
      text += "  --\(setting.name)\(value)  [\(setting.environmentName)]\n      \(setting.doc)\(remark(setting))\n"
    }
    return text + "  --help, --version\n      print this, or the version, and end\n"
  }

  private static func remark(_ setting: any AnySetting) -> String {
    switch setting.arity {
    case .one: setting.fallback.map { " (default: \($0))" } ?? " (required)"
    case .many: " (may be given several times)"
    case .optional, .presence: ""
    }
  }
}

extension Configuration {
  /// The process's environment, as it was when asked.
  package static var environment: [String: String] { ProcessEnvironment.current }
}
