#include "cli/backup_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/when.h"

static const char *const levels[] = {
    [BACKUP_FINE] = "ok", [BACKUP_WARNING] = "warning", [BACKUP_CRITICAL] = "critical"};
static const int exits[] = {
    [BACKUP_FINE] = DB_DONE, [BACKUP_WARNING] = DB_WARNING, [BACKUP_CRITICAL] = DB_CRITICAL};
static const char *const states[] = {
    [BACKUP_GOOD] = "good", [BACKUP_INCOMPLETE] = "incomplete", [BACKUP_UNSEALED] = "unsealed"};

/* "3 h", "12 d". */
static const char *age(struct arena *a, int64_t now, int64_t then) {
    int64_t hours = (now - then) / (INT64_C(3600) * 1000000);
    return hours < 72 ? arena_printf(a, "%" PRId64 " h", hours)
                      : arena_printf(a, "%" PRId64 " d", hours / 24);
}

/* -- text ------------------------------------------------------------------------------------- */

static void put_last(struct text *out, const char *what, const struct backup *b, int64_t now,
                     int64_t then) {
    if (!b)
        text_printf(out, "%s none\n", what);
    else
        text_printf(out, "%s %s ago  %s\n", what, age(out->arena, now, then), b->name);
}

static void put_line(struct text *out, const struct backup *b, int64_t now) {
    bool known = b->state != BACKUP_UNSEALED;
    text_printf(out, "  %s  %-10s", b->name, states[b->state]);
    if (known)
        text_printf(out, "  %8s  %6s ago", backup_size(out->arena, b->manifest.bytes),
                    age(out->arena, now, b->manifest.taken));
    if (b->verified_at != WHEN_NONE)
        text_printf(out, "  verified %s ago", age(out->arena, now, b->verified_at));
    text_put(out, b->pinned ? "  pinned\n" : "\n");
}

static void put_text(struct text *out, const struct backups *list, const struct backup_health *h,
                     struct text *problems, int64_t now) {
    text_printf(out, "state         %s\n", levels[h->level]);
    put_last(out, "last good    ", h->good, now, h->good ? h->good->manifest.taken : 0);
    put_last(out, "last verified", h->verified, now, h->verified ? h->verified->verified_at : 0);
    text_printf(out, "free          %s\n", backup_size(out->arena, list->free_bytes));
    text_put(out, text_str(problems));
    for (size_t i = 0; i < list->n; i++)
        put_line(out, &list->at[i], now);
}

/* -- JSON ------------------------------------------------------------------------------------- */

static void put_time(struct text *out, const char *name, int64_t when) {
    text_printf(out, ", \"%s\": ", name);
    if (when == WHEN_NONE) {
        text_lit(out, "null");
        return;
    }
    text_char(out, '"');
    when_put_iso(out, when);
    text_char(out, '"');
}

static void put_json_last(struct text *out, const char *what, const struct backup *b, int64_t now,
                          int64_t then) {
    text_printf(out, ", \"%s\": ", what);
    if (!b) {
        text_lit(out, "null");
        return;
    }
    text_printf(out, "{\"name\": \"%s\", \"ageSeconds\": %" PRId64, b->name,
                (now - then) / 1000000);
    put_time(out, "at", then);
    text_char(out, '}');
}

static void put_json_backup(struct text *out, const struct backup *b) {
    bool known = b->state != BACKUP_UNSEALED;
    text_printf(out, "{\"name\": \"%s\", \"state\": \"%s\", \"pinned\": %s", b->name,
                states[b->state], b->pinned ? "true" : "false");
    put_time(out, "taken", known ? b->manifest.taken : WHEN_NONE);
    put_time(out, "verifiedAt", b->verified_at);
    if (known)
        text_printf(out, ", \"bytes\": %" PRId64, b->manifest.bytes);
    text_char(out, '}');
}

static void put_json(struct text *out, const struct backups *list, const struct backup_health *h,
                     struct text *problems, int64_t now) {
    const char *line = text_str(problems);
    text_printf(out, "{\"state\": \"%s\", \"freeBytes\": %" PRId64, levels[h->level],
                list->free_bytes);
    put_json_last(out, "lastGood", h->good, now, h->good ? h->good->manifest.taken : 0);
    put_json_last(out, "lastVerified", h->verified, now,
                  h->verified ? h->verified->verified_at : 0);
    text_lit(out, ", \"problems\": [");
    for (const char *before = ""; *line; before = ", ") {
        size_t n = strcspn(line, "\n");
        text_put(out, before);
        text_json(out, line, n);
        line += n + (line[n] == '\n');
    }
    text_lit(out, "], \"backups\": [");
    for (size_t i = 0; i < list->n; i++) {
        text_put(out, i ? ", " : "");
        put_json_backup(out, &list->at[i]);
    }
    text_lit(out, "]}\n");
}

int backup_status(struct backup_command *c) {
    struct text out = text_in(c->arena, BACKUP_OUT_MAX),
                problems = text_in(c->arena, BACKUP_OUT_MAX);
    const struct backup_limits limits = {when_now(), config.backup_warn_hours,
                                         config.backup_late_hours, config.verify_warn_days,
                                         config.verify_late_days};
    struct backups list;
    int begun = backup_begin(c, NULL, false);
    if (begun != DB_DONE)
        return begun;
    enum status status = backup_list(&c->folder, c->arena, &list, &c->why);
    if (status != OK)
        return backup_end(c, status);
    struct backup_health h = backup_assess(&list, &limits, &problems);
    (c->json ? put_json : put_text)(&out, &list, &h, &problems, limits.now);
    fputs(text_str(&out), stdout);
    (void)backup_end(c, OK);
    return exits[h.level];
}
