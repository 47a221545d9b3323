#include "handlers/warnings.h"

#include "handlers/lookalike.h"
#include "handlers/paths.h"
#include "templates/messages.h"

static void name_url(struct text *out, const void *record) {
    path_token(out, ((const struct token_name *)record)->id);
}

static void name_called(struct text *out, const void *record) {
    const struct token_name *t = record;
    token_put_called(out, t->symbol, t->name, t->id);
}

static void name_also_called(struct text *out, const void *record) {
    const struct token_name *t = record;
    token_put_name(out, t->symbol, t->name);
}

static const struct field name_fields[] = {
    FIELD_STORED(struct token_name, id, "id", FIELD_INT),
    FIELD_STORED(struct token_name, name, "name", FIELD_TEXT),
    FIELD_STORED(struct token_name, symbol, "symbol", FIELD_TEXT),
    FIELD_SHOWN("called", FIELD_TEXT, name_called),
    FIELD_SHOWN("alsoCalled", FIELD_TEXT, name_also_called),
    FIELD_SHOWN("url", FIELD_PATH, name_url),
};
const struct record record_token_name = RECORD(token_name, name_fields);

static const struct field warning_fields[] = {
    FIELD_MADE(struct warning, text, "text", FIELD_TEXT, FACE_HTML),
    FIELD_INSIDE(struct warning, token, "earlier", FIELD_LINK, FACE_HTML, &record_token_name),
};
const struct record record_warning = RECORD(warning, warning_fields);

struct look {
    unsigned bit;
    const char *text;
};

static const struct look looks[] = {
    {LOOKALIKE_BIDI,
     N_("The name or symbol holds control characters that change the order in which text is "
        "shown. They are left out here; elsewhere it may read differently.")},
    {LOOKALIKE_INVISIBLE, N_("The name or symbol holds characters that cannot be seen: it may pass "
                             "for another one.")},
    {LOOKALIKE_MIXED,
     N_("The name or symbol mixes letters of different alphabets, of which some look "
        "alike: it may pass for another one.")},
    {LOOKALIKE_LETTERS,
     N_("The name or symbol holds characters that look like Latin letters or digits "
        "and are none of them: it may pass for another one.")},
    {LOOKALIKE_MARKS,
     N_("The name or symbol has marks on its letters that no alphabet puts there: it "
        "may pass for another one, or hide what it says.")},
    {LOOKALIKE_URL, N_("The name or symbol reads like the address of a web site. A token's name is "
                       "no reason to visit one.")},
};

enum { LOOKS = sizeof looks / sizeof looks[0] };

static const struct token_name *earlier_in(const struct rows *first, int32_t id) {
    const struct token_name *earlier = first->n ? first->at : NULL;
    return earlier && earlier->id < id ? earlier : NULL;
}

static void add_earlier(struct warning *warnings, size_t *n, const struct token_name *earlier,
                        const char *text) {
    if (earlier)
        warnings[(*n)++] = (struct warning){.text = message(text), .token = earlier};
}

/* The one that looks the same, unless it is the same and has its warning. */
static const struct token_name *alike_in(const struct rows *alike, const struct rows *same,
                                         int32_t id) {
    const struct token_name *earlier = earlier_in(alike, id), *known = earlier_in(same, id);
    return earlier && known && earlier->id == known->id ? NULL : earlier;
}

struct rows warnings_of(struct arena *a, const struct token *t, const struct namesakes *first) {
    struct warning *warnings = arena_array(a, LOOKS + 4, sizeof *warnings);
    unsigned bits = lookalike_of(t->name) | lookalike_of(t->symbol);
    size_t n = 0;
    add_earlier(warnings, &n, earlier_in(&first->symbol, t->id),
                N_("An earlier token of this network has the same symbol:"));
    add_earlier(warnings, &n, alike_in(&first->symbol_alike, &first->symbol, t->id),
                N_("An earlier token of this network has a symbol that looks the same:"));
    add_earlier(warnings, &n, earlier_in(&first->name, t->id),
                N_("An earlier token of this network has the same name:"));
    add_earlier(warnings, &n, alike_in(&first->name_alike, &first->name, t->id),
                N_("An earlier token of this network has a name that looks the same:"));
    for (size_t i = 0; i < LOOKS; i++)
        if (bits & looks[i].bit)
            warnings[n++] = (struct warning){.text = message(looks[i].text)};
    return (struct rows){.at = warnings, .n = n};
}
