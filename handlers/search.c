/* One box for a symbol, a name, an address, a hash or an id. What can only mean one thing leads
 * there; otherwise tokens that begin with the text, symbols before names; if there is none, what is
 * like it, as far as that is found in a short time. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "chain/address.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/params.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "sql/search.h"
#include "sql/tokens.h"
#include "sql/users.h"

enum {
    TEXT_MAX = 1023,
    SHOWN = 20,
    SIMILAR_MS = 200, /* nobody waits longer for a guess, and no database connection works longer */
    LETTERS_OF_WORD = 3 /* in a row: less makes no group of three */
};

struct search_params {
    const char *q;
};

struct search_meta {
    const char *q, *match, *leads_to;
};

struct search_model {
    const char *q; /* what was typed, without blanks around; NULL: nothing */
    const char *address, *hash;
    int32_t id;                          /* 0: none */
    struct rows by_type, by_transaction; /* struct id */
    struct rows users, by_id;            /* struct user, struct token */
    struct rows by_symbol, by_name;      /* struct token */
    struct rows alike;                   /* struct token: asked for if there is nothing else */
    struct rows tokens;                  /* struct token: symbols, then names; or alike */
    struct search_meta meta;
    bool more, typed, similar, too_slow;
};

static const struct param search_param_rows[] = {
    {.name = "q",
     .kind = PARAM_TEXT,
     .offset = offsetof(struct search_params, q),
     .least = 1,
     .most = TEXT_MAX,
     .help = "A symbol, name, address, hash or id."},
};

static const struct field meta_fields[] = {
    FIELD_MADE_TOLD(struct search_meta, q, "q", FIELD_TEXT, MAYBE,
                    "What was sought, without blanks around it; null: nothing."),
    FIELD_MADE_TOLD(struct search_meta, match, "match", FIELD_TEXT, ALWAYS,
                    "How the tokens match: exact (one thing is meant, see leadsTo), beginning, "
                    "similar (none begins so), none, or too_slow (none begins so, and the search "
                    "for similar ones was given up)."),
    FIELD_MADE_TOLD(
        struct search_meta, leads_to, "leadsTo", FIELD_PATH, MAYBE,
        "The page of the one thing that the text means; null: it means none or several."),
};
static const struct record record_meta = RECORD(search_meta, meta_fields);

static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct search_model, tokens, "data", FIELD_LIST, &record_token, ALWAYS,
                      "Tokens, at most twenty."),
    FIELD_INSIDE_TOLD(struct search_model, meta, "meta", FIELD_RECORD, &record_meta, ALWAYS,
                      "About the search."),
    FIELD_MADE(struct search_model, q, "q", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct search_model, more, "more", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct search_model, typed, "typed", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct search_model, similar, "similar", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct search_model, too_slow, "tooSlow", FIELD_BOOL, FACE_HTML),
    FIELD_INSIDE(struct search_model, tokens, "tokens", FIELD_LIST, FACE_HTML, &record_token),
};
static const struct record record_model = RECORD(search_model, model_fields);

/* The hash that the text is, with its 0x and in small letters; NULL if it is none. */
static const char *hash_in(struct arena *a, const char *s) {
    const char *digits = strncmp(s, "0x", 2) == 0 ? s + 2 : s;
    if (strlen(digits) != 64 || strspn(digits, "0123456789abcdefABCDEF") != 64)
        return NULL;
    char *hash = arena_printf(a, "0x%s", digits);
    for (char *c = hash; *c; c++)
        if (*c >= 'A' && *c <= 'F')
            *c = (char)(*c - 'A' + 'a');
    return hash;
}

static const char *address_in(struct arena *a, const char *s) {
    struct address address;
    struct text canonical = text_in(a, ADDRESS_MAX);
    if (address_read(a, s, strlen(s), &address) != ADDRESS_GOOD ||
        !address_put(&canonical, address.network, &address.script))
        return NULL;
    return text_str(&canonical);
}

/* "12" or "#12". */
static int32_t id_in(const char *s) {
    s += *s == '#';
    size_t n = strlen(s);
    if (n == 0 || n > 10 || strspn(s, "0123456789") != n)
        return 0;
    long long id = strtoll(s, NULL, 10);
    return id <= INT32_MAX ? (int32_t)id : 0;
}

static void search_load(struct request *rq, struct load *l, void *at) {
    const struct search_params *p = rq->params;
    struct search_model *model = at;
    model->q = p->q ? params_trimmed(rq->arena, p->q) : NULL;
    if (!model->q)
        return;
    model->address = address_in(rq->arena, model->q);
    model->hash = hash_in(rq->arena, model->q);
    model->id = id_in(model->q);
    if (model->address)
        user_by_address(l, model->address, &record_user, &model->users);
    if (model->hash) {
        search_type_hash(l, model->hash, &record_id, &model->by_type);
        search_tx_hash(l, model->hash, &record_id, &model->by_transaction);
    }
    if (model->id)
        token_one(l, model->id, &record_token, &model->by_id);
    search_symbol(l, model->q, &record_token, &model->by_symbol);
    search_name(l, model->q, &record_token, &model->by_name);
}

static int32_t only(const struct rows *found) {
    return found->n ? ((const struct id *)found->at)->id : 0;
}

/* The token that is called exactly so, if it is the only one; 0 otherwise. */
static int32_t namesake(const struct search_model *model) {
    const struct token *tokens = model->tokens.at;
    int32_t id = 0;
    for (size_t i = 0; i < model->tokens.n; i++) {
        if (strcasecmp(tokens[i].symbol, model->q) && strcasecmp(tokens[i].name, model->q))
            continue;
        if (id)
            return 0;
        id = tokens[i].id;
    }
    return id;
}

/* The one thing that the text means; NULL if there is none. A number is an id only if no symbol
 * or name begins with it. */
static const char *exact(struct request *rq, const struct search_model *model) {
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    if (model->users.n)
        path_creator(&path, model->address);
    else if (model->by_type.n)
        path_token(&path, only(&model->by_type));
    else if (model->by_transaction.n)
        path_activity(&path, only(&model->by_transaction));
    else if (model->by_id.n && model->by_symbol.n == 0 && model->by_name.n == 0)
        path_token(&path, model->id);
    else if (namesake(model))
        path_token(&path, namesake(model));
    return path.n ? text_str(&path) : NULL;
}

static void add(struct search_model *model, struct token *to, const struct rows *found) {
    const struct token *rows = found->at;
    for (size_t i = 0; i < found->n; i++) {
        bool there = false;
        for (size_t k = 0; k < model->tokens.n && !there; k++)
            there = to[k].id == rows[i].id;
        if (!there && model->tokens.n == SHOWN)
            model->more = true;
        else if (!there)
            to[model->tokens.n++] = rows[i];
    }
}

/* Letters and digits of any script; not the signs and pictures of Unicode's own blocks for them. */
static bool is_letter(uint32_t c) {
    if (c < 0x80)
        return isalnum((int)c);
    return !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x1F000 && c <= 0x1FAFF);
}

static bool has_word(const char *text) {
    size_t run = 0, n;
    uint32_t c;
    for (size_t left = strlen(text); left && (n = utf8_decode(text, left, &c)); left -= n) {
        run = is_letter(c) ? run + 1 : 0;
        if (run == LETTERS_OF_WORD)
            return true;
        text += n;
    }
    return false;
}

static void look_for_similar(struct load *l, struct search_model *model) {
    l->limit_ms = SIMILAR_MS;
    if (has_word(model->q))
        search_similar(l, model->q, &record_token, &model->alike);
    else
        search_within(l, model->q, &record_token, &model->alike);
}

/* What begins with the text, and where it leads. True if it found nothing. */
static bool show_exact(struct request *rq, struct search_model *model, struct token *to) {
    add(model, to, &model->by_symbol);
    add(model, to, &model->by_name);
    model->meta.leads_to = exact(rq, model);
    model->meta.match = model->meta.leads_to ? "exact" : model->tokens.n ? "beginning" : "none";
    if (model->by_id.n && model->tokens.n == 0)
        add(model, to, &model->by_id);
    if (rq->face == FACE_OF_HTML)
        rq->redirect = model->meta.leads_to;
    return model->tokens.n == 0 && !model->meta.leads_to;
}

static void show_similar(const struct request *rq, struct search_model *model, struct token *to) {
    add(model, to, &model->alike);
    model->similar = model->tokens.n > 0;
    model->too_slow = rq->too_slow;
    model->meta.match = rq->too_slow ? "too_slow" : model->similar ? "similar" : "none";
}

static enum status search_show(struct request *rq, struct load *l, void *at, int round) {
    struct search_model *model = at;
    struct token *tokens = arena_array(rq->arena, SHOWN, sizeof *tokens);
    model->tokens.at = tokens;
    model->typed = model->q != NULL;
    model->meta.q = model->q;
    if (round > 0)
        show_similar(rq, model, tokens);
    else if (!model->q)
        model->meta.match = "none";
    else if (show_exact(rq, model, tokens) && !model->address && !model->hash)
        look_for_similar(l, model);
    return OK;
}

const struct page page_search = {
    .name = "search",
    .path = "/search",
    .api_path = "/api/search",
    .summary = "Tokens by how their symbol or name begins, else similar ones; and what an address, "
               "hash or id means.",
    .example = "?q=seal",
    .template = "search",
    .params = search_param_rows,
    .n_params = 1,
    .params_size = sizeof(struct search_params),
    .model = &record_model,
    .load = search_load,
    .show = search_show,
};
