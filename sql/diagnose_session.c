/* Ending a statement or a session of somebody else. */
#include <inttypes.h>
#include <string.h>

#include "sql/diagnose.h"
#include "sql/schema.h"

enum { POLLS_MAX = 100 }; /* ten seconds */

enum status diagnose_session(struct admin *admin, struct arena *a, const char *pid,
                             const struct diagnose_session **out, struct text *why) {
    const char *values[] = {pid};
    struct rows found;
    enum status status = admin_query(admin, a, SQL_DIAGNOSE_SESSION, values, 1,
                                     &record_diagnose_session, &found, why);
    if (status != OK)
        return status;
    *out = found.n > 0 ? found.at : NULL;
    return found.n > 0 ? OK : NOT_FOUND;
}

static enum status note(struct admin *admin, struct arena *a, const struct diagnose_session *s,
                        bool terminate, const char **id, struct text *why) {
    const char *values[] = {terminate ? "terminate" : "cancel",
                            arena_printf(a, "%" PRId32, s->pid),
                            s->usename,
                            s->application,
                            s->started,
                            s->state,
                            s->query};
    struct rows noted;
    enum status status =
        admin_query(admin, a, SQL_DIAGNOSE_NOTE, values, 7, &record_schema_line, &noted, why);
    if (status == OK)
        *id = ((const struct schema_line *)rows_at(&record_schema_line, &noted, 0))->line;
    return status;
}

/* CONFLICT: nobody fits the description any more, or the server did not take the signal. */
static enum status signal_it(struct admin *admin, struct arena *a, const struct diagnose_session *s,
                             bool terminate, struct text *why) {
    const char *values[] = {arena_printf(a, "%" PRId32, s->pid), s->started, s->queried};
    struct rows sent;
    enum status status = terminate ? admin_query(admin, a, SQL_DIAGNOSE_TERMINATE, values, 2,
                                                 &record_schema_line, &sent, why)
                                   : admin_query(admin, a, SQL_DIAGNOSE_CANCEL, values, 3,
                                                 &record_schema_line, &sent, why);
    if (status != OK)
        return status;
    const struct schema_line *answer = sent.n > 0 ? sent.at : NULL;
    return answer && strcmp(answer->line, "true") == 0 ? OK : CONFLICT;
}

static bool is_over(const struct diagnose_session *before, const struct diagnose_session *now,
                    bool terminate) {
    if (strcmp(before->started, now->started) != 0)
        return true;
    return !terminate &&
           (strcmp(now->state, "active") != 0 || strcmp(before->queried, now->queried) != 0);
}

static enum status wait_for_it(struct admin *admin, struct arena *a,
                               const struct diagnose_session *s, bool terminate, struct text *why) {
    const char *pid = arena_printf(a, "%" PRId32, s->pid);
    for (int i = 0; i < POLLS_MAX; i++) {
        const struct diagnose_session *now;
        enum status status = diagnose_session(admin, a, pid, &now, why);
        if (status == NOT_FOUND || (status == OK && is_over(s, now, terminate)))
            return OK;
        if (status != OK)
            return status;
        if (admin_script(admin, "SELECT pg_sleep(0.1)", why) != OK)
            return FAILED;
    }
    return BUSY;
}

enum status diagnose_end(struct admin *admin, struct arena *a,
                         const struct diagnose_session *session, bool terminate, struct text *why) {
    static const char *const outcomes[] = {
        [OK] = "done", [CONFLICT] = "gone", [BUSY] = "asked", [FAILED] = "failed"};
    const char *id;
    enum status status = note(admin, a, session, terminate, &id, why);
    if (status != OK)
        return status;
    status = signal_it(admin, a, session, terminate, why);
    if (status == OK)
        status = wait_for_it(admin, a, session, terminate, why);
    const char *values[] = {outcomes[status], id};
    if (admin_query(admin, a, SQL_DIAGNOSE_NOTED, values, 2, NULL, NULL, why) != OK)
        return FAILED;
    return status;
}
