package import Telemetry

/// The settings that every program has.
package enum CommonSettings {
  package static let data = Setting(
    "data", .named("DIR"), default: "./data", environment: "ACCORD_DATA_FOLDER", doc: "the data folder; made where there is none")
  package static let sandbox = Setting(switch: "sandbox", doc: "mark a new data folder as one for play; a manual clock needs it")
  package static let clock = Setting("clock", .clock, default: "system", doc: "the clock to go by; manual stands still until advanced")
  package static let logLevel = Setting(
    "log-level", SettingForm<Log.Level>.choice, default: "info", doc: "the least important lines to log")
  package static let parent = Setting(
    optional: "parent", .integer(in: 1...Int(Int32.max)), doc: "end when this process, which started us, has ended")

  package static let all: [any AnySetting] = [data, sandbox, clock, logLevel, parent]
}
