/* Pages for whoever watches the service: is it alive, is it ready, how does it do. They are open
 * only to the addresses of SITA_MONITOR_FROM. */
#include <inttypes.h>

#include "base/counters.h"
#include "handlers/app.h"
#include "handlers/page.h"
#include "handlers/pages.h"

struct monitor_model {
    struct rows nothing;
};
static const struct record record_monitor = {.name = "monitor_model",
                                             .size = sizeof(struct monitor_model)};

/* -- /healthz: the loop that answers this runs ------------------------------------------------- */

static const char *healthz_raw(struct request *rq, struct reply *reply, void *model) {
    (void)rq;
    (void)model;
    text_lit(&reply->body, "ok\n");
    return "text/plain; charset=utf-8";
}

const struct page page_healthz = {
    .name = "healthz",
    .path = "/healthz",
    .summary = "For monitoring, from its addresses alone: the process that answers runs.",
    .type = "text/plain",
    .pool = POOL_READ,
    .access = ACCESS_MONITOR,
    .cache = CACHE_NONE,
    .raw = healthz_raw,
};

/* -- /readyz: it can answer pages with rows; without the database the load itself fails as 503 --
 */

static void readyz_load(struct request *rq, struct load *l, void *model) {
    (void)rq;
    (void)model;
    load_add(l, SQL_PING, 0, 0, NULL, NULL);
}

static const char *readyz_raw(struct request *rq, struct reply *reply, void *model) {
    (void)rq;
    (void)model;
    if (counters()->schema == SCHEMA_DIFFERS) {
        reply->status = 503;
        text_lit(&reply->body, "the schema of the database is not the one of this program\n");
    } else {
        text_lit(&reply->body, "ready\n");
    }
    return "text/plain; charset=utf-8";
}

const struct page page_readyz = {
    .name = "readyz",
    .path = "/readyz",
    .summary = "For monitoring, from its addresses alone: pages can be answered; if not, why.",
    .type = "text/plain",
    .pool = POOL_READ,
    .access = ACCESS_MONITOR,
    .cache = CACHE_NONE,
    .model = &record_monitor,
    .load = readyz_load,
    .raw = readyz_raw,
};

/* -- /metrics: Prometheus text format 0.0.4 ---------------------------------------------------- */

static void put_head(struct text *out, const char *name, const char *type, const char *help) {
    text_printf(out, "# HELP sitaminter_%s %s\n# TYPE sitaminter_%s %s\n", name, help, name, type);
}

static void put_requests(struct text *out) {
    put_head(out, "requests_total", "counter", "Answers sent, by route and HTTP status.");
    for (size_t route = 0; route <= app_pages() && route < COUNTERS_ROUTES; route++)
        for (size_t code = 0; code < COUNTERS_CODES; code++) {
            uint64_t n = counters()->requests[route][code];
            if (n == 0)
                continue;
            text_printf(out, "sitaminter_requests_total{route=\"%s\",status=\"",
                        app_page_name(route));
            if (counters_code(code))
                text_long(out, counters_code(code));
            else
                text_lit(out, "other");
            text_printf(out, "\"} %" PRIu64 "\n", n);
        }
}

static void put_latency(struct text *out) {
    put_head(out, "request_seconds", "histogram", "Time from a whole request to its answer.");
    for (size_t pool = 0; pool < POOL_ROLES; pool++) {
        const struct histogram *h = &counters()->seconds[pool];
        const char *name = role_name((enum role)pool);
        uint64_t sum = 0;
        for (size_t i = 0; i < COUNTERS_BUCKETS; i++) {
            int64_t limit = counters_bucket_limit(i);
            sum += h->bucket[i];
            text_printf(out, "sitaminter_request_seconds_bucket{pool=\"%s\",le=\"", name);
            if (limit == INT64_MAX)
                text_lit(out, "+Inf");
            else
                text_printf(out, "%g", (double)limit / 1e6);
            text_printf(out, "\"} %" PRIu64 "\n", sum);
        }
        text_printf(out, "sitaminter_request_seconds_sum{pool=\"%s\"} %.6f\n", name,
                    (double)h->sum / 1e6);
        text_printf(out, "sitaminter_request_seconds_count{pool=\"%s\"} %" PRIu64 "\n", name, sum);
    }
}

/* One gauge for each pool. */
static void put_pools(struct text *out, const char *name, const char *help, const int *values) {
    put_head(out, name, "gauge", help);
    for (int role = 0; role < POOL_ROLES; role++)
        text_printf(out, "sitaminter_%s{pool=\"%s\"} %d\n", name, role_name((enum role)role),
                    values[role]);
}

static void put_workers(struct text *out) {
    static const char *const states[SLOT_STATES] = {NULL, "starting", "idle", "busy", "stopping"};
    int count[ROLES][SLOT_STATES] = {0}, connections[ROLES] = {0}, up[ROLES] = {0},
        requests[ROLES] = {0};
    for (size_t i = 0; i < COUNTERS_SLOTS; i++) {
        const struct slot *slot = &counters()->slots[i];
        if (!slot->pid)
            continue;
        count[slot->role][slot->state]++;
        connections[slot->role] += slot->connections;
        requests[slot->role] += slot->requests;
        up[slot->role] += slot->database_up;
    }
    put_head(out, "pool_workers", "gauge", "Processes by pool and state.");
    for (int role = 0; role < ROLES; role++)
        for (int state = SLOT_STARTING; state < SLOT_STATES; state++)
            text_printf(out, "sitaminter_pool_workers{pool=\"%s\",state=\"%s\"} %d\n",
                        role_name((enum role)role), states[state], count[role][state]);
    put_pools(out, "pool_connections", "Open FastCGI connections.", connections);
    put_pools(out, "pool_requests", "Requests under way.", requests);
    put_pools(out, "pool_database_workers", "Workers whose database connection is open.", up);
}

/* One counter for each of the first n roles. */
static void put_by_pool(struct text *out, const char *name, const char *help,
                        const _Atomic uint64_t *values, int n) {
    put_head(out, name, "counter", help);
    for (int i = 0; i < n; i++)
        text_printf(out, "sitaminter_%s{pool=\"%s\"} %" PRIu64 "\n", name, role_name((enum role)i),
                    (uint64_t)values[i]);
}

static void put_gauge(struct text *out, const char *name, const char *help, double value) {
    put_head(out, name, "gauge", help);
    text_printf(out, "sitaminter_%s %g\n", name, value);
}

static const char *metrics_raw(struct request *rq, struct reply *reply, void *model) {
    (void)rq;
    (void)model;
    struct text *out = &reply->body;
    const struct counters *all = counters();
    put_requests(out);
    put_latency(out);
    put_workers(out);
    put_by_pool(out, "worker_deaths_total", "Processes that ended without being told to.",
                all->deaths, ROLES);
    put_by_pool(out, "broken_connections_total", "Connections closed for breaking FastCGI.",
                all->broken, POOL_ROLES);
    put_by_pool(out, "database_failures_total", "Loads that the database did not answer.",
                all->database_failures, POOL_ROLES);
    put_by_pool(out, "database_connections_opened_total", "Database connections opened.",
                all->database_opened, POOL_ROLES);
    put_gauge(out, "database_up", "1 if the database answered the last ping.", all->database_up);
    put_gauge(out, "database_ping_seconds", "Time of the last ping that was answered.",
              (double)all->database_ping / 1e6);
    put_gauge(out, "schema_matches", "1 if the database has the schema of this program.",
              all->schema == SCHEMA_SAME);
    put_gauge(out, "settings_generation", "Grows when a public setting has changed.",
              (double)all->settings_generation);
    return "text/plain; version=0.0.4; charset=utf-8";
}

const struct page page_metrics = {
    .name = "metrics",
    .path = "/metrics",
    .summary =
        "For monitoring, from its addresses alone: counters and gauges, as Prometheus reads them.",
    .type = "text/plain",
    .pool = POOL_READ,
    .access = ACCESS_MONITOR,
    .cache = CACHE_NONE,
    .raw = metrics_raw,
};
