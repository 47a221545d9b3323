/* The manifest, and the seal under it. */
#include <string.h>

#include "base/crypto.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/when.h"
#include "sql/backup_private.h"

static const struct field table_fields[] = {
    FIELD_STORED(struct backup_table, name, "name", FIELD_TEXT),
    FIELD_STORED(struct backup_table, rows, "rows", FIELD_LONG),
    FIELD_STORED(struct backup_table, digest, "digest", FIELD_TEXT),
};
const struct record record_backup_table = RECORD(backup_table, table_fields);

static const struct field sequence_fields[] = {
    FIELD_STORED(struct backup_sequence, name, "name", FIELD_TEXT),
    FIELD_STORED(struct backup_sequence, least, "least", FIELD_LONG),
    FIELD_STORED(struct backup_sequence, most, "most", FIELD_LONG),
};
const struct record record_backup_sequence = RECORD(backup_sequence, sequence_fields);

static const struct field manifest_fields[] = {
    FIELD_STORED(struct manifest, format, "format", FIELD_TEXT),
    FIELD_STORED(struct manifest, archive, "archive", FIELD_TEXT),
    FIELD_STORED(struct manifest, bytes, "bytes", FIELD_LONG),
    FIELD_STORED(struct manifest, sha256, "sha256", FIELD_TEXT),
    FIELD_STORED(struct manifest, taken, "taken", FIELD_TIME),
    FIELD_STORED(struct manifest, finished, "finished", FIELD_TIME),
    FIELD_STORED(struct manifest, database, "database", FIELD_TEXT),
    FIELD_STORED(struct manifest, server, "server", FIELD_TEXT),
    FIELD_STORED(struct manifest, program, "program", FIELD_TEXT),
    FIELD_STORED(struct manifest, fingerprint, "fingerprint", FIELD_TEXT),
    FIELD_STORED(struct manifest, shape, "shape", FIELD_TEXT),
    FIELD_STORED(struct manifest, constraints, "constraints", FIELD_LONG),
    FIELD_INSIDE(struct manifest, tables, "tables", FIELD_LIST, FACE_JSON, &record_backup_table),
    FIELD_INSIDE(struct manifest, sequences, "sequences", FIELD_LIST, FACE_JSON,
                 &record_backup_sequence),
};
const struct record record_manifest = RECORD(manifest, manifest_fields);

static const struct field mark_fields[] = {
    FIELD_STORED(struct backup_mark, format, "format", FIELD_TEXT),
    FIELD_STORED(struct backup_mark, sha256, "sha256", FIELD_TEXT),
    FIELD_STORED(struct backup_mark, verified, "verified", FIELD_TIME),
};
const struct record record_backup_mark = RECORD(backup_mark, mark_fields);

/* -- the seal --------------------------------------------------------------------------------- */

static const char seal_begin[] = ",\"mac\":\"", seal_end[] = "\"}\n";

enum { MAC_HEX = 64, SEAL = sizeof seal_begin - 1 + MAC_HEX + sizeof seal_end - 1 };

const char *sealed_write(struct arena *a, const uint8_t key[32], const struct record *as,
                         const void *from) {
    struct text t = text_in(a, SEALED_MAX);
    uint8_t mac[32];
    char hex[MAC_HEX + 1];
    json_put_record(&t, as, from);
    t.n--; /* the closing brace comes last */
    crypto_mac(mac, key, t.at, t.n);
    crypto_hex(hex, mac, sizeof mac);
    text_printf(&t, "%s%s%s", seal_begin, hex, seal_end);
    return text_ok(&t) ? text_str(&t) : NULL;
}

/* Whether the n bytes end in the right seal. Nothing in them is read otherwise. */
static bool sealed(const uint8_t key[32], const char *text, size_t n) {
    uint8_t right[32], given[32];
    char hex[MAC_HEX + 1] = "";
    if (n < SEAL)
        return false;
    const char *seal = text + n - SEAL;
    memcpy(hex, seal + sizeof seal_begin - 1, MAC_HEX);
    if (memcmp(seal, seal_begin, sizeof seal_begin - 1) != 0 ||
        memcmp(text + n - (sizeof seal_end - 1), seal_end, sizeof seal_end - 1) != 0 ||
        !crypto_from_hex(given, sizeof given, hex))
        return false;
    crypto_mac(right, key, text, n - SEAL);
    return crypto_equal(right, given, sizeof right);
}

/* -- reading ---------------------------------------------------------------------------------- */

static bool read_record(struct arena *a, const struct record *as, const struct json *v, void *into);

static bool read_list(struct arena *a, const struct record *of, const struct json *v,
                      struct rows *out) {
    if (json_type(v) != JSON_ARRAY)
        return false;
    out->n = json_count(v);
    out->at = arena_array(a, out->n, of->size);
    for (size_t i = 0; i < out->n; i++)
        if (!read_record(a, of, json_at(v, i), (char *)out->at + i * of->size))
            return false;
    return true;
}

static bool read_field(struct arena *a, const struct field *f, const struct json *v, void *into) {
    void *to = (char *)into + f->offset;
    const char *s = v ? json_string(v) : NULL;
    if (!v)
        return false;
    switch (f->type) {
    case FIELD_TEXT:
        *(const char **)to = s;
        return s != NULL;
    case FIELD_TIME:
        return s && when_parse(s, to);
    case FIELD_LONG:
        return json_int(v, to);
    case FIELD_LIST:
        return read_list(a, f->of, v, to);
    default:
        return false;
    }
}

static bool read_record(struct arena *a, const struct record *as, const struct json *v,
                        void *into) {
    for (size_t i = 0; i < as->n; i++)
        if (!read_field(a, &as->fields[i], json_member(v, as->fields[i].name), into))
            return false;
    return true;
}

enum status sealed_read(struct arena *a, const uint8_t key[32], const char *text, size_t n,
                        const struct record *as, void *into, struct text *why) {
    const struct json *v;
    if (!sealed(key, text, n)) {
        text_lit(why, "was changed, cut off, or made with another key (SITA_KEY)");
        return BAD_INPUT;
    }
    if (json_parse(a, text, n, &v, why) != OK)
        return BAD_INPUT;
    if (!read_record(a, as, v, into)) {
        text_lit(why, "was made by another version of this program");
        return BAD_INPUT;
    }
    return OK;
}
