/* What may go, and whether all is well. Nothing here reads the clock. */
#include <inttypes.h>

#include "base/when.h"
#include "sql/backup.h"

#define HOUR (INT64_C(3600) * 1000 * 1000)

/* An hour is let pass for clocks that differ a little. */
bool backup_is_ahead(const struct backup *b, int64_t now) {
    return b->manifest.taken > now + HOUR;
}

/* What the rules look at, newest first. */
static bool counts(const struct backup *b, int64_t now) {
    return b->state == BACKUP_GOOD && !backup_is_ahead(b, now);
}

/* When the newest backup that was verified was taken. */
static int64_t proven(const struct backups *list, int64_t now) {
    for (size_t i = 0; i < list->n; i++)
        if (counts(&list->at[i], now) && list->at[i].verified_at != WHEN_NONE)
            return list->at[i].manifest.taken;
    return WHEN_NONE;
}

/* The time between the two newest; 0 if there are not two. */
static int64_t last_gap(const struct backups *list, int64_t now) {
    int64_t newest = WHEN_NONE;
    for (size_t i = 0; i < list->n; i++) {
        if (!counts(&list->at[i], now))
            continue;
        if (newest != WHEN_NONE)
            return newest - list->at[i].manifest.taken;
        newest = list->at[i].manifest.taken;
    }
    return 0;
}

static bool is_old(const struct backup *b, const struct retention *r) {
    return b->state != BACKUP_UNSEALED && b->manifest.taken < r->now - 24 * HOUR * r->days;
}

/* False, and a sentence, if nothing old may go now. */
static bool may_drop(const struct backups *list, const struct retention *r, struct text *why) {
    int64_t limit = 24 * HOUR * r->days, verified = proven(list, r->now);
    if (verified == WHEN_NONE || verified < r->now - limit) {
        text_printf(why,
                    "Nothing is pruned: no backup of the last %d days was verified (`sitaminter db "
                    "verify`).",
                    r->days);
        return false;
    }
    if (last_gap(list, r->now) > limit) {
        text_printf(
            why,
            "Nothing is pruned: the newest backup is more than %d days after the one before "
            "it, so the clock may be wrong. If it is right, the next backup makes up for it.",
            r->days);
        return false;
    }
    return true;
}

size_t backup_decide(const struct backups *list, const struct retention *r, bool *drop,
                     struct text *why) {
    size_t n_old = 0, n_drop = 0;
    int32_t kept = 0;
    int64_t verified = proven(list, r->now);
    for (size_t i = 0; i < list->n; i++) {
        const struct backup *b = &list->at[i];
        bool among_newest = counts(b, r->now) && kept++ < r->keep;
        drop[i] = is_old(b, r) && !among_newest && !b->pinned && b->manifest.taken < verified;
        n_old += is_old(b, r) && !among_newest && !b->pinned;
        n_drop += drop[i];
    }
    if (n_old == 0 || may_drop(list, r, why))
        return n_drop;
    for (size_t i = 0; i < list->n; i++)
        drop[i] = false;
    return 0;
}

/* -- is all well? ----------------------------------------------------------------------------- */

static void raise_level(struct backup_health *h, enum backup_level level) {
    if (level > h->level)
        h->level = level;
}

/* A line about something that happened `age` ago, if that is too long. */
static void say_late(struct backup_health *h, const char *what, int64_t age, int64_t warn,
                     int64_t late, struct text *problems) {
    if (age <= warn)
        return;
    raise_level(h, age > late ? BACKUP_CRITICAL : BACKUP_WARNING);
    text_printf(problems, "%s is %" PRId64 " hours old; at most %" PRId64 " are in order.\n", what,
                age / HOUR, warn / HOUR);
}

const struct backup *backup_newest(const struct backups *list, int64_t now) {
    for (size_t i = 0; i < list->n; i++)
        if (counts(&list->at[i], now))
            return &list->at[i];
    return NULL;
}

static void find_last(struct backup_health *h, const struct backups *list, int64_t now) {
    h->good = backup_newest(list, now);
    for (size_t i = 0; i < list->n; i++) {
        const struct backup *b = &list->at[i];
        if (!counts(b, now))
            continue;
        if (b->verified_at != WHEN_NONE && b->verified_at <= now + HOUR &&
            (!h->verified || b->verified_at > h->verified->verified_at))
            h->verified = b;
    }
}

static void say_odd(struct backup_health *h, const struct backups *list, int64_t now,
                    struct text *problems) {
    static const char *const states[] = {
        [BACKUP_INCOMPLETE] = "its archive is missing or has another length",
        [BACKUP_UNSEALED] = "its manifest is missing or not one that was made here with this key",
    };
    for (size_t i = 0; i < list->n; i++) {
        const struct backup *b = &list->at[i];
        bool ahead = b->state == BACKUP_GOOD && backup_is_ahead(b, now);
        if (b->state == BACKUP_GOOD && !ahead)
            continue;
        raise_level(h, BACKUP_WARNING);
        text_printf(problems, "%s: %s.\n", b->name,
                    ahead ? "the clock has not come to its time yet" : states[b->state]);
    }
}

struct backup_health backup_assess(const struct backups *list, const struct backup_limits *limits,
                                   struct text *problems) {
    static const int64_t day = 24 * HOUR;
    struct backup_health h = {.level = BACKUP_FINE};
    find_last(&h, list, limits->now);
    if (!h.good) {
        raise_level(&h, BACKUP_CRITICAL);
        text_lit(problems, "There is no good backup.\n");
    } else {
        say_late(&h, "The last good backup", limits->now - h.good->manifest.taken,
                 HOUR * limits->warn_hours, HOUR * limits->late_hours, problems);
        if (list->free_bytes < 2 * h.good->manifest.bytes) {
            raise_level(&h, BACKUP_WARNING);
            text_printf(problems,
                        "There is room for %" PRId64 " bytes; the last backup has %" PRId64 ".\n",
                        list->free_bytes, h.good->manifest.bytes);
        }
    }
    if (h.verified) {
        say_late(&h, "The last verification", limits->now - h.verified->verified_at,
                 day * limits->verify_warn_days, day * limits->verify_late_days, problems);
    } else {
        raise_level(&h, BACKUP_WARNING);
        text_lit(problems, "No backup was ever verified (`sitaminter db verify`).\n");
    }
    say_odd(&h, list, limits->now, problems);
    return h;
}
