import Store

/// Cases, holds, promises, remedies that were asked for, offers that nobody knew: folds of facts, but for what customers said.
extension Schema {
  static let care = Migration(
    6, "care",
    """
    CREATE TABLE policy (name TEXT PRIMARY KEY, version INTEGER NOT NULL, document BLOB NOT NULL) STRICT, WITHOUT ROWID;

    -- A case as it stands, and each turn that it took: SQL has no room for a table called case.
    CREATE TABLE matter (
      case_id TEXT PRIMARY KEY,
      person_id TEXT,
      kind TEXT NOT NULL,
      severity TEXT NOT NULL,
      state TEXT NOT NULL,
      escalated INTEGER NOT NULL,
      cause_kind TEXT,
      cause_id TEXT,
      opened_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      holder TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX matter_by_person ON matter (person_id, opened_at) WHERE person_id IS NOT NULL;
    CREATE INDEX matter_by_opening ON matter (opened_at);
    CREATE INDEX matter_unsolved ON matter (changed_at) WHERE state <> 'solved';
    CREATE INDEX matter_by_holder ON matter (holder) WHERE state <> 'solved';
    CREATE TABLE matter_turn (
      case_id TEXT NOT NULL,
      at INTEGER NOT NULL,
      -- The message's number: of turns of the same instant, the one that was told first comes first.
      number INTEGER NOT NULL,
      type TEXT NOT NULL,
      message_id TEXT NOT NULL,
      data BLOB NOT NULL,
      PRIMARY KEY (case_id, at, number)
    ) STRICT, WITHOUT ROWID;
    -- What customers and agents said. It stands in no fact, is not rebuilt, and goes when its case goes.
    CREATE TABLE matter_word (
      number INTEGER PRIMARY KEY,
      case_id TEXT NOT NULL,
      at INTEGER NOT NULL,
      channel TEXT NOT NULL,
      by_whom TEXT NOT NULL,
      words TEXT NOT NULL
    ) STRICT;
    CREATE INDEX matter_word_by_case ON matter_word (case_id, number);

    CREATE TABLE hold (
      hold_id TEXT PRIMARY KEY,
      person_id TEXT NOT NULL,
      case_id TEXT,
      is_lifted INTEGER NOT NULL,
      placed_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      at INTEGER NOT NULL,
      number INTEGER NOT NULL,
      -- The fact that counts.
      data BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hold_by_person ON hold (person_id, placed_at);
    CREATE INDEX hold_by_case ON hold (case_id) WHERE case_id IS NOT NULL;
    CREATE INDEX hold_in_force ON hold (expires_at) WHERE is_lifted = 0;

    -- What offers ask for, what was answered, and what there is: each as its last fact.
    CREATE TABLE promise (
      offer_id TEXT NOT NULL, version INTEGER NOT NULL, promise_id TEXT NOT NULL,
      at INTEGER NOT NULL, answer_by INTEGER NOT NULL, data BLOB NOT NULL,
      PRIMARY KEY (offer_id, version, promise_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE promise_answer (
      offer_id TEXT NOT NULL, version INTEGER NOT NULL, promise_id TEXT NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL,
      PRIMARY KEY (offer_id, version, promise_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE capacity_slot (
      slot_id TEXT PRIMARY KEY, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX capacity_slot_by_end ON capacity_slot (to_at);

    -- What an agent asked the ledger to give, or did not give. Of one request the last fact counts.
    CREATE TABLE remedy_request (
      request_id TEXT PRIMARY KEY,
      state TEXT NOT NULL,
      order_id TEXT, person_id TEXT, case_id TEXT, offer_id TEXT,
      amount_minor INTEGER, currency TEXT,
      agent_id TEXT NOT NULL,
      approver TEXT,
      deadline_at INTEGER,
      at INTEGER NOT NULL,
      number INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      data BLOB NOT NULL,
      -- What the ledger said to it.
      remedy_id TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remedy_request_by_order ON remedy_request (order_id, offer_id) WHERE order_id IS NOT NULL;
    CREATE INDEX remedy_request_by_person ON remedy_request (person_id, at) WHERE person_id IS NOT NULL;
    CREATE INDEX remedy_request_by_agent ON remedy_request (agent_id, at);
    CREATE INDEX remedy_request_by_case ON remedy_request (case_id) WHERE case_id IS NOT NULL;
    CREATE INDEX remedy_request_by_offer ON remedy_request (offer_id) WHERE offer_id IS NOT NULL;
    CREATE INDEX remedy_request_by_message ON remedy_request (message_id);
    CREATE INDEX remedy_request_waiting ON remedy_request (deadline_at) WHERE state = 'waiting';
    -- What was granted a moment ago and can be undone: told to nobody yet.
    CREATE TABLE remedy_draft (
      request_id TEXT PRIMARY KEY, order_id TEXT, offer_id TEXT, person_id TEXT, case_id TEXT,
      amount_minor INTEGER, currency TEXT, agent_id TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL, data BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- What was given at the desk, for the limits; alone: without anybody above.
    CREATE VIEW desk_given AS
      SELECT order_id, person_id, case_id, agent_id, amount_minor, currency, at, approver IS NULL AS is_alone FROM remedy_request
        WHERE state IN ('asked', 'given')
      UNION ALL SELECT order_id, person_id, case_id, agent_id, amount_minor, currency, at, 1 FROM remedy_draft;

    CREATE TABLE asked_offer (
      asked_id TEXT PRIMARY KEY,
      case_id TEXT NOT NULL,
      person_id TEXT,
      offer_id TEXT,
      known INTEGER NOT NULL,
      agent_id TEXT NOT NULL,
      due_at INTEGER,
      at INTEGER NOT NULL,
      answered_at INTEGER,
      answer BLOB
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX asked_offer_open ON asked_offer (due_at) WHERE answered_at IS NULL AND known = 0;
    CREATE INDEX asked_offer_by_person ON asked_offer (person_id) WHERE person_id IS NOT NULL;
    CREATE INDEX asked_offer_by_case ON asked_offer (case_id);
    -- The customer's words for it; in no fact, as those of a case.
    CREATE TABLE asked_word (asked_id TEXT PRIMARY KEY, words TEXT NOT NULL) STRICT, WITHOUT ROWID;
    """)
}
