/* For search engines: robots.txt (RFC 9309) and the sitemap (sitemaps.org protocol 0.9): an index,
 * one map of the fixed pages, and one for each ten thousand token ids. */
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/records.h"
#include "sql/tokens.h"

#define NAMESPACE "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

enum { BLOCK = 10000, BLOCKS_MAX = INT32_MAX / BLOCK };

struct sitemap_params {
    int32_t block;
};

struct sitemap_model {
    struct rows ids; /* struct id */
};

static const struct record record_model = {.name = "sitemap_model",
                                           .size = sizeof(struct sitemap_model)};

/* public_url is the operator's and plain ASCII; still it is text inside XML. */
static void put_location(struct text *out, const char *around, const char *path) {
    text_printf(out, "<%s><loc>", around);
    text_html(out, config.public_url, strlen(config.public_url));
    text_html(out, path, strlen(path));
    text_printf(out, "</loc></%s>\n", around);
}

static const char *robots_raw(struct request *rq, struct reply *reply, void *model) {
    (void)rq;
    (void)model;
    text_lit(&reply->body, "User-agent: *\nDisallow: /api/\nDisallow: /search\n");
    text_printf(&reply->body, "Sitemap: %s/sitemap.xml\n", config.public_url);
    return "text/plain; charset=utf-8";
}

static void index_load(struct request *rq, struct load *l, void *at) {
    (void)rq;
    struct sitemap_model *model = at;
    token_newest_id(l, &record_id, &model->ids);
}

static const char *index_raw(struct request *rq, struct reply *reply, void *at) {
    (void)rq;
    const struct sitemap_model *model = at;
    struct text *out = &reply->body;
    int32_t newest = model->ids.n ? ((const struct id *)model->ids.at)->id : 0;
    text_lit(out, XML "<sitemapindex " NAMESPACE ">\n");
    for (int32_t block = 0; block <= newest / BLOCK + (newest % BLOCK > 0); block++) {
        char path[32];
        snprintf(path, sizeof path, "/sitemaps/%d", block);
        put_location(out, "sitemap", path);
    }
    text_lit(out, "</sitemapindex>\n");
    return "application/xml";
}

static const struct param sitemap_param_rows[] = {
    {.name = "block",
     .kind = PARAM_INT,
     .offset = offsetof(struct sitemap_params, block),
     .least = 0,
     .most = BLOCKS_MAX,
     .help = "0: the fixed pages; n: the tokens of the n-th ten thousand ids."},
};

static void sitemap_load(struct request *rq, struct load *l, void *at) {
    const struct sitemap_params *p = rq->params;
    struct sitemap_model *model = at;
    if (p->block)
        token_ids(l, (p->block - 1) * BLOCK, &record_id, &model->ids);
}

static enum status sitemap_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct sitemap_params *p = rq->params;
    const struct sitemap_model *model = at;
    return p->block && model->ids.n == 0 ? NOT_FOUND : OK;
}

static const char *sitemap_raw(struct request *rq, struct reply *reply, void *at) {
    static const char *const fixed[] = {"/", "/tokens", "/activity", "/about", "/docs/api"};
    const struct sitemap_params *p = rq->params;
    const struct sitemap_model *model = at;
    struct text *out = &reply->body;
    text_lit(out, XML "<urlset " NAMESPACE ">\n");
    for (size_t i = 0; p->block == 0 && i < sizeof fixed / sizeof fixed[0]; i++)
        put_location(out, "url", fixed[i]);
    for (size_t i = 0; i < model->ids.n; i++) {
        char path[32];
        snprintf(path, sizeof path, "/tokens/%d", ((const struct id *)model->ids.at)[i].id);
        put_location(out, "url", path);
    }
    text_lit(out, "</urlset>\n");
    return "application/xml";
}

const struct page page_robots = {
    .name = "robots",
    .path = "/robots.txt",
    .raw = robots_raw,
};

const struct page page_sitemap_index = {
    .name = "sitemap_index",
    .path = "/sitemap.xml",
    .model = &record_model,
    .load = index_load,
    .raw = index_raw,
};

const struct page page_sitemap = {
    .name = "sitemap",
    .path = "/sitemaps/{block}",
    .params = sitemap_param_rows,
    .n_params = 1,
    .params_size = sizeof(struct sitemap_params),
    .model = &record_model,
    .load = sitemap_load,
    .show = sitemap_show,
    .raw = sitemap_raw,
};
