#include "fcgi/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counters.h"
#include "base/crypto.h"

enum { ID_LEAST = 8, ID_MOST = 64 };

/* The parameters that are read, in the order of their values below. */
enum { METHOD, URI, ID, REMOTE, ACCEPT, IF_NONE_MATCH, COOKIE, TYPE, LENGTH, VALUES };
static const char *const names[VALUES] = {"REQUEST_METHOD", "REQUEST_URI",  "REQUEST_ID",
                                          "REMOTE_ADDR",    "HTTP_ACCEPT",  "HTTP_IF_NONE_MATCH",
                                          "HTTP_COOKIE",    "CONTENT_TYPE", "CONTENT_LENGTH"};

/* Collects the values of those parameters; the first of a name counts, absent ones are "". */
static void collect(const char *values[VALUES], char *const *envp) {
    for (size_t i = 0; i < VALUES; i++)
        values[i] = NULL;
    for (; *envp; envp++) {
        const char *equals = strchr(*envp, '=');
        size_t n = equals ? (size_t)(equals - *envp) : 0;
        for (size_t i = 0; n && i < VALUES; i++)
            if (!values[i] && strncmp(names[i], *envp, n) == 0 && names[i][n] == '\0')
                values[i] = equals + 1;
    }
    for (size_t i = 0; i < VALUES; i++)
        if (!values[i])
            values[i] = "";
}

static bool id_valid(const char *id) {
    static const char allowed[] = "0123456789-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t n = strspn(id, allowed);
    return id[n] == '\0' && n >= ID_LEAST && n <= ID_MOST;
}

static const char *id_new(struct arena *a) {
    uint8_t bytes[16];
    char *id = arena_raw(a, 2 * sizeof bytes + 1);
    crypto_random(bytes, sizeof bytes);
    crypto_hex(id, bytes, sizeof bytes);
    return id;
}

/* Path and query, split at the first "?". Of a path too long its beginning is kept: it says whether
 * the refusal is JSON. */
static int split_uri(struct request *rq, const char *uri) {
    const char *mark = strchr(uri, '?');
    size_t n = mark ? (size_t)(mark - uri) : strlen(uri);
    if (*uri != '/')
        return 400;
    rq->path = arena_strndup(rq->arena, uri, n < PATH_MAX_BYTES ? n : PATH_MAX_BYTES);
    if (n > PATH_MAX_BYTES || (mark && strlen(mark + 1) > QUERY_MAX_BYTES))
        return 414;
    rq->query = mark ? mark + 1 : "";
    return 0;
}

/* The announced length of the body, -1 if it is not a number. */
static int64_t length_of(const char *s) {
    char *end;
    if (!*s)
        return 0;
    errno = 0;
    long long n = *s >= '0' && *s <= '9' ? strtoll(s, &end, 10) : -1;
    return n < 0 || errno || *end ? -1 : n;
}

void request_blank(struct request *rq, struct arena *a) {
    *rq = (struct request){.arena = a,
                           .path = "/",
                           .query = "",
                           .remote = "",
                           .accept = "",
                           .if_none_match = "",
                           .cookie = "",
                           .content_type = "",
                           .body = ""};
    rq->id = id_new(a);
}

int request_from_params(struct request *rq, struct arena *a, char *const *envp) {
    const char *v[VALUES];
    collect(v, envp);
    *rq = (struct request){.arena = a,
                           .method = method_of(v[METHOD]),
                           .path = "/",
                           .query = "",
                           .id = id_valid(v[ID]) ? v[ID] : id_new(a),
                           .remote = v[REMOTE],
                           .accept = v[ACCEPT],
                           .if_none_match = v[IF_NONE_MATCH],
                           .cookie = v[COOKIE],
                           .content_type = v[TYPE],
                           .body = ""};
    int64_t length = length_of(v[LENGTH]);
    rq->body_n = length > 0 ? (size_t)length : 0;
    int refusal = split_uri(rq, v[URI]);
    return refusal ? refusal : length < 0 ? 400 : 0;
}

int request_read_body(struct request *rq, FCGX_Stream *in, size_t max, int64_t deadline) {
    size_t wanted = rq->body_n, n = 0;
    int c;
    rq->body_n = 0;
    if (wanted > max)
        return 413;
    char *body = wanted ? arena_raw(rq->arena, wanted + 1) : NULL;
    while ((c = FCGX_GetChar(in)) != EOF) {
        if (n == wanted)
            return 400;
        body[n++] = (char)c;
        if (n % 256 == 0 && counters_clock() > deadline)
            return 408;
    }
    if (FCGX_GetError(in))
        return 408;
    if (n != wanted)
        return 400;
    if (body) {
        body[n] = '\0';
        rq->body = body;
        rq->body_n = n;
    }
    return 0;
}
