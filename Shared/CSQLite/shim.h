#include <sqlite3.h>

// sqlite3_config(3) takes variable arguments, which Swift cannot call. To be called before the first connection: without the sums that
// sqlite3_status tells, and that nobody asks for, SQLite allocates without its one lock for the whole process.
static inline int accord_sqlite_without_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
