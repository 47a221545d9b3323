#include "sql/history.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/json_out.h"
#include "base/when.h"
#include "sql/db_admin.h"

enum { STEPS_SHOWN = 160 };

/* Made from the details, which are in the JSON as they are. */
#define TOLD(member)                                                                               \
    {                                                                                              \
        .name = #member, .column = #member, .type = FIELD_TEXT, .faces = FACE_HTML,                \
        .offset = offsetof(struct schema_operation, member)                                        \
    }

static const struct field operation_fields[] = {
    FIELD_STORED(struct schema_operation, id, "id", FIELD_LONG),
    FIELD_STORED(struct schema_operation, operation, "operation", FIELD_TEXT),
    FIELD_STORED(struct schema_operation, outcome, "outcome", FIELD_TEXT),
    FIELD_STORED(struct schema_operation, started_at, "startedAt", FIELD_TIME),
    FIELD_STORED(struct schema_operation, finished_at, "finishedAt", FIELD_TIME),
    FIELD_STORED(struct schema_operation, milliseconds, "milliseconds", FIELD_LONG),
    FIELD_STORED(struct schema_operation, fingerprint, "fingerprint", FIELD_TEXT),
    FIELD_STORED(struct schema_operation, source_hash, "sourceHash", FIELD_TEXT),
    FIELD_STORED(struct schema_operation, who, "who", FIELD_TEXT),
    FIELD_STORED(struct schema_operation, operator, "operator", FIELD_TEXT),
    FIELD_STORED(struct schema_operation, plan, "plan", FIELD_TEXT),
    TOLD(steps),
    TOLD(statements),
    TOLD(inverse),
    FIELD_STORED(struct schema_operation, error, "error", FIELD_TEXT),
    FIELD_STORED(struct schema_operation, details, "details", FIELD_JSON),
};

const struct record record_schema_operation = RECORD(schema_operation, operation_fields);

static void put_indented(struct text *out, const char *lines) {
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        text_lit(out, "      ");
        text_line(out, lines, n);
        text_char(out, '\n');
        lines += n + (lines[n] != '\0');
    }
}

static void put_when(struct text *out, int64_t when) {
    struct when_parts w = when_split(when);
    text_printf(out, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d", w.year, w.month, w.day, w.hour,
                w.minute, w.second);
}

/* Some of it comes from roles that may write nothing else. */
static void put_word(struct text *out, const char *before, const char *word, const char *after) {
    if (!word)
        return;
    text_put(out, before);
    text_line(out, word, strlen(word));
    text_put(out, after);
}

static void put_heading(struct text *out, const struct schema_operation *o) {
    text_printf(out, "%4" PRId64 "  ", o->id);
    put_when(out, o->started_at);
    put_word(out, "  ", o->operation, "");
    put_word(out, " ", o->outcome, "");
    if (o->finished_at != WHEN_NONE)
        text_printf(out, " in %" PRId64 ".%03" PRId64 " s", o->milliseconds / 1000,
                    o->milliseconds % 1000);
    put_word(out, ", by ", o->who, "");
    put_word(out, " (", o->operator, ")");
    text_char(out, '\n');
}

static void put_steps(struct text *out, const char *steps) {
    size_t n = strlen(steps);
    if (n > STEPS_SHOWN) /* up to a whole step */
        for (n = STEPS_SHOWN; n > 0 && steps[n] != ','; n--)
            ;
    text_lit(out, "      ");
    text_line(out, steps, n);
    text_put(out, steps[n] ? ", ...\n" : "\n");
}

static void put_short(struct text *out, const struct schema_operation *o) {
    put_heading(out, o);
    put_word(out, "      plan ", o->plan, "\n");
    if (o->steps)
        put_steps(out, o->steps);
    if (o->error)
        put_indented(out, o->error);
}

static void put_part(struct text *out, const char *title, const char *lines) {
    if (!lines)
        return;
    text_printf(out, "    %s\n", title);
    put_indented(out, lines);
}

static void put_whole(struct text *out, const struct schema_operation *o) {
    put_heading(out, o);
    put_part(out, "schema after it:", o->fingerprint);
    put_part(out, "schema file:", o->source_hash);
    put_part(out, "plan:", o->plan);
    put_part(out, "statements:", o->statements);
    put_part(out, "error:", o->error);
    put_part(out, "statements that lead back:", o->inverse);
}

static void put_all(struct text *out, const struct rows *found, const struct history_options *o) {
    for (size_t i = 0; i < found->n; i++) {
        const struct schema_operation *operation = rows_at(&record_schema_operation, found, i);
        if (o->json) {
            text_put(out, i ? ",\n" : "");
            json_put_record(out, &record_schema_operation, operation);
        } else if (o->id)
            put_whole(out, operation);
        else
            put_short(out, operation);
    }
}

static enum status read_operations(struct admin *admin, struct arena *a,
                                   const struct history_options *o, struct rows *found,
                                   struct text *why) {
    const char *exist = "f";
    const char *values[] = {o->id ? o->id : "", o->most};
    enum status status = admin_value(admin, a, SQL_SCHEMA_OPERATIONS_EXIST, &exist, why);
    if (status == OK && strcmp(exist, "t") == 0)
        status = admin_query(admin, a, SQL_SCHEMA_HISTORY, values, 2, &record_schema_operation,
                             found, why);
    return status;
}

enum status history_print(const char *conninfo, const struct history_options *options,
                          struct text *out, struct text *why) {
    struct arena *a = arena_new();
    struct admin *admin = NULL;
    struct rows found = {0};
    enum status status = admin_open(&admin, conninfo, NULL, NULL, why);
    if (status == OK)
        status = read_operations(admin, a, options, &found, why);
    admin_close(admin);
    if (status == OK) {
        text_put(out, options->json ? "[" : "");
        put_all(out, &found, options);
        text_put(out, options->json ? "]\n" : "");
        if (found.n == 0 && options->id) {
            text_printf(why, "No operation has the number %s.", options->id);
            status = NOT_FOUND;
        } else if (found.n == 0 && !options->json)
            text_lit(out, "Nothing is recorded in this database.\n");
    }
    arena_free(a);
    return status;
}

const char *history_operator(struct arena *a) {
    char host[256] = "";
    const struct passwd *user = getpwuid(geteuid());
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    return user ? arena_printf(a, "%s@%s", user->pw_name, host)
                : arena_printf(a, "%u@%s", (unsigned)geteuid(), host);
}
