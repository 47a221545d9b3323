#include "handlers/app.h"

#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/utf8.h"
#include "handlers/accept.h"
#include "handlers/lookalike.h"
#include "handlers/pages.h"
#include "handlers/reply_build.h"
#include "handlers/route.h"
#include "templates/messages.h"

struct app {
    struct templates *templates;
};

enum { ROUNDS_MAX = 4 };

enum status app_new(struct app **out, struct text *why) {
    struct template_page wanted[PAGES_N + 1];
    size_t n = 0;
    *out = NULL;
    enum status st = route_check(why);
    for (size_t i = 0; i < pages_n; i++)
        if (pages[i]->template)
            wanted[n++] = (struct template_page){pages[i]->template, pages[i]->model};
    wanted[n++] = (struct template_page){"error", &record_error};
    struct templates *set = NULL;
    if (st == OK)
        st = templates_load(&set, config.templates_dir, wanted, n, &record_shell, why);
    if (st != OK)
        return BAD_INPUT;
    *out = calloc(1, sizeof **out);
    if (!*out)
        log_fatal("out_of_memory", "could not allocate the app");
    (*out)->templates = set;
    lookalike_prepare();
    return OK;
}

void app_free(struct app *app) {
    if (!app)
        return;
    templates_free(app->templates);
    free(app);
}

size_t app_pages(void) {
    return pages_n;
}

const char *app_page_name(size_t i) {
    return i < pages_n ? pages[i]->name : "none";
}

size_t app_page_index(const struct page *page) {
    for (size_t i = 0; i < pages_n; i++)
        if (pages[i] == page)
            return i;
    return pages_n;
}

static struct job *job_new(const struct app *app, struct request *rq) {
    struct job *job = arena_alloc(rq->arena, sizeof *job);
    job->rq = rq;
    job->app = app;
    job->load.arena = rq->arena;
    reply_start(&job->reply, rq->arena);
    return job;
}

void job_fail(struct job *job, int status) {
    reply_error(job, job->app->templates, status);
}

struct job *job_error(const struct app *app, struct request *rq, int status) {
    struct job *job = job_new(app, rq);
    job_fail(job, status);
    return job;
}

/* True if the client may see the page from where it is. */
static bool access_ok(const struct request *rq) {
    if (rq->page->access != ACCESS_MONITOR)
        return true;
    size_t n = strlen(rq->remote);
    for (const char *s = config.monitor_from; *s && n; s += strcspn(s, ",")) {
        s += strspn(s, ", ");
        if (strcspn(s, ", ") == n && memcmp(s, rq->remote, n) == 0)
            return true;
    }
    return false;
}

static void put_envelope(struct job *job) {
    static const char *const members[] = {"data", "meta"};
    struct text *out = &job->reply.body;
    for (size_t i = 0; i < 2; i++) {
        const struct field *f = record_field(job->rq->page->model, members[i], 4);
        if (!f)
            continue;
        text_printf(out, "%c\"%s\":", i ? ',' : '{', members[i]);
        json_put_field(out, f, job->model);
    }
    text_char(out, '}');
}

static void put_html(struct job *job) {
    struct shell shell;
    reply_shell(job, &shell);
    template_render(templates_find(job->app->templates, job->rq->page->template), &shell,
                    job->model, &job->reply.body);
}

/* The database bounds no text. A page does, so this is a fault there. */
static void too_large(struct job *job) {
    if (job->rq->face == FACE_OF_JSON)
        request_problem(job->rq, "answer",
                        message("would have more than 4 MiB; ask for fewer rows, or for the list "
                                "as JSON lines"));
    job_fail(job, job->rq->face == FACE_OF_JSON ? 413 : 500);
}

static void finish(struct job *job) {
    const struct page *page = job->rq->page;
    const char *type;
    if (page->raw) {
        type = page->raw(job->rq, &job->reply, job->model);
    } else if (job->rq->face == FACE_OF_JSON) {
        put_envelope(job);
        type = "application/json";
        if (job->rq->link)
            reply_header(&job->reply, "Link", job->rq->link);
    } else {
        put_html(job);
        type = "text/html; charset=utf-8";
    }
    if (!text_ok(&job->reply.body)) {
        log_line(LOG_ERROR, "reply_too_large", "request=%s page=%s", job->rq->id, page->name);
        too_large(job);
        return;
    }
    reply_finish(job, job->reply.status ? job->reply.status : 200, type);
}

/* A page whose parameters were refused: its own form with the errors, if it has one. */
static void refuse(struct job *job) {
    const struct page *page = job->rq->page;
    if (job->rq->face != FACE_OF_HTML || !page->refused || !page->model) {
        job_fail(job, 400);
        return;
    }
    job->model = arena_alloc(job->rq->arena, page->model->size);
    page->refused(job->rq, job->model);
    put_html(job);
    reply_finish(job, 400, "text/html; charset=utf-8");
}

static void redirect(struct job *job) {
    reply_header(&job->reply, "Location", job->rq->redirect);
    reply_finish(job, 302, "text/plain");
}

static void show(struct job *job) {
    const struct page *page = job->rq->page;
    load_clear(&job->load);
    enum status st = page->show ? page->show(job->rq, &job->load, job->model, job->round++) : OK;
    if (st == BAD_INPUT)
        refuse(job);
    else if (st != OK)
        job_fail(job, reply_status(st));
    else if (job->rq->redirect)
        redirect(job);
    else if (job->load.n == 0)
        finish(job);
    else if (job->round > ROUNDS_MAX)
        log_fatal("page_rounds", "page %s keeps asking for rows", page->name);
    else
        job->state = JOB_WANTS_ROWS;
}

void job_go_on(struct job *job) {
    job->rq->too_slow = job->load.status == TOO_SLOW; /* only a page that set a limit gets this */
    if (job->load.status != OK && !job->rq->too_slow)
        job_fail(job, reply_status(job->load.status));
    else
        show(job);
}

static void begin(struct job *job) {
    const struct page *page = job->rq->page;
    if (page->model)
        job->model = arena_alloc(job->rq->arena, page->model->size);
    if (page->load)
        page->load(job->rq, &job->load, job->model);
    if (job->rq->n_problems)
        refuse(job);
    else if (job->load.n)
        job->state = JOB_WANTS_ROWS;
    else
        show(job);
}

static void options(struct job *job) {
    reply_header(&job->reply, "Allow", "GET, HEAD, OPTIONS");
    reply_finish(job, 204, "text/plain");
}

/* Everything that the route's row states, checked once for all pages. 0, or the HTTP status of the
 * refusal. */
static int check(struct job *job, const struct route *r, enum pool pool) {
    struct request *rq = job->rq;
    bool reads = rq->method <= METHOD_OPTIONS;
    if (!r->page || (reads && r->page->pool != pool))
        return 404;
    rq->page = r->page;
    rq->face = r->face;
    if (!access_ok(rq))
        return 403;
    if (!reads) {
        reply_header(&job->reply, "Allow", "GET, HEAD, OPTIONS");
        return 405;
    }
    if (rq->face == FACE_OF_JSON && !rq->page->raw &&
        accept_quality(rq->accept, "application/json") == 0)
        return 406;
    if (rq->method != METHOD_OPTIONS && params_read(rq, rq->page, r->values, r->n) != OK)
        return 400;
    return 0;
}

struct job *job_start(const struct app *app, struct request *rq, enum pool pool) {
    struct job *job = job_new(app, rq);
    size_t n = strlen(rq->path);
    if (n > PATH_MAX_BYTES || strlen(rq->query) > QUERY_MAX_BYTES) {
        job_fail(job, 414);
        return job;
    }
    struct route r = route_find(utf8_valid(rq->path, n) ? rq->path : "");
    int refusal = check(job, &r, pool);
    if (refusal == 400)
        refuse(job);
    else if (refusal)
        job_fail(job, refusal);
    else if (rq->method == METHOD_OPTIONS)
        options(job);
    else
        begin(job);
    return job;
}
