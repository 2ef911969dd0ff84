/// How a publisher speaks to one kind of server: the bytes it says, and what it makes of the answers. Belongs to one thread.
protocol PublisherTongue: AnyObject {
  /// Said first, before anybody answers.
  var opening: [UInt8] { get }
  /// Room that one publish takes at most.
  var publishBytesMax: Int { get }
  /// HOT. Writes the publish of event `sequence` and returns its length.
  func publish(_ sequence: UInt64, into room: UnsafeMutableRawPointer) -> Int
  /// HOT. Reads whole answers off `bytes`, tells `ear` of them and returns how many bytes they were.
  func hear(_ bytes: UnsafeRawBufferPointer, _ ear: any PublisherEar) -> Int
}

/// Who is told of what a server answered to a publisher.
protocol PublisherEar: AnyObject {
  /// The server takes publishes from now on.
  func welcomed()
  /// So many further publishes are durable, in order.
  func accepted(_ count: UInt64)
  /// Something to be said back at once.
  func answer(_ bytes: [UInt8])
  func failed(_ reason: String)
}

/// How a subscriber speaks to one kind of server. Belongs to the reactor's thread.
protocol SubscriberTongue: AnyObject {
  var opening: [UInt8] { get }
  /// HOT. Reads what is whole of `bytes`, hands each event to `subscriber`, settles it, and returns how many bytes were taken.
  func hear(_ bytes: UnsafeRawBufferPointer, _ subscriber: LoadSubscriber) -> Int
  /// Called every millisecond once everything was received and until `settled` reaches it.
  func confirm(_ subscriber: LoadSubscriber)
  /// Called ten times a second where the subscription was made slow: settles at most `count` of what is held.
  func release(_ count: Int, _ subscriber: LoadSubscriber)
}

extension SubscriberTongue {
  func confirm(_ subscriber: LoadSubscriber) {}
  func release(_ count: Int, _ subscriber: LoadSubscriber) {}
}

/// What one course of load consists of.
struct LoadPlan {
  var events: LoadEvents
  /// Of all publishers together.
  var messages: UInt64
  var publishers = LoadEvents.publishers
  /// Unanswered publishes of one publisher.
  var window: UInt64 = 256
  var subscriptions: [LoadSubscription] = []
  /// Messages a second, all publishers together, each at its own instant; nil for as fast as the window allows.
  var rate: Double?
  /// The last sequence of each publisher that an earlier course has used up.
  var sequenceBefore: UInt64 = 0
  /// Which start of the publishers this is.
  var epoch: UInt64 = 1
  /// Publishers wait where a subscription is further behind than this: about a quarter of a second of the slowest peer that keeps up.
  var behindMax: UInt64 = 16_384
  var secondsMax = 300

  var perPublisher: UInt64 { publishers == 0 ? 0 : messages / UInt64(publishers) }
  /// What all publishers really publish: the same number each.
  var total: UInt64 { perPublisher * UInt64(publishers) }
}

/// One durable subscription with a consumer of its own.
struct LoadSubscription {
  var credential: String
  var name = "bench"
  /// What it will be given before the course ends; nil for everything that is published.
  var expected: UInt64?
  /// Settles so many a second and is not waited for; nil for as fast as it can.
  var slow: Int?
  /// Each event of this key is refused for good.
  var buries: UInt32?

  /// The two of the measured work.
  static let both = [LoadSubscription(credential: "marketing"), LoadSubscription(credential: "service")]
}
