import Host

/// The words after a command, sorted into options and operands against what the command declares.
struct Arguments {
  /// One option that a command takes.
  struct Option: Sendable {
    let flag: String
    /// What stands for its value in the help; nil for a switch.
    let value: String?
    let help: String
    /// Whether it may be said with one value after another.
    let repeats: Bool
    init(_ flag: String, _ value: String? = nil, _ help: String, repeats: Bool = false) {
      self.flag = flag
      self.value = value
      self.help = help
      self.repeats = repeats
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
        if word.dropFirst().first?.isNumber == true {
          throw .usage("“\(word)” is below zero, which nothing here can be", "write it without the sign, or after -- where it is a name")
        }
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
      if !option.repeats, let said = values[option.flag]?.last, said != value {
        throw .usage("\(option.flag) is said twice, with “\(said)” and with “\(value)”", "say it once")
      }
      values[option.flag, default: []].append(value)
    }
  }

  func has(_ flag: String) -> Bool { switches.contains(flag) }

  /// The value given for `flag`; of one that repeats the last.
  func value(_ flag: String) -> String? { values[flag]?.last }

  /// Every value given for `flag`, in order.
  func all(_ flag: String) -> [String] { values[flag] ?? [] }

  func required(_ flag: String) throws(Complaint) -> String {
    guard let value = value(flag) else { throw .usage("\(flag) is missing", "add \(flag) and its value") }
    return value
  }

  func integer(_ flag: String) throws(Complaint) -> Int64? {
    guard let text = value(flag) else { return nil }
    guard let number = Int64(text) else {
      let isTooLarge = !text.isEmpty && text.allSatisfy(\.isNumber)
      throw .usage(
        "\(flag) takes a whole number, not “\(text)”",
        isTooLarge ? "it is more than can be counted: write a smaller one" : "write digits only")
    }
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
