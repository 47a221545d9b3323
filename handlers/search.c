/* One box for a symbol, a name, an address, a hash or an id. What is exactly the text comes first;
 * if that is one thing, it leads there. Then tokens that begin with the text, symbols before names;
 * if there is none, what is like it, as far as that is found in a short time. */
#include <string.h>

#include "handlers/filters.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/params.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "handlers/sought.h"
#include "handlers/state.h"
#include "handlers/unicode.h"
#include "sql/search.h"
#include "sql/tokens.h"
#include "sql/transactions.h"
#include "sql/users.h"
#include "templates/messages.h"

enum {
    TEXT_MAX = 1023,
    SHOWN = 20,
    RECORDS_SHOWN = 100, /* of one hash, which no longer text narrows */
    SIMILAR_MS = 200 /* nobody waits longer for a guess, and no database connection works longer */
};

struct search_params {
    const char *q;
};

/* Where on the chain to look for what is not here. */
struct elsewhere {
    const char *network_id, *kind, *url;
};

struct search_meta {
    const char *q, *sought_as, *match, *leads_to;
    int32_t exact;
    struct rows transactions; /* struct transaction */
    struct rows elsewhere;    /* struct elsewhere */
};

struct search_model {
    const char *text;                               /* as it was typed; NULL: nothing was */
    struct sought sought;                           /* the same in letters of one width and style */
    struct rows users;                              /* struct user */
    struct rows by_id, by_type, issued;             /* struct token */
    struct rows named;                              /* struct token: called exactly so */
    struct rows activity_by_id, by_hash;            /* struct transaction */
    struct rows by_symbol, by_name;                 /* struct token */
    struct rows named_so, by_symbol_so, by_name_so; /* the same as it was typed, if that differs */
    struct rows swapped, alike; /* struct token: asked for if there is nothing else */
    struct rows tokens;         /* struct token: what is shown of all of these */
    struct search_meta meta;
    const char *problem; /* with what was typed; NULL: none */
    bool more, more_records, typed, several, similar, too_slow, looks_alike;
    bool no_hash, no_address; /* it is one, and nothing here has it */
};

static const struct param search_param_rows[] = {
    {.name = "q",
     .kind = PARAM_TEXT,
     .offset = offsetof(struct search_params, q),
     .least = 1,
     .most = TEXT_MAX,
     .help = "A symbol, name, address, hash or id."},
};

static void elsewhere_network(struct text *out, const void *record) {
    text_put(out, network_label(((const struct elsewhere *)record)->network_id));
}

static void elsewhere_label(struct text *out, const void *record) {
    static const struct {
        const char *kind, *label;
    } labels[] = {
        {"transaction", N_("transaction")}, {"xudt", N_("token")}, {"address", N_("address")}};
    const struct elsewhere *e = record;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].kind, e->kind) == 0)
            text_put(out, message(labels[i].label));
}

#define E(member, json, kind, sentence)                                                            \
    FIELD_MADE_TOLD(struct elsewhere, member, json, kind, ALWAYS, sentence)
static const struct field elsewhere_fields[] = {
    E(network_id, "networkId", FIELD_TEXT, "mainnet or testnet."),
    E(kind, "kind", FIELD_TEXT, "What it would be there: transaction, xudt (a token) or address."),
    E(url, "url", FIELD_URL, "Its page at CKB Explorer, if there is one."),
    FIELD_SHOWN("network", FIELD_TEXT, elsewhere_network),
    FIELD_SHOWN("label", FIELD_TEXT, elsewhere_label),
};
static const struct record record_elsewhere = RECORD(elsewhere, elsewhere_fields);

static const struct field meta_fields[] = {
    FIELD_MADE_TOLD(struct search_meta, q, "q", FIELD_TEXT, MAYBE,
                    "What was sought, without blanks around it; null: nothing."),
    FIELD_MADE_TOLD(struct search_meta, sought_as, "soughtAs", FIELD_TEXT, ALWAYS,
                    "What it was taken for: hash, address, id or text. Names and symbols are "
                    "looked through for each of them."),
    FIELD_MADE_TOLD(struct search_meta, match, "match", FIELD_TEXT, ALWAYS,
                    "How it matches: exact (something is just that, see exact, transactions and "
                    "leadsTo), beginning, similar (none begins so), none, or too_slow (none begins "
                    "so, and the search for similar ones was given up)."),
    FIELD_MADE_TOLD(struct search_meta, exact, "exact", FIELD_INT, ALWAYS,
                    "How many of the tokens, the first ones, are just that; the rest begin with it "
                    "or are like it."),
    FIELD_MADE_TOLD(
        struct search_meta, leads_to, "leadsTo", FIELD_PATH, MAYBE,
        "The page of the one thing that the text means; null: it means none or several."),
    FIELD_INSIDE_TOLD(struct search_meta, transactions, "transactions", FIELD_LIST,
                      &record_transaction, ALWAYS,
                      "The transactions with that hash or id, at most a hundred."),
    FIELD_INSIDE_TOLD(struct search_meta, elsewhere, "elsewhere", FIELD_LIST, &record_elsewhere,
                      ALWAYS, "Where else to look for a hash or address that nothing here has."),
};
static const struct record record_meta = RECORD(search_meta, meta_fields);

#define M(member, json) FIELD_MADE(struct search_model, member, json, FIELD_BOOL, FACE_HTML)
static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct search_model, tokens, "data", FIELD_LIST, &record_token, ALWAYS,
                      "Tokens, at most twenty."),
    FIELD_INSIDE_TOLD(struct search_model, meta, "meta", FIELD_RECORD, &record_meta, ALWAYS,
                      "About the search."),
    FIELD_MADE(struct search_model, meta.q, "q", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct search_model, problem, "problem", FIELD_TEXT, FACE_HTML),
    M(more, "more"),
    M(more_records, "moreRecords"),
    M(typed, "typed"),
    M(several, "several"),
    M(similar, "similar"),
    M(too_slow, "tooSlow"),
    M(no_hash, "noHash"),
    M(no_address, "noAddress"),
    FIELD_INSIDE(struct search_model, tokens, "tokens", FIELD_LIST, FACE_HTML, &record_token),
    FIELD_INSIDE(struct search_model, meta.transactions, "transactions", FIELD_LIST, FACE_HTML,
                 &record_transaction),
    FIELD_INSIDE(struct search_model, meta.elsewhere, "elsewhere", FIELD_LIST, FACE_HTML,
                 &record_elsewhere),
};
static const struct record record_model = RECORD(search_model, model_fields);

/* -- what is asked ---------------------------------------------------------------------------- */

static void seek(struct request *rq, struct load *l, struct search_model *model, const char *text) {
    model->sought = sought_of(rq->arena, text);
    const struct sought *s = &model->sought;
    if (s->address)
        user_by_address(l, s->address, &record_user, &model->users);
    if (s->hash) {
        search_type_hash(l, s->hash, &record_token, &model->by_type);
        search_issued(l, s->hash, &record_token, &model->issued);
        search_tx_hash(l, s->hash, &record_transaction, &model->by_hash);
    }
    if (s->id) {
        token_one(l, s->id, &record_token, &model->by_id);
        transaction_one(l, s->id, &record_transaction, &model->activity_by_id);
    }
    search_named(l, text, &record_token, &model->named);
    search_symbol(l, text, &record_token, &model->by_symbol);
    search_name(l, text, &record_token, &model->by_name);
}

/* What was typed in letters of another width (as Chinese input does) or style, in plain ones; NULL
 * if it was typed in these. */
static const char *plain_of(struct request *rq, const char *text) {
    const char *plain = unicode_plain(rq->arena, text);
    plain = plain ? params_trimmed(rq->arena, plain) : NULL;
    return plain && strlen(plain) <= TEXT_MAX ? plain : NULL;
}

/* Plain letters are what is meant by others; but something may be called as it was typed. */
static void search_load(struct request *rq, struct load *l, void *at) {
    const struct search_params *p = rq->params;
    struct search_model *model = at;
    model->text = p->q ? params_trimmed(rq->arena, p->q) : NULL;
    const char *plain = model->text ? plain_of(rq, model->text) : NULL;
    if (model->text)
        seek(rq, l, model, plain ? plain : model->text);
    if (plain) {
        search_named(l, model->text, &record_token, &model->named_so);
        search_symbol(l, model->text, &record_token, &model->by_symbol_so);
        search_name(l, model->text, &record_token, &model->by_name_so);
    }
}

static void look_alike(struct load *l, struct search_model *model) {
    l->limit_ms = SIMILAR_MS;
    model->looks_alike = true;
    if (sought_has_word(model->sought.text))
        search_similar(l, model->sought.text, &record_token, &model->alike);
    else
        search_within(l, model->sought.text, &record_token, &model->alike);
}

/* -- what is shown ---------------------------------------------------------------------------- */

static void add_one(struct search_model *model, const struct token *token) {
    struct token *to = model->tokens.at;
    for (size_t i = 0; i < model->tokens.n; i++)
        if (to[i].id == token->id)
            return;
    if (model->tokens.n == SHOWN)
        model->more = true;
    else
        to[model->tokens.n++] = *token;
}

static void add(struct search_model *model, const struct rows *found) {
    for (size_t i = 0; i < found->n; i++)
        add_one(model, (const struct token *)found->at + i);
}

/* The tokens that a transaction issued, but for those that its own records lead to. */
static void add_issued(struct search_model *model) {
    const struct token *issued = model->issued.at;
    const struct transaction *records = model->by_hash.at;
    for (size_t i = 0; i < model->issued.n; i++) {
        bool linked = false;
        for (size_t k = 0; k < model->by_hash.n && !linked; k++)
            linked = records[k].token_id.set && records[k].token_id.value == issued[i].id;
        if (!linked)
            add_one(model, &issued[i]);
    }
}

/* The one thing that the text means; NULL if it means none or several. */
static const char *leads_to(struct request *rq, const struct search_model *model) {
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    const struct rows *tokens = &model->tokens, *transactions = &model->meta.transactions;
    if (model->users.n)
        path_creator(&path, model->sought.address);
    else if (tokens->n + transactions->n != 1)
        return NULL;
    else if (tokens->n)
        path_token(&path, ((const struct token *)tokens->at)->id);
    else
        path_activity(&path, ((const struct transaction *)transactions->at)->id);
    return path.n ? text_str(&path) : NULL;
}

/* What is exactly the text. */
static void show_exact(struct request *rq, struct search_model *model) {
    struct search_meta *meta = &model->meta;
    add(model, &model->by_id);
    add(model, &model->by_type);
    add_issued(model);
    add(model, &model->named);
    add(model, &model->named_so);
    meta->exact = (int32_t)model->tokens.n;
    meta->transactions = model->by_hash.n ? model->by_hash : model->activity_by_id;
    transactions_bound(&meta->transactions);
    if (meta->transactions.n > RECORDS_SHOWN) {
        meta->transactions.n = RECORDS_SHOWN;
        model->more_records = true;
    }
    meta->leads_to = leads_to(rq, model);
    model->several = !meta->leads_to && meta->exact + meta->transactions.n > 0;
    if (rq->face == FACE_OF_HTML)
        rq->redirect = meta->leads_to;
}

static void add_elsewhere(struct request *rq, struct search_model *model, const char *network,
                          const char *kind, const char *id) {
    struct rows *to = &model->meta.elsewhere;
    struct text url = text_in(rq->arena, PATH_TEXT_MAX);
    path_explorer(&url, network, kind, id);
    if (url.n)
        ((struct elsewhere *)to->at)[to->n++] =
            (struct elsewhere){.network_id = network, .kind = kind, .url = text_str(&url)};
}

/* A hash or address is whole or wrong: nothing is like it. */
static void show_unknown(struct request *rq, struct search_model *model) {
    const struct sought *s = &model->sought;
    model->no_hash = s->hash != NULL;
    model->no_address = s->address != NULL;
    model->meta.elsewhere.at = arena_array(rq->arena, 4, sizeof(struct elsewhere));
    if (s->hash)
        for (int i = 0; i < 2; i++) {
            add_elsewhere(rq, model, state_networks[i], "transaction", s->hash);
            add_elsewhere(rq, model, state_networks[i], "xudt", s->hash);
        }
    else
        add_elsewhere(rq, model, strncmp(s->address, "ckb", 3) == 0 ? "mainnet" : "testnet",
                      "address", s->address);
}

/* What is or begins with the text. True if there is nothing of that. */
static bool show_first(struct request *rq, struct search_model *model) {
    show_exact(rq, model);
    add(model, &model->by_symbol);
    add(model, &model->by_name);
    add(model, &model->by_symbol_so);
    add(model, &model->by_name_so);
    model->meta.match = model->several || model->meta.leads_to ? "exact"
                        : model->tokens.n                      ? "beginning"
                                                               : "none";
    return strcmp(model->meta.match, "none") == 0;
}

/* Neighbours that changed places, which is found at once; then what is like it. True if there is
 * something to look for. */
static bool look_on(struct request *rq, struct load *l, struct search_model *model, int round) {
    const char *words = round == 0 ? sought_swapped(rq->arena, model->sought.text) : NULL;
    if (words)
        search_swapped(l, words, &record_token, &model->swapped);
    else if (!model->looks_alike)
        look_alike(l, model);
    else
        return false;
    return true;
}

static void show_similar(const struct request *rq, struct search_model *model) {
    add(model, &model->swapped);
    add(model, &model->alike);
    model->similar = model->tokens.n > 0;
    model->too_slow = rq->too_slow && !model->similar;
    model->meta.match = model->similar ? "similar" : model->too_slow ? "too_slow" : "none";
}

static enum status search_show(struct request *rq, struct load *l, void *at, int round) {
    struct search_model *model = at;
    struct search_meta *meta = &model->meta;
    if (round == 0) {
        model->tokens.at = arena_array(rq->arena, SHOWN, sizeof(struct token));
        model->typed = model->text != NULL;
        *meta = (struct search_meta){.q = model->text, .match = "none"};
        meta->sought_as = sought_kind(&model->sought);
        if (!model->typed || !show_first(rq, model))
            return OK;
        if (model->sought.hash || model->sought.address) {
            show_unknown(rq, model);
            return OK;
        }
    }
    if (!look_on(rq, l, model, round))
        show_similar(rq, model);
    return OK;
}

static void search_refused(struct request *rq, void *at) {
    struct search_model *model = at;
    struct filter typed = filter_typed(rq, "q");
    model->meta.q = typed.value;
    model->problem = typed.problem;
}

const struct page page_search = {
    .name = "search",
    .path = "/search",
    .api_path = "/api/search",
    .summary = "What a symbol, name, address, hash or id means; tokens by how their symbol or name "
               "begins, else similar ones.",
    .example = "?q=seal",
    .template = "search",
    .params = search_param_rows,
    .n_params = 1,
    .params_size = sizeof(struct search_params),
    .model = &record_model,
    .load = search_load,
    .show = search_show,
    .refused = search_refused,
};
