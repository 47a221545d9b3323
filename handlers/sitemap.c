/* For search engines: robots.txt (RFC 9309) and the sitemap (sitemaps.org protocol 0.9): an index,
 * a map of the fixed pages, and maps of 50,000 ids each of tokens, activity and creators, which are
 * made while they are sent. */
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/when.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "handlers/reply_build.h"
#include "handlers/sitemap.h"
#include "sql/sitemap.h"

#define NAMESPACE "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

enum { PARTS_MAX = INT32_MAX / SITEMAP_PART + 1 };

/* public_url is the operator's and plain ASCII; still it is text inside XML. */
static void put_location(struct text *out, const char *path) {
    text_lit(out, "<loc>");
    text_html(out, config.public_url, strlen(config.public_url));
    text_html(out, path, strlen(path));
    text_lit(out, "</loc>");
}

static const char *robots_raw(struct request *rq, struct reply *reply, void *model) {
    (void)rq;
    (void)model;
    text_lit(&reply->body, "User-agent: *\nDisallow: /api/\nDisallow: /search\n"
                           "Disallow: /*.csv\nDisallow: /*.jsonl\nDisallow: /*until=\n");
    text_printf(&reply->body, "Sitemap: %s/sitemap.xml\n", config.public_url);
    return "text/plain; charset=utf-8";
}

/* -- the index -------------------------------------------------------------------------------- */

static const char *const folders[] = {
    [SITEMAP_TOKENS] = "tokens", [SITEMAP_ACTIVITY] = "activity", [SITEMAP_CREATORS] = "creators"};
enum { KINDS = sizeof folders / sizeof folders[0] };

struct index_model {
    struct rows parts[KINDS]; /* struct id */
};

static const struct record record_index = {.name = "index_model",
                                           .size = sizeof(struct index_model)};

static void index_load(struct request *rq, struct load *l, void *at) {
    (void)rq;
    struct index_model *model = at;
    for (int of = 0; of < KINDS; of++)
        sitemap_parts(l, (enum sitemap_of)of, &record_id, &model->parts[of]);
}

static void put_map(struct text *out, const char *path) {
    text_lit(out, "<sitemap>");
    put_location(out, path);
    text_lit(out, "</sitemap>\n");
}

static const char *index_raw(struct request *rq, struct reply *reply, void *at) {
    const struct index_model *model = at;
    struct text *out = &reply->body;
    text_lit(out, XML "<sitemapindex " NAMESPACE ">\n");
    put_map(out, "/sitemaps/pages");
    for (int of = 0; of < KINDS; of++)
        for (size_t i = 0; i < model->parts[of].n; i++)
            put_map(out, arena_printf(rq->arena, "/sitemaps/%s/%d", folders[of],
                                      ((const struct id *)model->parts[of].at)[i].id));
    text_lit(out, "</sitemapindex>\n");
    return "application/xml";
}

static const char *fixed_raw(struct request *rq, struct reply *reply, void *at) {
    static const char *const fixed[] = {"/", "/tokens", "/activity", "/about", "/docs/api"};
    (void)rq;
    (void)at;
    text_lit(&reply->body, XML "<urlset " NAMESPACE ">\n");
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        text_lit(&reply->body, "<url>");
        put_location(&reply->body, fixed[i]);
        text_lit(&reply->body, "</url>\n");
    }
    text_lit(&reply->body, "</urlset>\n");
    return "application/xml";
}

/* -- maps ------------------------------------------------------------------------------------- */

struct place {
    int32_t id;
    const char *wallet_address;
    int64_t changed_at;
};

static const struct field place_fields[] = {
    FIELD_STORED(struct place, id, "id", FIELD_INT),
    FIELD_STORED(struct place, wallet_address, "walletAddress", FIELD_HASH),
    FIELD_STORED(struct place, changed_at, "changedAt", FIELD_TIME),
};
const struct record record_place = RECORD(place, place_fields);

struct map_params {
    int32_t part;
};

/* One map under way; lives in its request's arena. */
struct map_model {
    struct load load; /* of the next piece, in an arena that is emptied between pieces */
    enum sitemap_of of;
    int32_t part;
    struct rows places; /* struct place */
    struct rows parts;  /* struct id */
};

static const struct record record_map = {.name = "map_model", .size = sizeof(struct map_model)};

static const struct param map_param_rows[] = {
    {.name = "part",
     .kind = PARAM_INT,
     .offset = offsetof(struct map_params, part),
     .least = 1,
     .most = PARTS_MAX,
     .help = "n: the n-th fifty thousand ids."},
};

static enum sitemap_of kind_of(const struct page *page) {
    enum sitemap_of of = SITEMAP_TOKENS;
    while (of + 1 < KINDS && strcmp(page->name + strlen("sitemap_"), folders[of]) != 0)
        of++;
    return of;
}

static void map_load(struct request *rq, struct load *l, void *at) {
    const struct map_params *p = rq->params;
    struct map_model *m = at;
    m->of = kind_of(rq->page);
    m->part = p->part;
    sitemap_parts(l, m->of, &record_id, &m->parts);
}

static enum status map_show(struct request *rq, struct load *l, void *at, int round) {
    (void)rq;
    (void)l;
    (void)round;
    const struct map_model *m = at;
    const struct id *parts = m->parts.at;
    for (size_t i = 0; i < m->parts.n; i++)
        if (parts[i].id == m->part)
            return OK;
    return NOT_FOUND;
}

static void put_place(struct text *out, struct map_model *m, const struct place *place) {
    struct text path = text_in(m->load.arena, PATH_TEXT_MAX);
    if (m->of == SITEMAP_TOKENS)
        path_token(&path, place->id);
    else if (m->of == SITEMAP_ACTIVITY)
        path_activity(&path, place->id);
    else
        path_creator(&path, place->wallet_address);
    if (path.n == 0) /* not everything that was recorded as an address has a page */
        return;
    text_lit(out, "<url>");
    put_location(out, text_str(&path));
    text_lit(out, "<lastmod>");
    when_put_iso(out, place->changed_at);
    text_lit(out, "</lastmod></url>\n");
}

static void ask(struct map_model *m, int32_t after) {
    arena_reset(m->load.arena);
    load_clear(&m->load);
    sitemap_piece(&m->load, m->of, m->part, after, &record_place, &m->places);
}

static enum stream_state next_piece(void *state, struct text *chunk) {
    struct map_model *m = state;
    const struct place *places = m->places.at;
    size_t n = m->places.n;
    if (m->load.status != OK)
        return STREAM_BROKEN;
    for (size_t i = 0; i < n; i++)
        put_place(chunk, m, &places[i]);
    if (n < SITEMAP_PIECE) {
        text_lit(chunk, "</urlset>\n");
        return STREAM_END;
    }
    ask(m, places[n - 1].id);
    return STREAM_MORE;
}

static void free_arena(void *arena) {
    arena_free(arena);
}

static const char *map_raw(struct request *rq, struct reply *reply, void *at) {
    struct map_model *m = at;
    m->load.arena = arena_new();
    arena_defer(rq->arena, free_arena, m->load.arena);
    text_lit(&reply->body, XML "<urlset " NAMESPACE ">\n");
    ask(m, (m->part - 1) * SITEMAP_PART);
    reply->stream = next_piece;
    reply->stream_state = m;
    reply->stream_load = &m->load;
    return "application/xml";
}

/* -- the pages -------------------------------------------------------------------------------- */

const struct page page_robots = {
    .name = "robots",
    .path = "/robots.txt",
    .summary = "What crawlers may ask, and where the sitemap is (RFC 9309).",
    .type = "text/plain",
    .raw = robots_raw,
};

const struct page page_sitemap_index = {
    .name = "sitemap_index",
    .path = "/sitemap.xml",
    .summary = "The sitemap: which maps there are (sitemaps.org).",
    .type = "application/xml",
    .model = &record_index,
    .load = index_load,
    .raw = index_raw,
};

const struct page page_sitemap_pages = {
    .name = "sitemap_pages",
    .path = "/sitemaps/pages",
    .summary = "The fixed pages, as a part of the sitemap.",
    .type = "application/xml",
    .raw = fixed_raw,
};

#define MAP(kind, told)                                                                            \
    const struct page page_sitemap_##kind = {                                                      \
        .name = "sitemap_" #kind,                                                                  \
        .path = "/sitemaps/" #kind "/{part}",                                                      \
        .summary = told,                                                                           \
        .type = "application/xml",                                                                 \
        .pool = POOL_DESK,                                                                         \
        .cache = CACHE_NONE,                                                                       \
        .params = map_param_rows,                                                                  \
        .n_params = 1,                                                                             \
        .params_size = sizeof(struct map_params),                                                  \
        .model = &record_map,                                                                      \
        .load = map_load,                                                                          \
        .show = map_show,                                                                          \
        .raw = map_raw,                                                                            \
    }

MAP(tokens, "The pages of 50,000 ids of tokens, as a part of the sitemap.");
MAP(activity, "The pages of 50,000 ids of transactions, as a part of the sitemap.");
MAP(creators, "The pages of 50,000 ids of people, as a part of the sitemap.");
