#include "fcgi/wire.h"

#include <string.h>

/* Numbers of the specification, section 8. */
enum {
    VERSION = 1,
    HEADER = 8,
    BEGIN_REQUEST = 1,
    END_REQUEST = 3,
    PARAMS = 4,
    STDIN = 5,
    STDOUT = 6,
    RESPONDER = 1,
    KEEP_CONN = 1,
    CONTENT_MAX = 65528 /* a multiple of 8, so that no record needs padding */
};

/* Follows names and values through the parameter stream, whatever records it is cut into. */
struct params_check {
    enum { NAME_LENGTH, VALUE_LENGTH, CONTENT } stage;
    unsigned more;   /* bytes of a four-byte length still to come */
    uint32_t length; /* the length being read */
    uint64_t left;   /* content bytes of name and value */
};

static void length_done(struct params_check *p) {
    p->left += p->length;
    if (p->stage == NAME_LENGTH)
        p->stage = VALUE_LENGTH;
    else
        p->stage = p->left ? CONTENT : NAME_LENGTH;
}

static void length_byte(struct params_check *p, uint8_t byte) {
    if (p->more) {
        p->length = p->length << 8 | byte;
        p->more--;
    } else {
        p->more = byte & 0x80 ? 3 : 0;
        p->length = byte & 0x7f;
    }
    if (!p->more)
        length_done(p);
}

/* False if a length passes max or a value has a NUL in it, which would hide what follows. */
static bool params_feed(struct params_check *p, const uint8_t *at, size_t n, size_t max) {
    while (n) {
        size_t take = 1;
        if (p->stage == CONTENT) {
            take = p->left < n ? (size_t)p->left : n;
            if (memchr(at, 0, take))
                return false;
            p->left -= take;
            if (!p->left)
                p->stage = NAME_LENGTH;
        } else {
            length_byte(p, *at);
            if (p->left > max)
                return false;
        }
        at += take;
        n -= take;
    }
    return true;
}

static bool params_complete(const struct params_check *p) {
    return p->stage == NAME_LENGTH && !p->more;
}

struct record {
    uint8_t type;
    uint16_t id;
    size_t content, padding;
    const uint8_t *at; /* its content */
    size_t there;      /* bytes of the content that have arrived */
};

static enum wire look_begin(const struct record *r, struct wire_request *seen) {
    if (r->type != BEGIN_REQUEST || r->content != 8 || r->id == 0)
        return WIRE_BROKEN;
    if (r->there < 8)
        return WIRE_PARTIAL;
    seen->id = r->id;
    seen->keep = r->at[2] & KEEP_CONN;
    return (r->at[0] << 8 | r->at[1]) == RESPONDER ? WIRE_WHOLE : WIRE_BROKEN;
}

static enum wire look_params(const struct record *r, struct wire_request *seen, size_t max,
                             struct params_check *check) {
    if (r->type != PARAMS || r->id != seen->id)
        return WIRE_BROKEN;
    seen->params += r->content;
    if (seen->params > max)
        return WIRE_PARAMS_TOO_LARGE;
    if (!params_feed(check, r->at, r->there, max))
        return WIRE_BROKEN;
    return r->content || params_complete(check) ? WIRE_WHOLE : WIRE_BROKEN;
}

static enum wire look_body(const struct record *r, struct wire_request *seen, size_t max) {
    if (r->type != STDIN || r->id != seen->id)
        return WIRE_BROKEN;
    seen->body += r->content;
    return seen->body > max ? WIRE_BODY_TOO_LARGE : WIRE_WHOLE;
}

enum wire wire_look(const uint8_t *bytes, size_t n, size_t params_max, size_t body_max,
                    struct wire_request *seen) {
    enum { BEGIN, HEAD, BODY, END } phase = BEGIN;
    struct params_check check = {0};
    size_t at = 0;
    *seen = (struct wire_request){0};
    while (phase != END) {
        enum wire unfinished = phase == BODY ? WIRE_HEAD : WIRE_PARTIAL, state;
        if (n - at < HEADER)
            return n > at && bytes[at] != VERSION ? WIRE_BROKEN : unfinished;
        const uint8_t *h = bytes + at;
        struct record r = {.type = h[1],
                           .id = (uint16_t)(h[2] << 8 | h[3]),
                           .content = (size_t)(h[4] << 8 | h[5]),
                           .padding = h[6],
                           .at = h + HEADER};
        if (h[0] != VERSION)
            return WIRE_BROKEN;
        at += HEADER;
        r.there = n - at < r.content ? n - at : r.content;
        if (phase == BEGIN)
            state = look_begin(&r, seen);
        else if (phase == HEAD)
            state = look_params(&r, seen, params_max, &check);
        else
            state = look_body(&r, seen, body_max);
        if (state != WIRE_WHOLE)
            return state;
        if (n - at < r.content + r.padding)
            return unfinished;
        at += r.content + r.padding;
        if (phase == BEGIN || r.content == 0)
            phase++;
        if (phase == END && (r.padding || n > at))
            seen->keep = false; /* libfcgi would take these bytes with it */
    }
    return WIRE_WHOLE;
}

static struct iovec header(uint8_t *at, uint8_t type, uint16_t id, size_t content) {
    uint8_t bytes[HEADER] = {
        VERSION, type, (uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(content >> 8), (uint8_t)content};
    memcpy(at, bytes, HEADER);
    return (struct iovec){at, HEADER};
}

/* Takes at most n bytes from the front of a piece. */
static struct iovec take(struct iovec *piece, size_t n) {
    struct iovec part = {piece->iov_base, piece->iov_len < n ? piece->iov_len : n};
    piece->iov_base = (char *)piece->iov_base + part.iov_len;
    piece->iov_len -= part.iov_len;
    return part;
}

struct iovec *wire_frame(struct arena *a, uint16_t id, const char *head, size_t head_n,
                         const char *body, size_t body_n, size_t *count) {
    size_t left = head_n + body_n, records = (left + CONTENT_MAX - 1) / CONTENT_MAX, n = 0;
    struct iovec *out = arena_array(a, records + 3, sizeof *out * 2);
    uint8_t *headers = arena_raw(a, (records + 3) * HEADER);
    union {
        const char *in;
        void *out;
    } from[2] = {{head}, {body}};
    struct iovec pieces[2] = {{from[0].out, head_n}, {from[1].out, body_n}};
    while (left) {
        size_t room = left < CONTENT_MAX ? left : CONTENT_MAX;
        left -= room;
        out[n++] = header(headers, STDOUT, id, room);
        headers += HEADER;
        for (size_t i = 0; i < 2 && room; i++) {
            if (!pieces[i].iov_len)
                continue;
            out[n] = take(&pieces[i], room);
            room -= out[n++].iov_len;
        }
    }
    out[n] = header(headers, STDOUT, id, 0);
    header(headers + HEADER, END_REQUEST, id, HEADER);
    memset(headers + 2 * HEADER, 0, HEADER); /* exit status 0, FCGI_REQUEST_COMPLETE */
    out[n++].iov_len = 3 * HEADER;
    *count = n;
    return out;
}
