/* The checks: what each looks at, and from which value on it is a warning or critical. */
#include <string.h>

#include "sql/diagnose.h"

#define NEVER DIAGNOSE_NO_LIMIT
#define MB INT64_C(1048576)
#define CHECK(id, what, in, nothing, asks, warns, alarms, ...)                                     \
    {                                                                                              \
        .name = id, .title = what, .unit = in, .none = nothing, .query = asks, .warning = warns,   \
        .critical = alarms, ##__VA_ARGS__                                                          \
    }

static const struct diagnose_check table[] = {
    CHECK("size", "sizes of the database and its tables", "bytes", "no tables", SQL_DIAGNOSE_SIZE,
          NEVER, NEVER, .told = true),
    CHECK("index-usage", "how often indexes are used", "scans", "no indexes",
          SQL_DIAGNOSE_INDEX_USAGE, NEVER, NEVER, .told = true),
    CHECK("unused-index", "indexes that nobody uses", "days", "none", SQL_DIAGNOSE_UNUSED_INDEX, 7,
          NEVER, .schema = true),
    CHECK("duplicate-index", "indexes that another one makes superfluous", "bytes", "none",
          SQL_DIAGNOSE_DUPLICATE_INDEX, 0, NEVER, .schema = true),
    CHECK("invalid-index", "indexes that were never finished", "bytes", "none",
          SQL_DIAGNOSE_INVALID_INDEX, 0, NEVER),
    CHECK("unindexed-foreign-key", "foreign keys without an index", "rows", "none",
          SQL_DIAGNOSE_FOREIGN_KEY, 0, 1000000, .schema = true),
    CHECK("no-index", "tables without any index", "rows read", "none", SQL_DIAGNOSE_NO_INDEX, 0,
          1000000, .schema = true),
    CHECK("sequential-reads", "large tables that are read whole", "%", "none",
          SQL_DIAGNOSE_SEQUENTIAL, 5, 50),
    CHECK("dead-rows", "rows that VACUUM has not removed", "%", "few", SQL_DIAGNOSE_DEAD_ROWS, 30,
          60),
    CHECK("wraparound", "distance to transaction number wraparound", "%", "",
          SQL_DIAGNOSE_WRAPAROUND, 40, 75, .told = true),
    CHECK("long-running", "statements that run long", "s", "none", SQL_DIAGNOSE_LONG_RUNNING, 60,
          600),
    CHECK("idle-in-transaction", "transactions that do nothing", "s", "none", SQL_DIAGNOSE_IDLE, 30,
          300),
    CHECK("blocking", "sessions that wait for others", "s", "nobody waits", SQL_DIAGNOSE_BLOCKING,
          5, 60),
    CHECK("connections", "connections against the limit", "%", "", SQL_DIAGNOSE_CONNECTIONS, 75, 90,
          .told = true),
    CHECK("cache", "blocks that were not in memory", "%", "", SQL_DIAGNOSE_CACHE, 5, 20,
          .told = true),
    CHECK("checksums", "damaged pages", "pages", "", SQL_DIAGNOSE_CHECKSUMS, 1, 1, .told = true),
    CHECK("replication", "standbys and replication slots", "bytes", "no standby, no slot",
          SQL_DIAGNOSE_REPLICATION, 64 * MB, 1024 * MB, .told = true),
    CHECK("slow-statements", "the application's most expensive statements", "ms", "none yet",
          SQL_DIAGNOSE_STATEMENTS, 500, 5000),
    CHECK("settings", "settings of the server", "", "", SQL_DIAGNOSE_SETTINGS, NEVER, NEVER),
};

enum { CHECKS = sizeof table / sizeof table[0] };

_Static_assert((int)CHECKS <= (int)DIAGNOSE_CHECKS_MAX, "a report holds every check");

struct diagnose_check *diagnose_checks(struct arena *a, size_t *n) {
    struct diagnose_check *copy = arena_array(a, CHECKS, sizeof *copy);
    memcpy(copy, table, sizeof table);
    *n = CHECKS;
    return copy;
}

struct diagnose_check *diagnose_check_named(struct diagnose_check *checks, size_t n,
                                            const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(checks[i].name, name) == 0)
            return &checks[i];
    return NULL;
}
