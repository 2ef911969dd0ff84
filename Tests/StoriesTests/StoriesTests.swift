import Testing

/// What the system is for, story by story, on the real processes under a manual clock.
///
/// One at a time: each starts five processes, and the machine may have two cores. Each file extends this suite with the stories of one theme.
@Suite(.serialized) enum StoriesTests {}
