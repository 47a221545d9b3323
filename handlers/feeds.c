/* What is new in a list, for feed readers: /tokens.atom and /activity.atom (Atom, RFC 4287) with
 * the filters of the lists. The activity of a token and what an address made and did are such
 * lists. */
#include <string.h>

#include "base/blank.h"
#include "base/config.h"
#include "base/utf8.h"
#include "base/when.h"
#include "handlers/activity_filters.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "handlers/token_filters.h"
#include "handlers/walk.h"
#include "templates/messages.h"

enum { ENTRIES = 50, TITLE_MAX = REPLY_BODY_MAX };

struct feed_params {
    union {
        struct token_filters tokens;
        struct activity_filters activity;
    };
};

struct feed_model {
    struct walk walk; /* whose rows are the entries */
};

static const struct param token_rows[] = {TOKEN_FILTERS(struct feed_params, tokens)};
static const struct param activity_rows[] = {ACTIVITY_FILTERS(struct feed_params, activity)};
static const struct record record_model = {.name = "feed_model", .size = sizeof(struct feed_model)};

/* -- XML -------------------------------------------------------------------------------------- */

/* Text and quoted attributes; what XML 1.0 has no place for becomes U+FFFD, and nothing turns what
 * a reader of feeds shows behind it. */
static void put(struct text *out, const char *s) {
    size_t left = strlen(s), n, before = out->n;
    for (uint32_t c; left; s += n, left -= n) {
        n = utf8_decode(s, left, &c);
        bool good = n && (c >= 0x20 || c == '\t' || c == '\n') && c != 0xFFFE && c != 0xFFFF;
        n = n ? n : 1;
        if (good)
            text_html(out, s, n);
        else
            text_lit(out, "\xef\xbf\xbd");
    }
    text_drop_directions(out, before);
}

static void put_element(struct text *out, const char *name, const char *value) {
    text_printf(out, "<%s>", name);
    put(out, value);
    text_printf(out, "</%s>\n", name);
}

static void put_time(struct text *out, const char *name, int64_t when) {
    text_printf(out, "<%s>", name);
    when_put_iso(out, when == WHEN_NONE ? 0 : when);
    text_printf(out, "</%s>\n", name);
}

static void put_link(struct text *out, const char *rel, const char *type, const char *path) {
    text_printf(out, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
    put(out, config.public_url);
    put(out, path);
    text_lit(out, "\"/>\n");
}

/* A tag URI (RFC 4151) of our host: it stays whatever port or scheme the site moves to. */
static void put_id(struct text *out, const char *path) {
    const char *host = strstr(config.public_url, "://");
    host = host ? host + 3 : config.public_url;
    text_lit(out, "<id>tag:");
    text_html(out, host, strcspn(host, ":/"));
    text_lit(out, ",2026-01-01:");
    put(out, path);
    text_lit(out, "</id>\n");
}

/* -- entries ---------------------------------------------------------------------------------- */

static void put_entry(struct text *out, struct arena *a, const char *title, const char *path,
                      int64_t created, int64_t updated, const char *network, const char *label) {
    text_lit(out, "<entry>\n");
    put_id(out, path);
    put_element(out, "title", title);
    put_time(out, "published", created);
    put_time(out, "updated", updated);
    put_link(out, "alternate", "text/html", path);
    put_element(out, "summary", arena_printf(a, "%s \xc2\xb7 %s", network_label(network), label));
    text_lit(out, "</entry>\n");
}

static void put_token(struct text *out, struct arena *a, const struct token *t) {
    struct text path = text_in(a, PATH_TEXT_MAX);
    struct text title = text_in(a, TITLE_MAX), name = text_in(a, TITLE_MAX);
    path_token(&path, t->id);
    token_put_called(&title, t->symbol, t->name, t->id);
    token_put_name(&name, t->symbol, t->name);
    if (name.n)
        text_printf(&title, " \xe2\x80\x93 %s", text_str(&name));
    put_entry(out, a, text_str(&title), text_str(&path), t->created_at, t->updated_at,
              t->network_id, state_label(t->state));
}

static void put_transaction(struct text *out, struct arena *a, const struct transaction *x) {
    struct text path = text_in(a, PATH_TEXT_MAX);
    struct text title = text_in(a, TITLE_MAX);
    path_activity(&path, x->id);
    text_printf(&title, "%s %s ", type_label(x->tx_type),
                x->amount && !blank_text(x->amount) ? x->amount : "");
    if (x->token_id.set)
        token_put_called(&title, x->token_symbol, x->token_name, x->token_id.value);
    else if (!blank_text(x->tx_hash))
        text_put(&title, x->tx_hash);
    else
        text_printf(&title, message("transaction #%d"), x->id);
    put_entry(out, a, text_str(&title), text_str(&path), x->created_at, x->updated_at,
              x->network_id, state_label(x->state));
}

/* -- the page --------------------------------------------------------------------------------- */

static bool of_tokens(const struct request *rq) {
    return rq->page->params == token_rows;
}

static void feed_load(struct request *rq, struct load *l, void *at) {
    struct feed_params *p = rq->params;
    struct walk *w = &((struct feed_model *)at)->walk;
    w->of_tokens = of_tokens(rq);
    w->paging = (struct paging){.page = 1, .limit = ENTRIES};
    if (w->of_tokens ? token_filters_read(rq, &p->tokens, &w->tokens)
                     : activity_filters_read(rq, &p->activity, &w->transactions))
        walk_begin(l, w);
}

static enum status feed_show(struct request *rq, struct load *l, void *at, int round) {
    (void)rq;
    (void)round;
    walk_on(l, &((struct feed_model *)at)->walk);
    return OK;
}

/* When the newest change among the entries was; a list of nothing was never changed. */
static int64_t updated_of(const struct feed_model *m, bool tokens) {
    int64_t latest = WHEN_NONE;
    for (size_t i = 0; i < m->walk.rows.n; i++) {
        int64_t when = tokens ? ((const struct token *)m->walk.rows.at)[i].updated_at
                              : ((const struct transaction *)m->walk.rows.at)[i].updated_at;
        latest = when > latest ? when : latest;
    }
    return latest;
}

/* The list's address, at the page or at the feed. */
static const char *address(struct request *rq, const char *path) {
    const struct feed_params *p = rq->params;
    struct text t = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&t, path);
    if (of_tokens(rq))
        token_filters_put(&t, &p->tokens);
    else
        activity_filters_put(&t, &p->activity);
    return text_str(&t);
}

static const char *title_of(struct request *rq, const struct feed_model *m) {
    const struct feed_params *p = rq->params;
    return of_tokens(rq) ? token_filters_title(rq->arena, &p->tokens, NULL)
                         : activity_filters_title(rq->arena, &p->activity, NULL, &m->walk.rows);
}

static const char *feed_raw(struct request *rq, struct reply *reply, void *at) {
    struct feed_model *m = at;
    struct text *out = &reply->body;
    bool tokens = of_tokens(rq);
    const char *self = address(rq, rq->page->path);
    if (m->walk.rows.n > ENTRIES)
        m->walk.rows.n = ENTRIES;
    text_lit(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    put(out, message("en"));
    text_lit(out, "\">\n");
    put_id(out, self);
    put_element(out, "title", title_of(rq, m));
    put_time(out, "updated", updated_of(m, tokens));
    text_lit(out, "<author><name>SiTa Minter</name></author>\n");
    put_link(out, "self", "application/atom+xml", self);
    put_link(out, "alternate", "text/html", address(rq, tokens ? "/tokens" : "/activity"));
    for (size_t i = 0; i < m->walk.rows.n; i++)
        if (tokens)
            put_token(out, rq->arena, (const struct token *)m->walk.rows.at + i);
        else
            put_transaction(out, rq->arena, (const struct transaction *)m->walk.rows.at + i);
    text_lit(out, "</feed>\n");
    return "application/atom+xml";
}

const struct page page_tokens_atom = {
    .name = "tokens_atom",
    .path = "/tokens.atom",
    .summary = "The newest 50 tokens of a list as an Atom feed (RFC 4287).",
    .type = "application/atom+xml",
    .params = token_rows,
    .n_params = sizeof token_rows / sizeof token_rows[0],
    .params_size = sizeof(struct feed_params),
    .model = &record_model,
    .load = feed_load,
    .show = feed_show,
    .raw = feed_raw,
};

const struct page page_activity_atom = {
    .name = "activity_atom",
    .path = "/activity.atom",
    .summary = "The newest 50 transactions of a list as an Atom feed (RFC 4287).",
    .type = "application/atom+xml",
    .params = activity_rows,
    .n_params = sizeof activity_rows / sizeof activity_rows[0],
    .params_size = sizeof(struct feed_params),
    .model = &record_model,
    .load = feed_load,
    .show = feed_show,
    .raw = feed_raw,
};
