package import Telemetry

/// What a program's body is given: everything that is ready before its parts are.
package struct Start: Sendable {
  package let configuration: Configuration
  package let folder: DataFolder
  package let clock: Clock
  package let log: Log
  package let metrics: Metrics
  package let zones: ZoneFiles
  private let life: Life
  private let lock: FolderLock

  init(
    configuration: Configuration, folder: DataFolder, clock: Clock, log: Log, metrics: Metrics, zones: ZoneFiles, life: Life,
    lock: FolderLock
  ) {
    self.configuration = configuration
    self.folder = folder
    self.clock = clock
    self.log = log
    self.metrics = metrics
    self.zones = zones
    self.life = life
    self.lock = lock
  }

  /// Asks for the ordered end of the program, from any thread; the first to ask decides the exit code. Returns at once.
  package func end(_ code: ExitCode, _ sentence: String) { life.end(.asked(code, sentence)) }

  /// Ends the process now, with nothing stopped: for when memory no longer agrees with the disk, as after a failed sync.
  package func abort(_ code: ExitCode, _ sentence: String) -> Never { life.abort(code, sentence) }
}

/// What a program's body gives back: where the parts listen and how they stop.
package struct Running: Sendable {
  let endpoints: [(name: String, address: Address)]
  let reload: (@Sendable () -> Void)?
  private let stops: [Stop]

  /// `endpoints` go into the ready line; `reload` is called at SIGHUP on a thread of its own; `stops` run in order, one at a time.
  package init(endpoints: [(name: String, address: Address)], reload: (@Sendable () -> Void)? = nil, stops: [Stop]) {
    self.endpoints = endpoints
    self.reload = reload
    self.stops = stops
  }

  func stop(log: Log) -> [String] { Stop.run(stops, within: HostLimits.stopMax, log: log) }
}
