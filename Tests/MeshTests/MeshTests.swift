import Testing

/// What only whole processes can show: that they find each other, lose nothing when they are killed, and bear careless people.
///
/// One test at a time: each starts up to five processes, and the machine may have two cores.
@Suite(.serialized) enum MeshTests {}
