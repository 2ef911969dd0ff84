import Store

extension Schema {
  /// The books. What the type of an entry promises, the store holds once more against whoever writes past the program:
  ///
  ///     account ──< leg >── entry     legs first, their entry after them: then the trigger sees the whole of it
  ///        │ last_leg   │ previous    a statement goes back from leg to leg, without an index that each posting would pay for
  static let books = Migration(
    2, "books",
    """
    CREATE TABLE account (
      number INTEGER PRIMARY KEY,
      path TEXT NOT NULL,
      currency TEXT NOT NULL,
      -- On which side it may not fall below zero, what waits counted: 'credit', 'debit' or neither.
      bound TEXT CHECK (bound IN ('credit', 'debit')),
      posted_debit INTEGER NOT NULL DEFAULT 0 CHECK (posted_debit >= 0),
      posted_credit INTEGER NOT NULL DEFAULT 0 CHECK (posted_credit >= 0),
      pending_debit INTEGER NOT NULL DEFAULT 0 CHECK (pending_debit >= 0),
      pending_credit INTEGER NOT NULL DEFAULT 0 CHECK (pending_credit >= 0),
      legs INTEGER NOT NULL DEFAULT 0,
      last_leg INTEGER,
      UNIQUE (path, currency),
      CHECK (bound IS NOT 'credit' OR posted_credit - posted_debit - pending_debit >= 0),
      CHECK (bound IS NOT 'debit' OR posted_debit - posted_credit - pending_credit >= 0)
    ) STRICT;
    CREATE TRIGGER account_stays BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'an account is never removed'); END;
    CREATE TRIGGER account_is_named_once BEFORE UPDATE OF number, path, currency, bound ON account
    BEGIN SELECT RAISE(ABORT, 'an account is never renamed'); END;

    CREATE TABLE entry (
      number INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('posted', 'pending', 'post', 'void', 'expire')),
      -- The pending entry that it resolves, or the original that it takes back.
      of INTEGER REFERENCES entry (number) CHECK (of < number AND (of IS NOT NULL OR state IN ('posted', 'pending'))),
      currency TEXT NOT NULL,
      -- What its debits come to.
      amount INTEGER NOT NULL CHECK (amount > 0),
      legs INTEGER NOT NULL CHECK (legs BETWEEN 2 AND 1000),
      effective_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL,
      -- Days since 1970-01-01, UTC.
      accounting_day INTEGER NOT NULL,
      message TEXT NOT NULL,
      -- NULL where it is the message itself.
      correlation TEXT,
      causation TEXT,
      actor_kind TEXT NOT NULL,
      actor TEXT NOT NULL,
      rule_version TEXT,
      campaign TEXT,
      offer TEXT,
      order_id TEXT,
      remedy TEXT,
      reason TEXT,
      hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT;
    CREATE UNIQUE INDEX entry_resolves_once ON entry (of) WHERE state IN ('post', 'void', 'expire');
    CREATE INDEX entry_takes_back ON entry (of) WHERE of IS NOT NULL AND state IN ('posted', 'pending');

    -- id: its entry times 1024 and its place in it. A debit is above zero, a credit below.
    CREATE TABLE leg (
      id INTEGER PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES account (number),
      amount INTEGER NOT NULL CHECK (amount <> 0),
      previous INTEGER
    ) STRICT;

    -- Through which day the books are closed, by which message; the last row counts.
    CREATE TABLE period (
      day INTEGER PRIMARY KEY,
      message TEXT NOT NULL,
      closed_at INTEGER NOT NULL,
      entry INTEGER NOT NULL
    ) STRICT;

    -- The heads that were told.
    CREATE TABLE anchor (
      entry INTEGER PRIMARY KEY,
      head BLOB NOT NULL CHECK (length(head) = 32),
      message TEXT NOT NULL,
      told_at INTEGER NOT NULL
    ) STRICT;

    -- What all entries that count have moved.
    CREATE TABLE turnover (
      currency TEXT PRIMARY KEY NOT NULL,
      debits INTEGER NOT NULL,
      credits INTEGER NOT NULL CHECK (credits = debits)
    ) STRICT, WITHOUT ROWID;

    -- What a campaign owes customer service, and whether it is closed.
    CREATE TABLE campaign_fund (
      campaign TEXT NOT NULL,
      currency TEXT NOT NULL,
      outstanding INTEGER NOT NULL DEFAULT 0 CHECK (outstanding >= 0),
      closed_at INTEGER,
      PRIMARY KEY (campaign, currency)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE offer_reserve (
      campaign TEXT NOT NULL,
      offer TEXT NOT NULL,
      currency TEXT NOT NULL,
      released_at INTEGER,
      PRIMARY KEY (campaign, offer, currency)
    ) STRICT, WITHOUT ROWID;

    CREATE TRIGGER leg_belongs_to_the_next BEFORE INSERT ON leg
    WHEN NEW.id / 1024 IS NOT 1 + ifnull((SELECT max(number) FROM entry), 0)
    BEGIN SELECT RAISE(ABORT, 'an entry never gets another leg'); END;
    CREATE TRIGGER entry_is_whole BEFORE INSERT ON entry
    BEGIN
      SELECT CASE
        WHEN NEW.number <> 1 + ifnull((SELECT max(number) FROM entry), 0) THEN RAISE(ABORT, 'entries are numbered without gaps')
        WHEN NEW.recorded_at <= (SELECT recorded_at FROM entry WHERE number = NEW.number - 1)
          THEN RAISE(ABORT, 'an entry is recorded after the one before it')
        WHEN NEW.accounting_day <= (SELECT max(day) FROM period) THEN RAISE(ABORT, 'a closed period does not move')
        WHEN (
          SELECT ifnull(sum(amount), 1) <> 0 OR count(*) <> NEW.legs OR sum(max(amount, 0)) <> NEW.amount FROM leg
          WHERE id BETWEEN NEW.number * 1024 AND NEW.number * 1024 + 1023
        ) THEN RAISE(ABORT, 'debits and credits of an entry are the same')
      END;
    END;
    CREATE TRIGGER entry_is_final BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
    CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;
    CREATE TRIGGER leg_is_final BEFORE UPDATE ON leg BEGIN SELECT RAISE(ABORT, 'a leg is never changed'); END;
    CREATE TRIGGER leg_stays BEFORE DELETE ON leg BEGIN SELECT RAISE(ABORT, 'a leg is never removed'); END;
    CREATE TRIGGER period_is_final BEFORE UPDATE ON period BEGIN SELECT RAISE(ABORT, 'a closed period does not move'); END;
    CREATE TRIGGER period_stays BEFORE DELETE ON period BEGIN SELECT RAISE(ABORT, 'a closed period does not open'); END;
    """)
}
