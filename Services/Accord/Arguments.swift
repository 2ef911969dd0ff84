import Host

/// The words after a command, sorted into options and operands against what the command declares.
struct Arguments {
  /// One option that a command takes.
  struct Option: Sendable {
    let flag: String
    /// What stands for its value in the help; nil for a switch.
    let value: String?
    let help: String
    init(_ flag: String, _ value: String? = nil, _ help: String) {
      self.flag = flag
      self.value = value
      self.help = help
    }
  }

  private(set) var operands: [String] = []
  private var values: [String: [String]] = [:]
  private var switches: Set<String> = []

  /// Reads `words`. `--flag value` and `--flag=value` are the same; `--` ends the options; `-` is an operand.
  init(_ words: [String], options: [Option], command: String) throws(Complaint) {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      if word == "--" {
        operands += rest
        return
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let option = options.first(where: { $0.flag == parts[0] }) else {
        let near = Nearest.of(parts[0], among: options.map(\.flag)).map { "; did you mean \($0)?" } ?? ""
        throw .usage("\(command) has no option \(parts[0])\(near)", "try accord \(command) --help")
      }
      guard option.value != nil else {
        guard parts.count == 1 else { throw .usage("\(option.flag) takes no value", "leave out what follows =") }
        switches.insert(option.flag)
        continue
      }
      guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
        throw .usage("\(option.flag) needs a value", "write \(option.flag) \(option.value ?? "VALUE")")
      }
      values[option.flag, default: []].append(value)
    }
  }

  func has(_ flag: String) -> Bool { switches.contains(flag) }

  /// The last value given for `flag`.
  func value(_ flag: String) -> String? { values[flag]?.last }

  /// Every value given for `flag`, in order.
  func all(_ flag: String) -> [String] { values[flag] ?? [] }

  func required(_ flag: String) throws(Complaint) -> String {
    guard let value = value(flag) else { throw .usage("\(flag) is missing", "add \(flag) and its value") }
    return value
  }

  func integer(_ flag: String) throws(Complaint) -> Int64? {
    guard let text = value(flag) else { return nil }
    guard let number = Int64(text) else { throw .usage("\(flag) takes a whole number, not “\(text)”", "write digits only") }
    return number
  }

  /// The single operand, named `what` in the complaint about its absence.
  func operand(_ what: String) throws(Complaint) -> String {
    guard operands.count == 1, let only = operands.first else {
      throw operands.isEmpty
        ? .usage("the \(what) is missing", "name it after the command") : .usage("one \(what) at a time", "leave out the others")
    }
    return only
  }
}
