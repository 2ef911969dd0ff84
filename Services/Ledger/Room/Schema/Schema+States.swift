import Store

extension Schema {
  /// The same rules for the states of entries and remedies, said so that a row pays nothing for them: a list of three or more is a table
  /// that SQLite makes, fills and drops anew for each row, and there are three of these in a credit.
  ///
  /// Only the words of the rules change, not a byte of what is kept, so the tables stay where they are (sqlite.org/lang_altertable.html 7).
  /// The index says the same by the two states that it leaves out; who looks for what it holds says so in the same words.
  static let states = Migration(
    11, "states compared one by one",
    """
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(
      sql, 'CHECK (state IN (''posted'', ''pending'', ''post'', ''void'', ''expire''))',
      'CHECK (state = ''posted'' OR state = ''pending'' OR state = ''post'' OR state = ''void'' OR state = ''expire'')')
    WHERE type = 'table' AND name = 'entry';
    UPDATE sqlite_schema SET sql = replace(
      sql, 'CHECK (state IN (''pending'', ''posted'', ''voided'', ''expired''))',
      'CHECK (state = ''pending'' OR state = ''posted'' OR state = ''voided'' OR state = ''expired'')')
    WHERE type = 'table' AND name = 'remedy';
    PRAGMA writable_schema = RESET;
    DROP INDEX entry_resolves_once;
    CREATE UNIQUE INDEX entry_resolves_once ON entry (of) WHERE of IS NOT NULL AND state NOT IN ('posted', 'pending');
    """)
}
