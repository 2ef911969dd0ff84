/// The limits of one HTTP server, each with its reason.
package struct HTTPLimits: Sendable {
  /// RFC 9112 3 recommends at least 8,000; longer is 414.
  package var requestLineBytesMax = 8 * 1024
  /// All field lines together; a browser with cookies stays below. More is 431 (RFC 6585 5).
  package var fieldBytesMax = 32 * 1024
  package var fieldsMax = 100
  /// The body of a route that sets no limit of its own: an import of a hundred thousand lines. More is 413.
  package var bodyBytesMax = 16 * 1024 * 1024
  /// A body up to this is read before anybody asks who sends it: it costs less than asking. For a longer one, or one whose length is not
  /// told, the server's admission is asked first.
  package var unaskedBodyBytesMax = 64 * 1024
  /// Connections at one time; for the next one the idlest makes room, and where none is idle it is accepted and closed. Consoles of an
  /// office and its scripts stay below.
  package var connectionsMax = 1_024
  /// Handlers of the reading lane that run at one time: the machine has two cores, and the store has a reader more.
  package var readersMax = 2
  /// Handlers of the writing lane: the store has one writer, and the second has its input ready when the first has committed.
  package var writersMax = 2
  /// Requests of one lane that wait for a handler; one more is answered 503 with Retry-After. 64 waiting at 5 ms each are a third of a second.
  package var waitingMax = 64
  /// From a request's first byte to the end of its fields (a slow sender holds a connection no longer).
  package var headTime: Duration = .seconds(10)
  /// A body may take this and one second more for each `bodyBytesPerSecondMin`.
  package var bodyTime: Duration = .seconds(20)
  package var bodyBytesPerSecondMin = 16 * 1024
  /// Between two requests, and before the first.
  package var idleTime: Duration = .seconds(60)
  /// A response of which the peer takes nothing for so long is given up.
  package var answerTime: Duration = .seconds(20)
  /// After the last response the connection is read and thrown away for so long, lest a reset destroys the response (RFC 9112 9.6).
  package var lingerTime: Duration = .seconds(2)
  /// The longest response; larger ones are a page or a stream.
  package var responseBytesMax = 64 * 1024 * 1024
  /// How often deadlines are looked at; they end by so much later.
  package var sweepEvery: Duration = .milliseconds(250)

  package init() {}

  /// A chunk's size line with its extensions, which are read over (RFC 9112 7.1.1 wants a bound).
  static let chunkLineBytesMax = 1_024
  /// A message's answer in the client: what the CLI asks for is a page.
  static let clientBodyBytesMax = 256 * 1024 * 1024
}
