#include "handlers/totals.h"

#include <string.h>

#include "base/counters.h"
#include "base/crypto.h"

enum { REMEMBERED = 512, REMEMBERED_US = 1000 * 1000, KEY_TEXT_MAX = 8192 };

/* What this worker remembers: a list's place is given by its key, the latest one there stays. */
static struct {
    uint8_t key[16];
    int64_t until; /* counters_clock */
} remembered[REMEMBERED];

static size_t place_of(const uint8_t key[16]) {
    return (key[0] | (size_t)key[1] << 8) % REMEMBERED;
}

static bool has_more(const uint8_t key[16]) {
    size_t i = place_of(key);
    return remembered[i].until > counters_clock() &&
           memcmp(remembered[i].key, key, sizeof remembered[i].key) == 0;
}

/* With its length, so that no two filters read alike. */
static void add(struct text *t, const char *value) {
    if (value)
        text_printf(t, "%zu:%s,", strlen(value), value);
    else
        text_lit(t, "-,");
}

static void set_key(struct list_total *out, const struct text *t) {
    crypto_blake2b(out->key, sizeof out->key, t->at, t->n, NULL);
    out->found = (struct rows){0};
}

void totals_tokens(struct load *l, const struct token_filter *f, int32_t until,
                   struct list_total *out) {
    struct text t = text_in(l->arena, KEY_TEXT_MAX);
    text_printf(&t, "tokens %d %d ", f->q ? (int)f->order : 0, until);
    add(&t, f->network);
    add(&t, f->status);
    add(&t, f->creator);
    add(&t, f->q);
    add(&t, f->from);
    add(&t, f->to);
    set_key(out, &t);
    if (!has_more(out->key))
        token_total(l, f, until, &record_total, &out->found);
}

void totals_transactions(struct load *l, const struct transaction_filter *f, int32_t until,
                         struct list_total *out) {
    struct text t = text_in(l->arena, KEY_TEXT_MAX);
    text_printf(&t, "transactions %d %d ", f->token_id, until);
    add(&t, f->network);
    add(&t, f->status);
    add(&t, f->user);
    add(&t, f->type);
    add(&t, f->q);
    add(&t, f->from);
    add(&t, f->to);
    set_key(out, &t);
    if (!has_more(out->key))
        transaction_total(l, f, until, &record_total, &out->found);
}

struct total totals_of(const struct list_total *t) {
    size_t i = place_of(t->key);
    if (t->found.n == 0)
        return (struct total){.total = PAGING_COUNTED + 1};
    struct total total = *(const struct total *)t->found.at;
    if (total.total < 0)
        total = (struct total){.is_part = true};
    if (total.total > PAGING_COUNTED) {
        memcpy(remembered[i].key, t->key, sizeof remembered[i].key);
        remembered[i].until = counters_clock() + REMEMBERED_US;
    }
    return total;
}
