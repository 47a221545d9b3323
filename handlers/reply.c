#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/crypto.h"
#include "base/json_out.h"
#include "base/log.h"
#include "handlers/accept.h"
#include "handlers/filters.h"
#include "handlers/params.h"
#include "handlers/paths.h"
#include "handlers/reply_build.h"
#include "templates/assets.h"
#include "templates/messages.h"

static const struct field feed_fields[] = {
    FIELD_MADE(struct feed, path, "path", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct feed, title, "title", FIELD_TEXT, FACE_HTML),
};
static const struct record record_feed = RECORD(feed, feed_fields);

static const struct field shell_fields[] = {
    FIELD_MADE(struct shell, css, "css", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct shell, js, "js", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct shell, favicon, "favicon", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct shell, site, "site", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct shell, card, "card", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct shell, canonical, "canonical", FIELD_URL, FACE_HTML),
    FIELD_MADE(struct shell, twin, "twin", FIELD_PATH, FACE_HTML),
    FIELD_INSIDE(struct shell, feeds, "feeds", FIELD_LIST, FACE_HTML, &record_feed),
    FIELD_MADE(struct shell, at_tokens, "atTokens", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct shell, at_activity, "atActivity", FIELD_BOOL, FACE_HTML),
};
const struct record record_shell = RECORD(shell, shell_fields);

struct failure {
    int32_t status;
    const char *code, *title, *message;
    const char *request_id;
    struct rows details;
};

static const struct field failure_fields[] = {
    FIELD_MADE_TOLD(struct failure, code, "code", FIELD_TEXT, ALWAYS, "A word for programs."),
    FIELD_MADE_TOLD(struct failure, message, "message", FIELD_TEXT, ALWAYS,
                    "A sentence for people."),
    FIELD_INSIDE_TOLD(struct failure, details, "details", FIELD_LIST, &record_problem, ALWAYS,
                      "Each thing that is wrong, by name; often empty."),
    FIELD_MADE(struct failure, status, "status", FIELD_INT, FACE_HTML),
    FIELD_MADE(struct failure, title, "title", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct failure, request_id, "requestId", FIELD_TEXT, FACE_HTML),
};
const struct record record_error = RECORD(failure, failure_fields);

struct http_status {
    int status;
    const char *phrase, *code, *title, *message;
};

/* Every status this program answers with. code, title and message are for errors. */
static const struct http_status statuses[] = {
    {200, "OK", NULL, NULL, NULL},
    {204, "No Content", NULL, NULL, NULL},
    {302, "Found", NULL, NULL, NULL},
    {304, "Not Modified", NULL, NULL, NULL},
    {400, "Bad Request", "invalid_input", N_("That address is not right"),
     N_("The request has a part that cannot be used.")},
    {403, "Forbidden", "forbidden", N_("Not from here"), N_("This address is not open to you.")},
    {404, "Not Found", "not_found", N_("Nothing here"), N_("There is nothing at this address.")},
    {405, "Method Not Allowed", "method_not_allowed", N_("Not in this way"),
     N_("This address does not take that method.")},
    {406, "Not Acceptable", "invalid_input", N_("Not in that form"),
     N_("This address answers in application/json only.")},
    {409, "Conflict", "conflict", N_("Not now"),
     N_("The present state does not allow this; please look again.")},
    {413, "Content Too Large", "payload_too_large", N_("Too large"),
     N_("The request, or the answer to it, is larger than this site takes.")},
    {414, "URI Too Long", "invalid_input", N_("That address is too long"),
     N_("The address is longer than this site takes.")},
    {429, "Too Many Requests", "rate_limited", N_("Too many at once"),
     N_("Others at your address, or many people, are downloading just now. Try again shortly.")},
    {500, "Internal Server Error", "server_error", N_("Something went wrong"),
     N_("The fault is ours. Nothing was changed.")},
    {503, "Service Unavailable", "server_error", N_("Back in a moment"),
     N_("The site cannot answer right now. Nothing was changed; please try again shortly.")},
};

static const struct http_status *status_row(int status) {
    size_t n = sizeof statuses / sizeof statuses[0];
    for (size_t i = 0; i < n; i++)
        if (statuses[i].status == status)
            return &statuses[i];
    log_fatal("reply", "status %d is not in the table", status);
}

int reply_status(enum status s) {
    switch (s) {
    case OK:
        return 200;
    case NOT_FOUND:
        return 404;
    case BAD_INPUT:
        return 400;
    case CONFLICT:
        return 409;
    case BUSY:
    case TOO_SLOW:
        return 503;
    case FAILED:
        return 500;
    }
    return 500;
}

void reply_start(struct reply *reply, struct arena *a) {
    *reply = (struct reply){.head = text_in(a, REPLY_HEAD_MAX), .body = text_in(a, REPLY_BODY_MAX)};
}

void reply_header(struct reply *reply, const char *name, const char *value) {
    text_put(&reply->head, name);
    text_lit(&reply->head, ": ");
    text_put(&reply->head, value);
    text_lit(&reply->head, "\r\n");
}

static const char *cache_control(const struct job *job, int status) {
    static const char *const values[] = {
        [CACHE_PUBLIC] = "public, max-age=0, s-maxage=1, stale-while-revalidate=1",
        [CACHE_FOREVER] = "public, max-age=31536000, immutable",
        [CACHE_NONE] = "no-store"};
    const struct request *rq = job->rq;
    if (status >= 400 || !rq->page)
        return status == 404 || status == 400 ? "no-cache" : "no-store";
    if (rq->page->cache == CACHE_PUBLIC && *rq->cookie)
        return "private, no-cache";
    return values[rq->page->cache];
}

/* True if the If-None-Match header names the tag, compared weakly (RFC 9110 section 13.1.2), so
 * that the W/ form that compression makes of our tag counts as ours. */
static bool tag_matches(const char *header, const char *tag) {
    size_t n = strlen(tag);
    while (*header) {
        header += strspn(header, " \t,");
        if (*header == '*')
            return true;
        if (strncmp(header, "W/", 2) == 0)
            header += 2;
        if (strncmp(header, tag, n) == 0)
            return true;
        header += strcspn(header, ",");
    }
    return false;
}

static const char *tag_of(struct arena *a, const struct text *body) {
    uint8_t digest[16];
    char hex[33];
    crypto_blake2b(digest, sizeof digest, body->at, body->n, NULL);
    crypto_hex(hex, digest, sizeof digest);
    return arena_printf(a, "\"%s\"", hex);
}

static const char *csp_of(const char *type) {
    if (strncmp(type, "text/html", 9) == 0)
        return "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
               "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    return "default-src 'none'; frame-ancestors 'none'";
}

static void put_status(struct reply *reply, int status) {
    reply->status = status;
    text_printf(&reply->head, "Status: %d %s\r\n", status, status_row(status)->phrase);
}

void reply_finish(struct job *job, int status, const char *type) {
    struct reply *reply = &job->reply;
    struct text extra = reply->head;
    reply->head = text_in(job->rq->arena, REPLY_HEAD_MAX);
    const char *tag = status == 200 && !reply->stream && job->rq->page->cache != CACHE_NONE
                          ? tag_of(job->rq->arena, &reply->body)
                          : NULL;
    if (tag && tag_matches(job->rq->if_none_match, tag))
        status = 304;
    put_status(reply, status);
    if (status != 304 && status != 204) {
        reply_header(reply, "Content-Type", type);
        if (!reply->stream)
            text_printf(&reply->head, "Content-Length: %zu\r\n", reply->body.n);
    }
    if (tag)
        reply_header(reply, "ETag", tag);
    reply_header(reply, "Cache-Control", cache_control(job, status));
    reply_header(reply, "Content-Security-Policy", csp_of(type));
    text_add(&reply->head, extra.at, extra.n);
    text_lit(&reply->head, "\r\n");
    if (job->rq->method == METHOD_HEAD || status == 304 || status == 204) {
        text_clear(&reply->body);
        reply->stream = NULL;
    }
    job->state = JOB_DONE;
}

static bool starts_with(const char *s, const char *prefix) {
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* The face an error has: that of the page, or of the part of the site the path lies in. */
static bool wants_json(const struct request *rq) {
    return rq->page ? rq->face == FACE_OF_JSON : starts_with(rq->path, "/api/");
}

static void put_problem_json(struct job *job, const struct failure *f) {
    struct text *out = &job->reply.body;
    text_lit(out, "{\"type\":\"about:blank\",\"title\":");
    text_json(out, f->title, strlen(f->title));
    text_printf(out, ",\"status\":%d,\"detail\":", f->status);
    text_json(out, f->message, strlen(f->message));
    text_lit(out, ",\"code\":");
    text_json(out, f->code, strlen(f->code));
    text_lit(out, ",\"details\":");
    json_put_field(out, &failure_fields[2], f);
    text_lit(out, ",\"requestId\":");
    text_json(out, f->request_id, strlen(f->request_id));
    text_char(out, '}');
}

static const char *put_error_json(struct job *job, const struct failure *f) {
    const char *accept = job->rq->accept;
    if (*accept && accept_quality(accept, "application/problem+json") >
                       accept_quality(accept, "application/json")) {
        put_problem_json(job, f);
        return "application/problem+json";
    }
    struct text *out = &job->reply.body;
    text_lit(out, "{\"error\":");
    json_put_record(out, &record_error, f);
    text_lit(out, ",\"meta\":{\"requestId\":");
    text_json(out, f->request_id, strlen(f->request_id));
    text_lit(out, "}}");
    return "application/json";
}

void reply_error(struct job *job, const struct templates *set, int status) {
    struct request *rq = job->rq;
    const struct http_status *row = status_row(status);
    struct text head = status == 405 ? job->reply.head : text_in(rq->arena, REPLY_HEAD_MAX);
    struct failure f = {.status = status,
                        .code = row->code,
                        .title = message(row->title),
                        .message = message(row->message),
                        .request_id = rq->id,
                        .details = {.at = rq->problems, .n = rq->n_problems}};
    reply_start(&job->reply, rq->arena);
    job->reply.head = head;
    if (status == 503)
        reply_header(&job->reply, "Retry-After", "2");
    if (status == 429)
        reply_header(&job->reply, "Retry-After", "10");
    if (wants_json(rq)) {
        reply_finish(job, status, put_error_json(job, &f));
        return;
    }
    struct shell shell;
    job->model = NULL; /* of the page that was asked for there is none */
    reply_shell(job, &shell);
    template_render(templates_find(set, "error"), &shell, &f, &job->reply.body);
    reply_finish(job, status, "text/html; charset=utf-8");
}

/* The address of the page's JSON face. A name in its pattern stands for what the last segment of
 * the HTML path says: both faces name the same thing. */
static const char *twin_of(struct request *rq) {
    const char *pattern = rq->page->api_path;
    if (!pattern)
        return NULL;
    const char *value = strrchr(rq->path, '/') + 1;
    struct text twin = text_in(rq->arena, PATH_TEXT_MAX);
    size_t n = strcspn(pattern, "{");
    text_add(&twin, pattern, n);
    if (pattern[n])
        text_put(&twin, value);
    else
        params_put(rq, NULL, &twin);
    return text_str(&twin);
}

/* The one address of the page, however it was asked for. What a reader must not come back to (the
 * newest row when somebody else came) is not in it. NULL for a path spelt with more than the
 * letters that paths of ours have. */
static const char *canonical_of(struct request *rq) {
    struct text address = text_in(rq->arena, PATH_TEXT_MAX);
    const char *path = params_decode(rq->arena, rq->path, strlen(rq->path), false);
    if (!path ||
        path[strspn(path, "/._-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")])
        return NULL;
    text_printf(&address, "%s%s", config.public_url, path);
    params_put(rq, "until", &address);
    return text_str(&address);
}

void reply_shell(const struct job *job, struct shell *out) {
    struct request *rq = job->rq;
    bool ours = rq->page && rq->page->path && job->model && rq->n_problems == 0;
    *out = (struct shell){.css = ASSET_APP_CSS,
                          .js = ASSET_APP_JS,
                          .favicon = ASSET_ICONS_FAVICON_SVG,
                          .site = config.public_url,
                          .card = ASSET_CARD_PNG,
                          .canonical = ours ? canonical_of(rq) : NULL,
                          .twin = ours ? twin_of(rq) : NULL,
                          .feeds = {.at = rq->feeds, .n = ours ? rq->n_feeds : 0},
                          .at_tokens = starts_with(rq->path, "/tokens"),
                          .at_activity = starts_with(rq->path, "/activity")};
}
