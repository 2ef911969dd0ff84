package import Store

/// A department's handler: what one message changes, written into the transaction that also marks it as handled.
///
/// Called on a background queue, one message at a time, under a savepoint of its own; may be called again for the same message after
/// anything but a durable `done`. Never blocks on the network.
package typealias Inlet = @Sendable (Received, inout Transaction) throws -> Disposition
