/* The API document for people: the same facts as /api/openapi.json, with a command for each address
 * that works as it stands. */
#include <string.h>

#include "base/config.h"
#include "handlers/api.h"
#include "handlers/pages.h"
#include "handlers/params.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "sql/tokens.h"
#include "sql/transactions.h"
#include "sql/users.h"

/* A parameter, a member of a record or of an answer. */
struct docs_item {
    const char *name, *type, *help;
    const char *of; /* the record inside, by its name in the document; NULL: none */
    bool in_path, nullable;
};

struct docs_operation {
    const char *name, *method, *path, *summary, *curl, *type;
    struct rows params, members; /* struct docs_item */
};

struct docs_record {
    const char *name;
    struct rows members; /* struct docs_item */
};

struct docs_answer {
    int32_t status;
    const char *help;
};

struct docs_model {
    struct rows operations, records, answers;
    struct rows token, transaction; /* struct id: one or none */
    struct rows user;               /* struct user: one or none */
};

#define MADE(st, member, json, kind) FIELD_MADE(struct st, member, json, kind, FACE_HTML)
#define INSIDE(st, member, json, inner)                                                            \
    FIELD_INSIDE(struct st, member, json, FIELD_LIST, FACE_HTML, inner)

static const struct field item_fields[] = {
    MADE(docs_item, name, "name", FIELD_TEXT),
    MADE(docs_item, type, "type", FIELD_TEXT),
    MADE(docs_item, help, "help", FIELD_TEXT),
    MADE(docs_item, of, "of", FIELD_TEXT),
    MADE(docs_item, in_path, "inPath", FIELD_BOOL),
    MADE(docs_item, nullable, "nullable", FIELD_BOOL),
};
static const struct record record_item = RECORD(docs_item, item_fields);

static const struct field operation_fields[] = {
    MADE(docs_operation, name, "name", FIELD_TEXT),
    MADE(docs_operation, method, "method", FIELD_TEXT),
    MADE(docs_operation, path, "path", FIELD_TEXT),
    MADE(docs_operation, summary, "summary", FIELD_TEXT),
    MADE(docs_operation, curl, "curl", FIELD_TEXT),
    MADE(docs_operation, type, "type", FIELD_TEXT),
    INSIDE(docs_operation, params, "params", &record_item),
    INSIDE(docs_operation, members, "members", &record_item),
};
static const struct record record_operation = RECORD(docs_operation, operation_fields);

static const struct field record_fields[] = {
    MADE(docs_record, name, "name", FIELD_TEXT),
    INSIDE(docs_record, members, "members", &record_item),
};
static const struct record record_record = RECORD(docs_record, record_fields);

static const struct field answer_fields[] = {
    MADE(docs_answer, status, "status", FIELD_INT),
    MADE(docs_answer, help, "help", FIELD_TEXT),
};
static const struct record record_answer = RECORD(docs_answer, answer_fields);

static const struct field model_fields[] = {
    INSIDE(docs_model, operations, "operations", &record_operation),
    INSIDE(docs_model, records, "records", &record_record),
    INSIDE(docs_model, answers, "answers", &record_answer),
};
static const struct record record_model = RECORD(docs_model, model_fields);

static void docs_load(struct request *rq, struct load *l, void *at) {
    (void)rq;
    struct docs_model *model = at;
    token_newest_id(l, &record_id, &model->token);
    transaction_newest_id(l, &record_id, &model->transaction);
    user_newest(l, &record_user, &model->user);
}

static const char *name_of(struct arena *a, const struct record *r) {
    struct text name = text_in(a, 128);
    if (!r)
        return NULL;
    api_put_name(&name, r);
    return text_str(&name);
}

static struct docs_item member(struct arena *a, const struct field *f) {
    bool whole = f->type == FIELD_LIST || f->type == FIELD_RECORD || f->type == FIELD_BOOL;
    return (struct docs_item){.name = f->name,
                              .type = api_field_type(f),
                              .help = f->help,
                              .of = name_of(a, f->of),
                              .nullable = !f->never_null && !whole};
}

static struct rows members(struct arena *a, const struct record *r) {
    struct docs_item *items = arena_array(a, r->n, sizeof *items);
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->fields[i].faces & FACE_JSON)
            items[n++] = member(a, &r->fields[i]);
    return (struct rows){.at = items, .n = n};
}

static struct rows envelope(struct arena *a, const struct page *p) {
    static const char *const names[] = {"data", "meta"};
    struct docs_item *items = arena_array(a, 2, sizeof *items);
    size_t n = 0;
    for (size_t i = 0; !p->type && i < 2; i++)
        if (record_field(p->model, names[i], 4))
            items[n++] = member(a, record_field(p->model, names[i], 4));
    return (struct rows){.at = items, .n = n};
}

static struct rows params(struct arena *a, const struct page *p) {
    struct docs_item *items = arena_array(a, p->n_params + 1, sizeof *items);
    for (size_t i = 0; i < p->n_params; i++) {
        const struct param *q = &p->params[i];
        struct text type = text_in(a, 1024);
        api_put_param_type(&type, q);
        items[i] = (struct docs_item){.name = q->name,
                                      .type = text_str(&type),
                                      .help = q->help,
                                      .in_path = params_in_path(p, q)};
    }
    return (struct rows){.at = items, .n = p->n_params};
}

/* What stands for a name in a path: the newest record there is, or the parameter's example. False:
 * nobody has made a record that could. */
static bool put_sample(struct text *out, const struct docs_model *model, const struct page *p,
                       const char *name, size_t n) {
    const struct rows *newest = p == &page_token         ? &model->token
                                : p == &page_transaction ? &model->transaction
                                                         : NULL;
    if (p == &page_creator) {
        if (model->user.n)
            text_put(out, ((const struct user *)model->user.at)->wallet_address);
        return model->user.n > 0;
    }
    if (newest) {
        if (newest->n)
            text_long(out, ((const struct id *)newest->at)->id);
        return newest->n > 0;
    }
    for (size_t i = 0; i < p->n_params; i++)
        if (strlen(p->params[i].name) == n && memcmp(p->params[i].name, name, n) == 0)
            text_put(out, p->params[i].example ? p->params[i].example : "1");
    return true;
}

/* NULL: no command could work. */
static const char *curl(struct arena *a, const struct docs_model *model, const struct page *p) {
    struct text out = text_in(a, PATH_TEXT_MAX);
    text_printf(&out, "curl '%s", config.public_url);
    for (const char *s = api_path(p); *s;) {
        size_t n = strcspn(s, "{");
        text_add(&out, s, n);
        s += n;
        if (!*s)
            break;
        n = strcspn(s, "}");
        if (!put_sample(&out, model, p, s + 1, n - 1))
            return NULL;
        s += n + 1;
    }
    text_put(&out, p->example ? p->example : "");
    text_char(&out, '\'');
    return text_str(&out);
}

static void add_operations(struct arena *a, struct docs_model *model) {
    const struct page *from[API_PAGES_MAX];
    size_t n = api_pages(from);
    struct docs_operation *all = arena_array(a, n, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = (struct docs_operation){.name = from[i]->name,
                                         .method = "GET",
                                         .path = api_path(from[i]),
                                         .summary = from[i]->summary,
                                         .curl = curl(a, model, from[i]),
                                         .type = api_type(from[i]),
                                         .params = params(a, from[i]),
                                         .members = envelope(a, from[i])};
    model->operations = (struct rows){.at = all, .n = n};
}

static void add_records(struct arena *a, struct docs_model *model) {
    struct rows records = api_records(a);
    const struct record *const *from = records.at;
    struct docs_record *to = arena_array(a, records.n, sizeof *to);
    for (size_t i = 0; i < records.n; i++)
        to[i] = (struct docs_record){.name = name_of(a, from[i]), .members = members(a, from[i])};
    model->records = (struct rows){.at = to, .n = records.n};
}

static void add_answers(struct arena *a, struct docs_model *model) {
    struct docs_answer *answers = arena_array(a, api_answers_n, sizeof *answers);
    for (size_t i = 0; i < api_answers_n; i++)
        answers[i] =
            (struct docs_answer){.status = api_answers[i].status, .help = api_answers[i].text};
    model->answers = (struct rows){.at = answers, .n = api_answers_n};
}

static enum status docs_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    add_operations(rq->arena, at);
    add_records(rq->arena, at);
    add_answers(rq->arena, at);
    return OK;
}

const struct page page_docs = {
    .name = "docs",
    .path = "/docs/api",
    .template = "docs",
    .model = &record_model,
    .load = docs_load,
    .show = docs_show,
};
