package import Contracts
package import Store

/// What a department does with a row that fell due, in the transaction that takes the row away. `Timestamp` is now; the row says what it
/// was due at. A throw takes back what it wrote, and the row comes again later.
package typealias DueRule = @Sendable (Due.Entry, Timestamp, inout Transaction) throws -> Void
