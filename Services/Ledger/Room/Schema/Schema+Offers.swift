import Store

extension Schema {
  /// Offers as marketing tells of them, what became of orders since their capture, and what was given for them.
  static let offers = Migration(
    4, "offers, order life, remedies, policies",
    """
    -- A version of an offer; what is not heard yet is NULL.
    CREATE TABLE offer_version (
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL CHECK (version > 0),
      campaign_id TEXT NOT NULL,
      document BLOB,
      terms_hash TEXT,
      starts_at INTEGER,
      ends_at INTEGER,
      look_back_from INTEGER,
      reserve INTEGER,
      currency TEXT,
      PRIMARY KEY (offer_id, version)
    ) STRICT, WITHOUT ROWID;

    -- What the ledger answered to an offer's schedulings: so many of its versions, the earliest first, have their reserve.
    CREATE TABLE offer_money (
      offer_id TEXT PRIMARY KEY NOT NULL,
      answers INTEGER NOT NULL DEFAULT 0,
      reserved INTEGER NOT NULL DEFAULT 0,
      -- What was asked last and refused.
      refused INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE offer_turn (
      number INTEGER PRIMARY KEY,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      turn TEXT NOT NULL,
      at INTEGER NOT NULL,
      type TEXT NOT NULL,
      content BLOB NOT NULL,
      UNIQUE (offer_id, version, turn, at)
    ) STRICT;

    -- One row an offer: what a captured order is held against.
    CREATE TABLE offer (
      offer_id TEXT PRIMARY KEY NOT NULL,
      campaign_id TEXT NOT NULL,
      state TEXT NOT NULL,
      -- The version in force, and the times of orders that it may reach; NULL until it was launched and its terms are known.
      version INTEGER,
      reaches_from INTEGER,
      reaches_to INTEGER,
      honoured_until INTEGER,
      released_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX offer_reaching ON offer (honoured_until) WHERE reaches_from IS NOT NULL;

    -- What others opened and closed; `answer` is the ledger's own message about it.
    CREATE TABLE budget_heard (
      message_id TEXT PRIMARY KEY NOT NULL,
      number INTEGER NOT NULL,
      publisher TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('opened', 'closed')),
      campaign_id TEXT,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      approved_by TEXT,
      heard_at INTEGER NOT NULL,
      correlation TEXT,
      answer TEXT
    ) STRICT, WITHOUT ROWID;

    -- What happened to an order after its capture, in the ledger's order: its own facts, byte for byte.
    CREATE TABLE order_event (
      order_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      type TEXT NOT NULL,
      recorded_at INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (order_id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX order_event_by_message ON order_event (message_id);
    CREATE TRIGGER order_event_is_final BEFORE UPDATE ON order_event BEGIN SELECT RAISE(ABORT, 'what happened is never changed'); END;
    CREATE TRIGGER order_event_stays BEFORE DELETE ON order_event BEGIN SELECT RAISE(ABORT, 'what happened is never removed'); END;

    -- Orders by their time, and lines that came to an order at another time than its placement.
    CREATE INDEX captured_order_by_time ON captured_order (placed_at, order_id);
    CREATE INDEX captured_order_by_capture ON captured_order (captured_at, order_id);
    CREATE TABLE late_line (
      at INTEGER NOT NULL,
      order_id TEXT NOT NULL,
      PRIMARY KEY (at, order_id)
    ) STRICT, WITHOUT ROWID;

    -- Where each remedy stands; what it is made of is told by the facts of its order.
    CREATE TABLE remedy (
      remedy_key TEXT NOT NULL,
      ordinal INTEGER NOT NULL CHECK (ordinal > 0),
      offer_id TEXT,
      version INTEGER,
      order_id TEXT,
      person_id TEXT,
      use_key TEXT,
      state TEXT NOT NULL CHECK (state IN ('pending', 'posted', 'voided', 'expired')),
      amount INTEGER NOT NULL,
      units INTEGER NOT NULL DEFAULT 0,
      clawed_back INTEGER NOT NULL DEFAULT 0 CHECK (clawed_back BETWEEN 0 AND amount),
      currency TEXT NOT NULL,
      expires_at INTEGER,
      PRIMARY KEY (remedy_key, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remedy_expiring ON remedy (expires_at) WHERE state = 'pending' AND expires_at IS NOT NULL;
    CREATE INDEX remedy_by_person ON remedy (person_id, offer_id) WHERE person_id IS NOT NULL;

    -- What is used of an offer over all, those left out that were voided or expired.
    CREATE TABLE offer_total (
      offer_id TEXT PRIMARY KEY NOT NULL,
      amount INTEGER NOT NULL,
      uses INTEGER NOT NULL,
      units INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE look_back (
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      number INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      recorded_at INTEGER NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (offer_id, version, number)
    ) STRICT, WITHOUT ROWID;

    -- Offers that a plan carries from the period after its catch-up on.
    CREATE TABLE plan_offer (
      subscription_id TEXT NOT NULL,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      -- The plan that it was given for; NULL where the charge named none.
      plan TEXT,
      -- Charges that had the benefit so far, the catch-up counted.
      charges INTEGER NOT NULL,
      -- When the plan was left; the offer comes back with it within the time that a policy gives.
      left_at INTEGER,
      PRIMARY KEY (subscription_id, offer_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE policy (
      name TEXT NOT NULL,
      version INTEGER NOT NULL CHECK (version > 0),
      document TEXT NOT NULL,
      message_id TEXT,
      PRIMARY KEY (name, version)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO policy (name, version, document) VALUES
      ('confirm', 1, '{"import":"immediate","demo":"immediate","other":"awaited"}'),
      ('look-back', 1, '{"goods":"PT48H","shipping":"PT48H","plans":"PT744H"}'),
      ('blind', 1, '{"after":"PT5S","released_by_hand_after":"PT4H"}'),
      ('frequency', 1, '{"messages":3,"within":"PT168H"}'),
      ('briefing', 1, '{"notice":"PT72H"}'),
      ('returns', 1, '{"within":"PT720H"}'),
      ('opening-hours', 1, '{"from":"08:00","to":"20:00"}'),
      ('limits', 1, '{"agent":{"case":2500,"day":20000,"customer":{"amount":10000,"within":"PT2160H"}},"supervisor_times":10}'),
      ('cool-off', 1, '{"usual":"PT168H","severe":"PT720H"}'),
      ('holds', 1, '{"expire":"PT720H"}'),
      ('claimable', 1, '{"for":"PT2160H"}'),
      ('plans', 1, '{"resume_within":"PT720H"}'),
      ('audit', 1, '{"reaches_back":"PT1440H"}');
    INSERT INTO due (at, kind, subject, once, payload) VALUES (0, 'policy.publish', 'all', 'all', x'');
    """)

  /// Offers that reach orders by their capture are told apart from those that go by the placement.
  static let reachByCapture = Migration(
    5, "offers that go by the capture",
    """
    ALTER TABLE offer ADD COLUMN by_capture INTEGER NOT NULL DEFAULT 0;
    UPDATE offer SET by_capture = 1 WHERE EXISTS (
      SELECT 1 FROM offer_version v WHERE v.offer_id = offer.offer_id AND v.version = offer.version
        AND instr(v.document, CAST('"captured_at"' AS BLOB)) > 0);
    """)
}
