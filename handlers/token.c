/* One token: what it is, and the newest things that happened to it. */
#include <string.h>

#include "base/blank.h"
#include "handlers/list_title.h"
#include "handlers/lists.h"
#include "handlers/lookalike.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "handlers/tree.h"
#include "handlers/warnings.h"
#include "sql/tokens.h"
#include "sql/transactions.h"
#include "templates/messages.h"
#include "templates/values.h"

struct token_params {
    int32_t id;
};

struct token_data {
    struct token *token;
    const char *creator_address;
    struct rows transactions; /* struct transaction */
};

/* A member of the type script, for people. */
struct script_part {
    const char *label, *value;
};

struct token_model {
    struct token_data data;
    const char *all_activity; /* path; NULL where there is none */
    struct list_files files;  /* of all of its activity */
    struct rows script;       /* struct script_part; none: shown as it is */
    struct rows tokens;       /* struct token, one or none */
    struct rows others;       /* struct token: of the same creator */
    struct rows warnings;     /* struct warning */
    struct rows issuing;      /* struct id: the record of the transaction that issued it, or none */
    const char *issued_in;    /* path of that record */
    const char *lines;        /* path of what has all of it where JSON has not; NULL: that has */
    bool cut;                 /* some of it is too long for the page */
    struct namesakes first;
};

enum { SHOWN = 10, OTHERS_SHOWN = 6 };

static const struct param token_param_rows[] = {
    {.name = "id",
     .kind = PARAM_INT,
     .offset = offsetof(struct token_params, id),
     .least = 1,
     .most = INT32_MAX,
     .help = "The token's id."},
};

static const struct field data_fields[] = {
    FIELD_INSIDE_TOLD(struct token_data, token, "token", FIELD_LINK, &record_token, ALWAYS,
                      "The token."),
    FIELD_MADE_TOLD(struct token_data, creator_address, "creatorAddress", FIELD_HASH, MAYBE,
                    "The CKB address of its creator; null: not recorded."),
    FIELD_INSIDE_TOLD(struct token_data, transactions, "transactions", FIELD_LIST,
                      &record_transaction, ALWAYS, "Its newest transactions, at most ten."),
};
static const struct record record_data = RECORD(token_data, data_fields);

static const struct field part_fields[] = {
    FIELD_MADE(struct script_part, label, "label", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct script_part, value, "value", FIELD_TEXT, FACE_HTML),
};
static const struct record record_part = RECORD(script_part, part_fields);

static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct token_model, data, "data", FIELD_RECORD, &record_data, ALWAYS,
                      "What was asked for."),
    FIELD_INSIDE(struct token_model, others, "tokens", FIELD_LIST, FACE_HTML, &record_token),
    FIELD_INSIDE(struct token_model, warnings, "warnings", FIELD_LIST, FACE_HTML, &record_warning),
    FIELD_MADE(struct token_model, issued_in, "issuedIn", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct token_model, lines, "lines", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct token_model, cut, "cut", FIELD_BOOL, FACE_HTML),
    FIELD_INSIDE(struct token_model, files, "files", FIELD_RECORD, FACE_HTML, &record_list_files),
    FIELD_INSIDE(struct token_model, script, "script", FIELD_LIST, FACE_HTML, &record_part),
    FIELD_MADE(struct token_model, all_activity, "allActivity", FIELD_PATH, FACE_HTML),
};
static const struct record record_model = RECORD(token_model, model_fields);

static void token_load(struct request *rq, struct load *l, void *at) {
    const struct token_params *p = rq->params;
    struct token_model *model = at;
    struct transaction_filter f = {.token_id = p->id};
    struct paging newest = {.page = 1, .limit = SHOWN};
    token_one(l, p->id, &record_token, &model->tokens);
    transaction_list(l, &f, &newest, &record_transaction, &model->data.transactions);
}

/* What needs the token itself first. */
static void load_more(struct load *l, struct token_model *model, const struct token *t) {
    struct token_filter f = {.creator = t->creator_address};
    struct paging newest = {.page = 1, .limit = OTHERS_SHOWN};
    if (!blank_text(t->symbol)) { /* what has none is taken for no other */
        token_first_symbol(l, t->network_id, t->symbol, &record_token_name, &model->first.symbol);
        token_alike_symbol(l, t->network_id, t->id, lookalike_plain(l->arena, t->symbol),
                           &record_token_name, &model->first.symbol_alike);
    }
    if (!blank_text(t->name)) {
        token_first_name(l, t->network_id, t->name, &record_token_name, &model->first.name);
        token_alike_name(l, t->network_id, t->id, lookalike_plain(l->arena, t->name),
                         &record_token_name, &model->first.name_alike);
    }
    if (t->tx_hash && *t->tx_hash)
        transaction_issuing(l, t->network_id, t->tx_hash, t->id, &record_id, &model->issuing);
    if (t->creator_address)
        token_list(l, &f, &newest, &record_token, &model->others);
}

/* The list without the token itself. */
static void drop(struct rows *tokens, int32_t id) {
    struct token *rows = tokens->at;
    size_t kept = 0;
    for (size_t i = 0; i < tokens->n; i++)
        if (rows[i].id != id && kept < OTHERS_SHOWN)
            rows[kept++] = rows[i];
    tokens->n = kept;
}

static void show_activity(struct request *rq, struct token_model *model) {
    struct rows *shown = &model->data.transactions;
    transactions_bound(shown);
    const char *all = arena_printf(rq->arena, "/activity?tokenId=%d", model->data.token->id);
    model->all_activity = shown->n ? all : NULL;
    model->files = list_files_of(rq, all, SORT_NEWEST);
    const struct token *t = model->data.token;
    struct list_asked asked = {.token_id = t->id, .token_symbol = t->symbol, .token_name = t->name};
    request_feed(rq, model->files.atom, list_title(rq->arena, message("Activity"), &asked));
    if (shown->n > SHOWN)
        shown->n = SHOWN;
}

static const char *script_label(const char *name) {
    static const char *const labels[][2] = {
        {"codeHash", N_("Code hash")}, {"hashType", N_("Hash type")}, {"args", N_("Arguments")}};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i][0], name) == 0)
            return message(labels[i][1]);
    return name;
}

/* The members of a type script; none for what is not a flat object, and is shown as it is. */
static struct rows script_parts(struct arena *a, const char *json) {
    static const char *const first[] = {"codeHash",
                                        "hashType"}; /* then the rest, as it is stored */
    bool cut = false;
    const struct tree *tree =
        json && strlen(json) <= VALUE_LONG_MAX ? tree_of(a, json, &cut) : NULL;
    if (!tree || *json != '{' || cut)
        return (struct rows){0};
    const struct tree *from = tree->children.at;
    struct script_part *to = arena_array(a, tree->children.n, sizeof *to);
    size_t n = 0;
    for (size_t pass = 0; pass <= 2; pass++)
        for (size_t i = 0; i < tree->children.n; i++) {
            size_t place = strcmp(from[i].name, first[0]) == 0   ? 0
                           : strcmp(from[i].name, first[1]) == 0 ? 1
                                                                 : 2;
            if (from[i].branch)
                return (struct rows){0};
            if (place == pass)
                to[n++] = (struct script_part){script_label(from[i].name), from[i].value};
        }
    return (struct rows){.at = to, .n = n};
}

static bool is_long(const char *s) {
    return s && strlen(s) > VALUE_LONG_MAX;
}

static bool is_cut(const struct token *t) {
    const char *const plain[] = {t->name,       t->symbol, t->supply,           t->creator_address,
                                 t->network_id, t->status, t->contract_address, t->tx_hash,
                                 t->origin};
    return value_any_cut(plain, sizeof plain / sizeof plain[0]) || is_long(t->description) ||
           is_long(t->type_script);
}

static void link_lines(struct request *rq, struct token_model *model) {
    const struct token *t = model->data.token;
    const char *const texts[] = {t->name,        t->symbol,   t->supply,           t->network_id,
                                 t->description, t->icon_url, t->contract_address, t->tx_hash,
                                 t->status,      t->origin,   t->type_script};
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    size_t all = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        all += texts[i] ? strlen(texts[i]) : 0;
    path_token_lines(&path, t->id);
    model->lines = all > PATH_JSON_HOLDS ? text_str(&path) : NULL;
}

static void link_issuing(struct request *rq, struct token_model *model) {
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    if (model->issuing.n == 0)
        return;
    path_activity(&path, ((const struct id *)model->issuing.at)->id);
    model->issued_in = text_str(&path);
}

static enum status token_show(struct request *rq, struct load *l, void *at, int round) {
    struct token_model *model = at;
    struct token_data *data = &model->data;
    if (model->tokens.n == 0)
        return NOT_FOUND;
    data->token = model->tokens.at;
    if (round == 0 && rq->face == FACE_OF_HTML) {
        load_more(l, model, data->token);
        return OK;
    }
    data->creator_address = data->token->creator_address;
    link_issuing(rq, model);
    model->script = script_parts(rq->arena, data->token->type_script);
    model->cut = is_cut(data->token);
    link_lines(rq, model);
    show_activity(rq, model);
    drop(&model->others, data->token->id);
    model->warnings = warnings_of(rq->arena, data->token, &model->first);
    return OK;
}

const struct page page_token = {
    .name = "token",
    .path = "/tokens/{id}",
    .api_path = "/api/tokens/{id}",
    .summary = "One token with its ten newest transactions.",
    .template = "token",
    .params = token_param_rows,
    .n_params = sizeof token_param_rows / sizeof token_param_rows[0],
    .params_size = sizeof(struct token_params),
    .model = &record_model,
    .load = token_load,
    .show = token_show,
};
