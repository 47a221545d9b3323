/* sitaminter db settings: what operators set for the site, secrets included. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/json_out.h"
#include "base/when.h"
#include "cli/db.h"
#include "sql/settings.h"

enum { SAY_MAX = 64 * 1024, OUT_MAX = 64 * 1024 * 1024, SHOWN_MAX = 60 };

struct settings_command {
    struct arena *arena;
    struct admin *admin;
    const char *words[3]; /* the action, a name, a value */
    size_t n_words;
    enum db_format format;
    struct setting_change change;
    struct text out, why;
};

/* -- printing --------------------------------------------------------------------------------- */

/* On one line, cut where a character ends. */
static void put_short(struct text *out, const char *s, size_t most) {
    size_t n = strlen(s), shown = n;
    if (n > most)
        for (shown = most; shown > 0 && ((unsigned char)s[shown] & 0xc0) == 0x80; shown--)
            ;
    text_line(out, s, shown);
    text_put(out, shown < n ? "..." : "");
}

static void put_line(struct text *out, const struct setting *s) {
    struct text time = text_in(out->arena, 64), key = text_in(out->arena, 4 * SETTING_KEY_MAX);
    when_put_iso(&time, s->last_updated);
    put_short(&key, s->key, SETTING_KEY_MAX);
    text_printf(out, "%-24s  %-7s  %.10s  ", text_str(&key),
                s->secret      ? "secret"
                : s->is_public ? "public"
                               : "private",
                text_str(&time));
    put_short(out, s->value ? s->value : "(sealed)", SHOWN_MAX);
    if (s->description) {
        text_lit(out, "  # ");
        put_short(out, s->description, SETTING_DESCRIPTION_MAX);
    }
    text_char(out, '\n');
}

static void put_all(struct settings_command *c, const struct rows *found) {
    const struct setting *all = found->at;
    text_put(&c->out, c->format == DB_JSON ? "[" : "");
    for (size_t i = 0; i < found->n; i++) {
        if (c->format != DB_JSON) {
            put_line(&c->out, &all[i]);
            continue;
        }
        text_put(&c->out, i ? ",\n" : "");
        json_put_record(&c->out, &record_setting, &all[i]);
    }
    text_put(&c->out, c->format == DB_JSON ? "]\n" : found->n ? "" : "Nothing is set.\n");
}

/* -- the actions ------------------------------------------------------------------------------ */

static enum status list(struct settings_command *c) {
    struct rows found = {0};
    enum status status = settings_read(c->admin, c->arena, NULL, NULL, &found, &c->why);
    if (status == OK)
        put_all(c, &found);
    return status;
}

static enum status get(struct settings_command *c) {
    struct rows found = {0};
    enum status status =
        settings_read(c->admin, c->arena, c->words[1], config.key, &found, &c->why);
    if (status != OK)
        return status;
    const struct setting *s = found.at;
    if (c->format == DB_JSON)
        json_put_record(&c->out, &record_setting, s);
    else
        text_put(&c->out, s->value);
    text_char(&c->out, '\n');
    return OK;
}

/* All of standard input but a line's end at its end. NULL after a sentence. */
static const char *read_value(struct settings_command *c) {
    char *value = arena_raw(c->arena, SETTING_VALUE_MAX + 2);
    size_t n = fread(value, 1, SETTING_VALUE_MAX + 2, stdin);
    if (ferror(stdin)) {
        text_printf(&c->why, "Standard input cannot be read: %s.", strerror(errno));
        return NULL;
    }
    if (n > 0 && value[n - 1] == '\n')
        n--;
    if (n <= SETTING_VALUE_MAX && !memchr(value, '\0', n))
        return arena_strndup(c->arena, value, n);
    text_printf(&c->why, "The value must be text of up to %d bytes.", SETTING_VALUE_MAX);
    return NULL;
}

static enum status set(struct settings_command *c) {
    if (c->n_words == 3 && c->change.secret) {
        text_lit(&c->why, "The value of a secret comes by standard input: arguments are seen by "
                          "others and kept by the shell.");
        return BAD_INPUT;
    }
    c->change.key = c->words[1];
    c->change.value = c->n_words == 3 ? c->words[2] : read_value(c);
    if (!c->change.value)
        return BAD_INPUT;
    return setting_set(c->admin, c->arena, &c->change, &c->why);
}

static enum status unset(struct settings_command *c) {
    return setting_unset(c->admin, c->arena, c->words[1], &c->why);
}

static const struct action {
    const char *name;
    size_t least, most; /* words, its own included */
    enum status (*run)(struct settings_command *c);
} actions[] = {
    {"list", 1, 1, list}, {"get", 2, 2, get}, {"set", 2, 3, set}, {"unset", 2, 2, unset}};

/* -- the command ------------------------------------------------------------------------------ */

/* NULL after a sentence. */
static const struct action *action_of(const struct settings_command *c) {
    const char *name = c->n_words ? c->words[0] : "list";
    size_t n = c->n_words ? c->n_words : 1;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(actions[i].name, name) == 0 && n >= actions[i].least && n <= actions[i].most)
            return &actions[i];
    fputs("`sitaminter db settings [list | get NAME | set NAME [VALUE] | unset NAME]`, not that.\n",
          stderr);
    return NULL;
}

static int run_action(struct settings_command *c, const struct action *action, const char *url) {
    enum status status = admin_open(&c->admin, url, NULL, NULL, &c->why);
    if (status == OK)
        status = action->run(c);
    admin_close(c->admin);
    if (status != OK)
        return db_tell(&c->why, status == NOT_FOUND  ? DB_FAILED
                                : status == CONFLICT ? DB_REFUSED
                                                     : db_exit_of(status));
    if (!text_ok(&c->out)) {
        fprintf(stderr, "There is more than %d bytes of it.\n", OUT_MAX);
        return DB_FAILED;
    }
    fputs(text_str(&c->out), stdout);
    return DB_DONE;
}

static int run_settings(int argc, char **argv, struct arena *a) {
    struct settings_command c = {.arena = a,
                                 .change = {.environment_key = config.key},
                                 .out = text_in(a, OUT_MAX),
                                 .why = text_in(a, SAY_MAX)};
    const char *url = NULL, *format = "text";
    bool is_public = false, is_private = false;
    struct db_words words = {.at = c.words, .max = 3};
    const struct db_option options[] = {{"--url", .value = &url},
                                        {"--format", .value = &format},
                                        {"--description", .value = &c.change.description},
                                        {"--public", .flag = &is_public},
                                        {"--private", .flag = &is_private},
                                        {"--secret", .flag = &c.change.secret}};
    if (!db_options(argc, argv, options, sizeof options / sizeof options[0], &words) ||
        !db_format(format, DB_JSON, &c.format))
        return DB_USAGE;
    if (is_public && (is_private || c.change.secret)) {
        fputs("--public is the contrary of --private and --secret.\n", stderr);
        return DB_USAGE;
    }
    c.n_words = words.n;
    c.change.visible = is_public ? "public" : is_private ? "private" : NULL;
    const struct action *action = action_of(&c);
    if (!action || !(url = db_url(url, config.owner_url, "SITA_OWNER_URL")))
        return DB_USAGE;
    return run_action(&c, action, url);
}

const struct db_command db_command_settings = {
    .name = "settings",
    .summary = "what operators set for the site; secrets are sealed",
    .help =
        "Usage: sitaminter db settings [list] [OPTIONS]\n"
        "       sitaminter db settings get NAME [OPTIONS]\n"
        "       sitaminter db settings set NAME [VALUE] [OPTIONS]\n"
        "       sitaminter db settings unset NAME [OPTIONS]\n"
        "\n"
        "Lists, tells and changes the settings that are kept in the database. A secret is sealed\n"
        "with SITA_KEY: the database and its backups are of no use for it without that key, and\n"
        "`list` does not show it. Each change is noted in db_operations (`db history`), without "
        "the\n"
        "value.\n"
        "\n"
        "  NAME           up to 64 of a to z, digits, \".\", \"_\", \"-\"\n"
        "  VALUE          text of up to 8192 bytes; without it standard input is read\n"
        "  --secret       seal the value, which comes by standard input\n"
        "  --public       readers see it (/api/settings); --private: they do not, like a new one\n"
        "  --description TEXT\n"
        "                 what it is for\n"
        "  --url URL      the owner's connection (default: SITA_OWNER_URL)\n"
        "  --format=F     of the output: text or json\n"
        "\n"
        "Examples:\n"
        "  sitaminter db settings set notice 'Maintenance on Sunday' --public\n"
        "  sitaminter db settings set rpc.token --secret <token-file\n"
        "  sitaminter db settings get rpc.token\n",
    .run = run_settings,
};
