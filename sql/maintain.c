#include "sql/maintain.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "sql/history.h"
#include "sql/schema.h"

enum {
    WHY_MAX = 4096,
    DETAILS_MAX = 16 * 1024 * 1024,
    LOOK_AFTER_MS = 500,
    SHORTEST_MS = 100,
    DEAD_LEAST = 1000, /* fewer dead rows are no fault */
};

static const struct field table_fields[] = {
    FIELD_STORED(struct maintain_table, oid, "oid", FIELD_LONG),
    FIELD_STORED(struct maintain_table, object, "object", FIELD_TEXT),
    FIELD_STORED(struct maintain_table, command, "command", FIELD_TEXT),
    FIELD_STORED(struct maintain_table, vacuums, "vacuums", FIELD_INT),
    FIELD_STORED(struct maintain_table, live, "live", FIELD_LONG),
    FIELD_STORED(struct maintain_table, dead, "dead", FIELD_LONG),
    FIELD_STORED(struct maintain_table, vacuumed, "vacuumed", FIELD_LONG),
    FIELD_STORED(struct maintain_table, analyzed, "analyzed", FIELD_LONG),
    FIELD_STORED(struct maintain_table, age, "age", FIELD_LONG),
    FIELD_STORED(struct maintain_table, freeze_max, "freezeMaxAge", FIELD_LONG),
    FIELD_STORED(struct maintain_table, freeze_percent, "freezePercent", FIELD_LONG),
    FIELD_STORED(struct maintain_table, wraparound_percent, "wraparoundPercent", FIELD_LONG),
};

static const struct field progress_fields[] = {
    FIELD_STORED(struct maintain_progress, phase, "phase", FIELD_TEXT),
    FIELD_STORED(struct maintain_progress, percent, "percent", FIELD_INT),
};

const struct record record_maintain_table = RECORD(maintain_table, table_fields);
const struct record record_maintain_progress = RECORD(maintain_progress, progress_fields);

struct run {
    const struct maintain_options *o;
    struct arena *arena;
    struct admin *admin;
    struct admin *onlooker; /* asks how far the other connection is; NULL until it is needed */
    struct maintain_report *report;
    struct rows tables; /* struct maintain_table */
    int64_t deadline;   /* clock_ms; INT64_MAX: none */
    size_t at;          /* the table that is under way */
    const char *held_by;
    const char *recorded; /* the id of this run in db_operations, or NULL */
    struct text *why;
};

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct text words(struct run *r) {
    return text_in(r->arena, WHY_MAX);
}

/* -- the session ------------------------------------------------------------------------------ */

static enum status lock(struct run *r) {
    const char *locked, *holder = "";
    enum status status = admin_value(r->admin, r->arena, SQL_SCHEMA_LOCK, &locked, r->why);
    if (status != OK || strcmp(locked, "t") == 0)
        return status;
    status = admin_value(r->admin, r->arena, SQL_SCHEMA_LOCK_HOLDER, &holder, r->why);
    if (status != OK)
        return status;
    text_printf(r->why, "Another operation on this database is at work%s%s; try again later.",
                *holder ? ": " : "", holder);
    return CONFLICT;
}

/* Should this program die, the server notices and ends what it does. */
static enum status prepare(struct run *r) {
    const char *set = arena_printf(
        r->arena,
        "SET statement_timeout = 0; SET idle_session_timeout = 0; "
        "SET client_connection_check_interval = '1s'; SET default_transaction_read_only = off; "
        "SET lock_timeout = '%" PRId32 "s'; SET vacuum_cost_delay = '%" PRId32 "ms'",
        r->o->lock_timeout, r->o->delay);
    struct rows server;
    enum status status = admin_script(r->admin, set, r->why);
    if (status == OK)
        status = admin_query(r->admin, r->arena, SQL_DIAGNOSE_SERVER, NULL, 0,
                             &record_diagnose_server, &server, r->why);
    if (status != OK)
        return status;
    r->report->server = server.at;
    if (r->report->server->standby) {
        text_lit(r->why, "This server is a standby: its tables are maintained on the primary.");
        return FAILED;
    }
    return lock(r);
}

/* -- which tables ----------------------------------------------------------------------------- */

static enum status read_tables(struct run *r, const char *oid, struct rows *out, struct text *why) {
    return admin_query(r->admin, r->arena, SQL_MAINTAIN_TABLES, &oid, 1, &record_maintain_table,
                       out, why);
}

static const struct maintain_table *table_at(const struct rows *tables, size_t i) {
    return rows_at(&record_maintain_table, tables, i);
}

/* Adds those that are not there yet. */
static void add_tables(struct run *r, const struct rows *more) {
    struct rows all = {arena_array(r->arena, r->tables.n + more->n, sizeof(struct maintain_table)),
                       r->tables.n};
    struct maintain_table *to = all.at;
    if (all.n > 0)
        memcpy(to, r->tables.at, all.n * sizeof *to);
    for (size_t i = 0; i < more->n; i++) {
        size_t known = 0;
        while (known < all.n && to[known].oid != table_at(more, i)->oid)
            known++;
        if (known == all.n)
            to[all.n++] = *table_at(more, i);
    }
    r->tables = all;
}

static enum status add_named(struct run *r, const char *name) {
    struct rows found, tables;
    enum status status = admin_query(r->admin, r->arena, SQL_MAINTAIN_NAMED, &name, 1,
                                     &record_schema_line, &found, r->why);
    if (status != OK)
        return status;
    if (found.n != 1) {
        text_lit(r->why, "--table ");
        diagnose_put(r->why, name);
        text_put(r->why, found.n == 0 ? ": there is no such table."
                                      : ": there are several; write it with its schema.");
        return BAD_INPUT;
    }
    status = read_tables(r, ((const struct schema_line *)found.at)->line, &tables, r->why);
    if (status == OK)
        add_tables(r, &tables);
    return status;
}

static enum status choose_tables(struct run *r) {
    enum status status = OK;
    if (r->o->n_tables == 0)
        return read_tables(r, "0", &r->tables, r->why);
    for (size_t i = 0; i < r->o->n_tables && status == OK; i++)
        status = add_named(r, r->o->tables[i]);
    return status;
}

/* -- while a table is under way --------------------------------------------------------------- */

static const char *holders(struct run *r, struct arena *a, const char *pid) {
    struct text out = text_in(a, WHY_MAX), ignored = text_in(a, WHY_MAX);
    struct rows found = {0};
    if (admin_query(r->onlooker, a, SQL_SCHEMA_WAITS_FOR, &pid, 1, &record_schema_line, &found,
                    &ignored) != OK)
        return "";
    for (size_t i = 0; i < found.n; i++)
        text_printf(&out, "%s%s", i ? ", " : "",
                    ((const struct schema_line *)rows_at(&record_schema_line, &found, i))->line);
    return text_str(&out);
}

static void show_progress(struct run *r, struct arena *a, const char *pid, const char *held_by) {
    struct text ignored = text_in(a, WHY_MAX);
    struct maintain_progress waits = {.phase = arena_printf(a, "waits for %s", held_by)};
    struct rows found = {0};
    if (*held_by)
        r->o->working(r->o->context, r->report, r->at, &waits);
    else if (admin_query(r->onlooker, a, SQL_MAINTAIN_PROGRESS, &pid, 1, &record_maintain_progress,
                         &found, &ignored) == OK &&
             found.n > 0)
        r->o->working(r->o->context, r->report, r->at, found.at);
}

/* A table may take hours: what is asked for meanwhile is forgotten at once. */
static void look(void *context) {
    struct run *r = context;
    struct arena *a = arena_new();
    struct text ignored = text_in(a, WHY_MAX);
    const char *pid = arena_printf(a, "%d", admin_backend(r->admin));
    if (r->onlooker || admin_open(&r->onlooker, r->o->conninfo, NULL, NULL, &ignored) == OK) {
        const char *held_by = holders(r, a, pid);
        if (*held_by && strcmp(held_by, r->held_by) != 0)
            r->held_by = arena_strdup(r->arena, held_by);
        if (r->o->working)
            show_progress(r, a, pid, held_by);
    }
    arena_free(a);
}

/* -- what came of a table --------------------------------------------------------------------- */

static enum health health_of(const struct maintain_table *t) {
    int64_t percent = t->dead >= DEAD_LEAST ? 100 * t->dead / (t->live + t->dead) : 0;
    if (percent >= 60 || t->wraparound_percent >= 75)
        return HEALTH_CRITICAL;
    bool warns = percent >= 30 || t->freeze_percent >= 100 || t->wraparound_percent >= 40;
    return warns ? HEALTH_WARNING : HEALTH_OK;
}

static void note_state(struct maintain_result *m, const struct maintain_table *t) {
    m->rows = t->live;
    m->dead = t->dead;
    m->age = t->age;
    m->freeze_max = t->freeze_max;
    m->freeze_percent = t->freeze_percent;
    m->health = health_of(t);
    m->state = diagnose_word(m->health);
}

static void conclude(struct maintain_result *m, enum maintain_outcome how, const char *reason) {
    static const char *const outcomes[] = {
        [MAINTAIN_DONE] = "done",
        [MAINTAIN_GONE] = "gone",
        [MAINTAIN_SKIPPED] = "skipped",
        [MAINTAIN_LOCKED] = "locked",
        [MAINTAIN_TIMED_OUT] = "timed out",
        [MAINTAIN_FAILED] = "failed",
        [MAINTAIN_NOT_REACHED] = "not reached",
    };
    m->how = how;
    m->outcome = outcomes[how];
    m->reason = reason;
}

static void conclude_error(struct run *r, struct maintain_result *m, struct text *error) {
    if (admin_failed_with(r->admin, "55P03"))
        conclude(m, MAINTAIN_LOCKED,
                 arena_printf(r->arena, "waited for its lock in vain%s%s",
                              *r->held_by ? ": held by " : "", r->held_by));
    else if (admin_failed_with(r->admin, "57014") && clock_ms() >= r->deadline)
        conclude(m, MAINTAIN_TIMED_OUT, "the time limit was over");
    else
        conclude(m, MAINTAIN_FAILED, text_str(error));
}

/* The server's counters have the last word: where it skips a table, it only warns. */
static void conclude_counted(struct maintain_result *m, const struct maintain_table *before,
                             const struct maintain_table *now, struct text *heard) {
    bool vacuumed = !before->vacuums || now->vacuumed > before->vacuumed;
    bool analyzed = now->analyzed > before->analyzed;
    const char *warned = heard->n > 0 ? text_str(heard) : NULL;
    if (vacuumed && analyzed)
        conclude(m, MAINTAIN_DONE, warned);
    else
        conclude(m, MAINTAIN_SKIPPED,
                 warned ? warned : "the server did not count it (see its setting track_counts)");
}

static void judge(struct run *r, struct maintain_result *m, enum status status, struct text *error,
                  struct text *heard) {
    const struct maintain_table *before = table_at(&r->tables, r->at), *now;
    struct rows found;
    struct text why = words(r);
    if (status != OK)
        conclude_error(r, m, error);
    if (admin_is_lost(r->admin)) {
        r->report->ended_by = "the connection was lost";
        return;
    }
    if (read_tables(r, arena_printf(r->arena, "%" PRId64, before->oid), &found, &why) != OK) {
        conclude(m, MAINTAIN_FAILED, text_str(&why));
        return;
    }
    now = found.n > 0 ? table_at(&found, 0) : NULL;
    if (!now || now->oid != before->oid) {
        conclude(m, MAINTAIN_GONE, "it was dropped meanwhile");
        return;
    }
    note_state(m, now);
    if (status == OK)
        conclude_counted(m, before, now, heard);
}

/* Does the work within the rest of the time (0 for the server means no limit). The last tenth of a
 * second is not cut shorter: the limit goes for what follows, too, until it is taken back. */
static enum status vacuum(struct run *r, const char *command, int64_t now, struct text *error) {
    int64_t left = r->o->time_limit > 0 ? r->deadline - now : 0;
    const char *limit = arena_printf(r->arena, "SET statement_timeout = %" PRId64,
                                     left > 0 && left < SHORTEST_MS ? SHORTEST_MS : left);
    struct text ignored = words(r);
    enum status status = admin_script(r->admin, limit, error);
    if (status != OK)
        return status;
    status = admin_script(r->admin, command, error);
    if (status == OK)
        status = admin_script(r->admin, "SET statement_timeout = '10s'", error);
    else
        (void)!admin_script(r->admin, "SET statement_timeout = '10s'", &ignored);
    return status;
}

static void maintain_one(struct run *r, struct maintain_result *m) {
    const struct maintain_table *before = table_at(&r->tables, r->at);
    struct text error = words(r), heard = words(r);
    int64_t began = clock_ms();
    if (!r->report->ended_by && began >= r->deadline)
        r->report->ended_by = "the time limit was over";
    if (r->report->ended_by) {
        conclude(m, MAINTAIN_NOT_REACHED, r->report->ended_by);
        return;
    }
    r->held_by = "";
    admin_hear(r->admin, &heard);
    enum status status = vacuum(r, before->command, began, &error);
    m->milliseconds = clock_ms() - began;
    judge(r, m, status, &error, &heard);
}

static void begin_results(struct run *r) {
    struct maintain_report *report = r->report;
    report->n = r->tables.n;
    report->results = arena_array(r->arena, report->n, sizeof *report->results);
    for (size_t i = 0; i < report->n; i++) {
        const struct maintain_table *t = table_at(&r->tables, i);
        struct maintain_result *m = &report->results[i];
        *m = (struct maintain_result){
            .table = t->object, .dead_before = t->dead, .age_before = t->age};
        note_state(m, t);
    }
}

static void maintain_all(struct run *r) {
    struct maintain_report *report = r->report;
    admin_watch(r->admin, LOOK_AFTER_MS, look, r);
    for (r->at = 0; r->at < report->n; r->at++) {
        struct maintain_result *m = &report->results[r->at];
        maintain_one(r, m);
        report->missed += m->how != MAINTAIN_DONE && m->how != MAINTAIN_GONE;
        if (m->how != MAINTAIN_GONE && m->health > report->health)
            report->health = m->health;
        if (r->o->ended)
            r->o->ended(r->o->context, report, m);
    }
}

/* -- the record ------------------------------------------------------------------------------- */

static enum status record_begin(struct run *r) {
    const char *exist = "f", *who = history_operator(r->arena);
    struct rows id;
    enum status status =
        admin_value(r->admin, r->arena, SQL_SCHEMA_OPERATIONS_EXIST, &exist, r->why);
    if (status != OK || strcmp(exist, "t") != 0)
        return status;
    status = admin_query(r->admin, r->arena, SQL_MAINTAIN_BEGIN, &who, 1, &record_schema_line, &id,
                         r->why);
    if (status == OK)
        r->recorded = ((const struct schema_line *)id.at)->line;
    r->report->recorded = status == OK;
    return status;
}

/* What history shows of a run that was not all well. */
static void put_error(struct run *r, struct text *out) {
    struct text error = text_in(r->arena, DETAILS_MAX);
    for (size_t i = 0; i < r->report->n; i++) {
        const struct maintain_result *m = &r->report->results[i];
        if (m->how != MAINTAIN_DONE && m->how != MAINTAIN_GONE)
            text_printf(&error, "%s%s %s: %s", error.n > 0 ? "\n" : "", m->outcome, m->table,
                        m->reason);
    }
    text_lit(out, ", \"error\": ");
    text_json(out, text_str(&error), error.n);
}

/* The session may be lost: then another one notes it. */
static enum status record_end(struct run *r) {
    struct text details = text_in(r->arena, DETAILS_MAX);
    struct admin *again = NULL;
    text_lit(&details, "{\"report\": ");
    maintain_print_json(&details, r->report);
    if (r->report->missed > 0)
        put_error(r, &details);
    text_lit(&details, "}");
    const char *values[] = {r->report->missed > 0 ? "incomplete" : "done", text_str(&details),
                            r->recorded};
    if (admin_is_lost(r->admin) && admin_open(&again, r->o->conninfo, NULL, NULL, r->why) != OK)
        return BUSY;
    enum status status = admin_query(again ? again : r->admin, r->arena, SQL_MAINTAIN_END, values,
                                     3, NULL, NULL, r->why);
    admin_close(again);
    return status;
}

/* -- the whole -------------------------------------------------------------------------------- */

static void finish(struct run *r, int64_t began) {
    struct text ignored = words(r);
    if (!admin_is_lost(r->admin) && r->report->health > HEALTH_OK &&
        admin_query(r->admin, r->arena, SQL_MAINTAIN_HOLDERS, NULL, 0, &record_diagnose_row,
                    &r->report->holders, &ignored) != OK)
        r->report->holders = (struct rows){0};
    r->report->milliseconds = clock_ms() - began;
    if (r->recorded && record_end(r) != OK)
        text_lit(r->why, "\nThe end of this could not be noted in db_operations.");
}

enum status maintain_run(const struct maintain_options *options, struct arena *a,
                         struct maintain_report *out, struct text *why) {
    int64_t began = clock_ms();
    struct run r = {.o = options, .arena = a, .report = out, .held_by = "", .why = why};
    r.deadline = options->time_limit > 0 ? began + 1000 * (int64_t)options->time_limit : INT64_MAX;
    *out = (struct maintain_report){0};
    if (admin_open(&r.admin, options->conninfo, NULL, NULL, why) != OK)
        return BUSY;
    enum status status = prepare(&r);
    if (status == OK)
        status = choose_tables(&r);
    if (status == OK)
        status = record_begin(&r);
    if (status == OK) {
        begin_results(&r);
        maintain_all(&r);
        finish(&r, began);
    }
    admin_close(r.onlooker);
    admin_close(r.admin);
    return status;
}
