/* Everything that a list has, for programs and spreadsheets: /tokens.csv, /tokens.jsonl and the
 * same of activity, with the filters and orders of the lists. Made while it is sent, a hundred rows
 * a statement, outside of any transaction; `after` goes on behind the last row that was received.
 */
#include "base/csv_out.h"
#include "base/json_out.h"
#include "handlers/activity_filters.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/records.h"
#include "handlers/reply_build.h"
#include "handlers/token_filters.h"
#include "handlers/walk.h"

enum {
    PIECE_BYTES = 256 * 1024,
    EXPORT_ROWS = 10 * (PAGING_LIMIT_MAX + 1) /* counts for ten pages: so many pieces may follow */
};

struct export_params {
    union {
        struct token_filters tokens;
        struct activity_filters activity;
    };
    int32_t after; /* -1: not given */
};

/* One download under way; lives in its request's arena. */
struct export_model {
    struct load load; /* of the next piece, in an arena that is emptied between pieces */
    struct walk walk;
    bool as_csv, asks_end;
};

#define AFTER_PARAM                                                                                \
    {                                                                                              \
        .name = "after", .kind = PARAM_INT, .offset = offsetof(struct export_params, after),       \
        .least = 0, .most = INT32_MAX, .preset = -1,                                               \
        .help = "Only rows that come after the row with this id in the list: to go on with what "  \
                "was cut off. Then CSV has no line of names."                                      \
    }

static const struct param token_rows[] = {TOKEN_FILTERS(struct export_params, tokens),
                                          TOKEN_SORT(struct export_params, tokens), AFTER_PARAM};
static const struct param activity_rows[] = {ACTIVITY_FILTERS(struct export_params, activity),
                                             ACTIVITY_SORT(struct export_params, activity),
                                             AFTER_PARAM};

static const struct record record_model = {.name = "export_model",
                                           .size = sizeof(struct export_model)};

/* -- pieces ----------------------------------------------------------------------------------- */

static void ask(struct export_model *m) {
    arena_reset(m->load.arena);
    load_clear(&m->load);
    m->walk.rows = m->walk.end = (struct rows){0};
    walk_list(&m->load, &m->walk);
}

/* A piece that is not full: where did it come to? */
static void ask_end(struct export_model *m) {
    arena_reset(m->load.arena);
    load_clear(&m->load);
    m->walk.rows = m->walk.end = (struct rows){0};
    walk_end(&m->load, &m->walk);
    m->asks_end = true;
}

/* Moves on behind the n rows that were written; false at the end. */
static bool move(struct export_model *m, size_t n) {
    struct walk *w = &m->walk;
    if (m->asks_end) {
        m->asks_end = false;
        w->paging.cursor = walk_stop(w);
        if (!w->paging.cursor)
            return false;
        ask(m);
    } else if (w->rows.n > n) { /* both records begin with their id */
        w->paging.cursor = *(const int32_t *)rows_at(walk_record(w), &w->rows, n - 1);
        ask(m);
    } else if (walk_scans(w)) {
        ask_end(m);
    } else {
        return false;
    }
    return true;
}

static enum stream_state next_piece(void *state, struct text *chunk) {
    struct export_model *m = state;
    const struct walk *w = &m->walk;
    size_t most = w->rows.n > (size_t)w->paging.limit ? (size_t)w->paging.limit : w->rows.n, n = 0;
    if (m->load.status != OK)
        return STREAM_BROKEN;
    /* Rows may be large: those that are left are asked for again. */
    for (; n < most && chunk->n < PIECE_BYTES; n++) {
        const void *row = rows_at(walk_record(w), &w->rows, n);
        if (m->as_csv) {
            csv_put_record(chunk, walk_record(w), row);
        } else {
            json_put_record(chunk, walk_record(w), row);
            text_char(chunk, '\n');
        }
    }
    return move(m, n) ? STREAM_MORE : STREAM_END;
}

/* -- the page --------------------------------------------------------------------------------- */

static void free_arena(void *arena) {
    arena_free(arena);
}

/* A cursor of which nothing is known stands for the list's beginning: so all pieces have one. */
static struct paging begin_at(int32_t after, enum list_sort sort) {
    bool descends = sort == SORT_NEWEST;
    return (struct paging){.by = PAGING_BY_AFTER,
                           .cursor = after >= 0 ? after
                                     : descends ? INT32_MAX
                                                : 0,
                           .limit = PAGING_LIMIT_MAX,
                           .oldest = sort == SORT_OLDEST};
}

static void export_load(struct request *rq, struct load *l, void *at) {
    struct export_params *p = rq->params;
    struct walk *w = &((struct export_model *)at)->walk;
    w->of_tokens = rq->page->params == token_rows;
    w->paging = begin_at(p->after, list_sort_of(w->of_tokens ? p->tokens.sort : p->activity.sort));
    if (w->of_tokens ? token_filters_read(rq, &p->tokens, &w->tokens)
                     : activity_filters_read(rq, &p->activity, &w->transactions))
        walk_count(l, w);
}

static const char *export_raw(struct request *rq, struct reply *reply, void *at) {
    const struct export_params *p = rq->params;
    struct export_model *m = at;
    m->as_csv = rq->page->type[0] == 't';
    m->load.arena = arena_new();
    arena_defer(rq->arena, free_arena, m->load.arena);
    reply_header(reply, "Content-Disposition",
                 arena_printf(rq->arena, "attachment; filename=\"%s\"", rq->page->path + 1));
    if (m->as_csv && p->after < 0)
        csv_put_head(&reply->body, walk_record(&m->walk));
    walk_choose(&m->walk, EXPORT_ROWS);
    ask(m);
    reply->stream = next_piece;
    reply->stream_state = m;
    reply->stream_load = &m->load;
    return m->as_csv ? "text/csv; charset=utf-8" : rq->page->type;
}

#define EXPORT(id, where, media, rows, told)                                                       \
    const struct page page_##id = {                                                                \
        .name = #id,                                                                               \
        .path = where,                                                                             \
        .summary = told,                                                                           \
        .type = media,                                                                             \
        .pool = POOL_DESK,                                                                         \
        .cache = CACHE_NONE,                                                                       \
        .params = rows,                                                                            \
        .n_params = sizeof rows / sizeof rows[0],                                                  \
        .params_size = sizeof(struct export_params),                                               \
        .model = &record_model,                                                                    \
        .load = export_load,                                                                       \
        .raw = export_raw,                                                                         \
    }

EXPORT(tokens_csv, "/tokens.csv", "text/csv", token_rows,
       "All tokens of a list as CSV (RFC 4180), however many; at most two downloads at once.");
EXPORT(tokens_jsonl, "/tokens.jsonl", "application/jsonl", token_rows,
       "All tokens of a list, a JSON object a line; at most two downloads at once.");
EXPORT(activity_csv, "/activity.csv", "text/csv", activity_rows,
       "All transactions of a list as CSV (RFC 4180); at most two downloads at once.");
EXPORT(activity_jsonl, "/activity.jsonl", "application/jsonl", activity_rows,
       "All transactions of a list, a JSON object a line; at most two downloads at once.");
