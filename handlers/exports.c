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

enum { PIECE_BYTES = 256 * 1024 };

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
    struct rows rows;
    const struct record *as;
    bool of_tokens, as_csv;
    struct token_filter tokens;
    struct transaction_filter transactions;
    struct paging paging;
    bool scans;         /* the list of what begins with a text: by ids, not by how it begins */
    int64_t cursor;     /* then: where */
    struct rows newest; /* struct id: where such a list ends */
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

static void scan(struct export_model *m) {
    if (m->of_tokens)
        token_scan(&m->load, &m->tokens, m->cursor, m->paging.oldest, m->paging.limit,
                   &record_token, &m->rows);
    else
        transaction_scan(&m->load, &m->transactions, m->cursor, m->paging.oldest, m->paging.limit,
                         &record_transaction, &m->rows);
}

static void ask(struct export_model *m) {
    arena_reset(m->load.arena);
    load_clear(&m->load);
    if (m->scans)
        scan(m);
    else if (m->of_tokens)
        token_list(&m->load, &m->tokens, &m->paging, &record_token, &m->rows);
    else
        transaction_list(&m->load, &m->transactions, &m->paging, &record_transaction, &m->rows);
}

/* Both records begin with their id. */
static int32_t id_at(const struct export_model *m, size_t i) {
    return *(const int32_t *)rows_at(m->as, &m->rows, i);
}

/* Moves on behind the n rows that were written; false at the end. */
static bool move(struct export_model *m, size_t n) {
    bool full = m->rows.n > n;
    if (!m->scans) {
        if (full)
            m->paging.cursor = id_at(m, n - 1);
        return full;
    }
    int64_t end = ((const struct id *)m->newest.at)->id;
    int64_t ids = m->of_tokens ? TOKEN_SCAN_IDS : TRANSACTION_SCAN_IDS;
    if (full)
        m->cursor = id_at(m, n - 1);
    else
        m->cursor += m->paging.oldest ? ids : -ids;
    return m->paging.oldest ? m->cursor < end : m->cursor > 1;
}

static enum stream_state next_piece(void *state, struct text *chunk) {
    struct export_model *m = state;
    size_t most = m->rows.n > (size_t)m->paging.limit ? (size_t)m->paging.limit : m->rows.n, n = 0;
    if (m->load.status != OK)
        return STREAM_BROKEN;
    /* Rows may be large: those that are left are asked for again. */
    for (; n < most && chunk->n < PIECE_BYTES; n++) {
        const void *row = rows_at(m->as, &m->rows, n);
        if (m->as_csv) {
            csv_put_record(chunk, m->as, row);
        } else {
            json_put_record(chunk, m->as, row);
            text_char(chunk, '\n');
        }
    }
    if (!move(m, n))
        return STREAM_END;
    ask(m);
    return STREAM_MORE;
}

/* -- the page --------------------------------------------------------------------------------- */

static void free_arena(void *arena) {
    arena_free(arena);
}

/* A cursor of which nothing is known stands for the list's beginning: so all pieces have one. */
static void begin_at(struct export_model *m, int32_t after, enum list_sort sort) {
    bool descends = sort == SORT_NEWEST;
    m->paging = (struct paging){.by = PAGING_BY_AFTER,
                                .cursor = after >= 0 ? after
                                          : descends ? INT32_MAX
                                                     : 0,
                                .limit = PAGING_LIMIT_MAX,
                                .oldest = sort == SORT_OLDEST};
}

static void export_load(struct request *rq, struct load *l, void *at) {
    struct export_params *p = rq->params;
    struct export_model *m = at;
    m->of_tokens = rq->page->params == token_rows;
    enum list_sort sort = list_sort_of(m->of_tokens ? p->tokens.sort : p->activity.sort);
    bool there = m->of_tokens ? token_filters_read(rq, &p->tokens, &m->tokens)
                              : activity_filters_read(rq, &p->activity, &m->transactions);
    if (!there)
        return;
    begin_at(m, p->after, sort);
    m->scans =
        m->of_tokens ? m->tokens.q && m->tokens.order == TOKENS_BY_ID : m->transactions.q != NULL;
    if (m->scans && m->of_tokens)
        token_newest_id(l, &record_id, &m->newest);
    else if (m->scans)
        transaction_newest_id(l, &record_id, &m->newest);
}

static const char *export_raw(struct request *rq, struct reply *reply, void *at) {
    const struct export_params *p = rq->params;
    struct export_model *m = at;
    m->as_csv = rq->page->type[0] == 't';
    m->as = m->of_tokens ? &record_token : &record_transaction;
    m->load.arena = arena_new();
    arena_defer(rq->arena, free_arena, m->load.arena);
    reply_header(reply, "Content-Disposition",
                 arena_printf(rq->arena, "attachment; filename=\"%s\"", rq->page->path + 1));
    if (m->as_csv && p->after < 0)
        csv_put_head(&reply->body, m->as);
    const char *type = m->as_csv ? "text/csv; charset=utf-8" : rq->page->type;
    if (m->scans && m->newest.n == 0)
        return type;
    if (m->scans && m->paging.cursor == INT32_MAX)
        m->cursor = (int64_t)((const struct id *)m->newest.at)->id + 1;
    else
        m->cursor = m->paging.cursor;
    ask(m);
    reply->stream = next_piece;
    reply->stream_state = m;
    reply->stream_load = &m->load;
    return type;
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
