#include "fcgi/server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "fcgi/listen.h"
#include "fcgi/notify.h"
#include "fcgi/worker.h"

enum {
    HEALTHY_MS = 10000,   /* a process that has lived this long is started again at once */
    PAUSE_LEAST_MS = 100, /* the first pause of one that dies young, doubled each time */
    PAUSE_MOST_MS = 10000,
    SAME_SIGNAL_MS = 500
};

/* One process of the server, now or again soon. */
struct child {
    enum role role;
    size_t number; /* within its role, from 0 */
    struct slot *slot;
    pid_t pid;                   /* 0 while none runs */
    int64_t started, next_start; /* counters_clock */
    int pause_ms;
    bool told;       /* it was sent SIGTERM */
    int64_t kill_at; /* when it is ended at once, if it was told and still runs */
    bool old;        /* it runs with the app before the reload */
    unsigned beats;  /* of its slot, when last looked at */
    int silent;      /* how often in a row they had not grown */
};

struct server {
    struct app *app;
    int listeners[POOL_ROLES];
    int signals;
    struct child children[COUNTERS_SLOTS];
    size_t n_children;
    bool stopping;
    int64_t stopping_since;
    bool forced; /* a process did not end by itself */
    int64_t next_watchdog, next_beat;
};

/* -- starting processes ----------------------------------------------------------------------- */

static const char *listen_setting(enum role role) {
    const char *const settings[POOL_ROLES] = {config.read_listen, config.write_listen,
                                              config.desk_listen};
    return settings[role];
}

/* The life of a child, from fork to exit. */
_Noreturn static void child_main(struct server *s, const struct child *c, pid_t parent) {
    static const int stop_signals[] = {SIGTERM, 0};
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(0);
    close(s->signals);
    struct worker w = {.app = s->app,
                       .pool = (enum pool)c->role,
                       .slot = c->slot,
                       .listener = c->role < POOL_ROLES ? s->listeners[c->role] : -1,
                       .stop = worker_signals(stop_signals)};
    for (size_t i = 0; i < POOL_ROLES; i++)
        if ((enum role)i != c->role)
            close(s->listeners[i]);
    int status = c->role == ROLE_READ    ? read_pool_run(&w)
                 : c->role == ROLE_CLERK ? clerk_run(&w)
                                         : accept_pool_run(&w);
    app_free(s->app);
    exit(status);
}

static void child_start(struct server *s, struct child *c) {
    pid_t parent = getpid();
    slot_note_request(c->slot, "");
    c->slot->role = (int)c->role;
    c->slot->state = SLOT_STARTING;
    c->slot->database_up = 0;
    c->slot->connections = c->slot->requests = 0;
    c->slot->streams_to = 0;
    c->started = counters_clock();
    c->told = c->old = false;
    c->silent = 0;
    c->pid = fork();
    if (c->pid == 0)
        child_main(s, c, parent);
    if (c->pid < 0) {
        log_line(LOG_ERROR, "fork_failed", "%s", strerror(errno));
        c->pid = 0;
        c->next_start = c->started + PAUSE_MOST_MS * 1000;
        return;
    }
    c->slot->pid = c->pid;
    log_line(LOG_DEBUG, "worker_started", "%s worker %zu has pid %d", role_name(c->role), c->number,
             (int)c->pid);
}

static void children_plan(struct server *s) {
    const int counts[ROLES] = {config.read_workers, config.write_workers, config.desk_workers, 1};
    for (int role = 0; role < ROLES; role++)
        for (int i = 0; i < counts[role]; i++) {
            struct slot *slot = &counters()->slots[s->n_children];
            s->children[s->n_children++] =
                (struct child){.role = (enum role)role, .number = (size_t)i, .slot = slot};
        }
}

/* -- ending processes ------------------------------------------------------------------------- */

/* Tells it to answer what it has accepted and to end. */
static void child_stop(struct child *c) {
    if (!c->pid)
        return;
    kill(c->pid, SIGTERM);
    c->told = true;
    c->kill_at = counters_clock() + (int64_t)config.drain_seconds * 1000000;
}

/* Ends it if it was told to end and its time is over; else makes *next at most that time. */
static void child_hurry(struct child *c, int64_t now, int64_t *next) {
    if (!c->pid || !c->told || !c->kill_at)
        return;
    if (c->kill_at <= now) {
        log_line(LOG_ERROR, "stop_forced", "%s worker %zu (pid %d) is ended at once",
                 role_name(c->role), c->number, (int)c->pid);
        kill(c->pid, SIGKILL);
        c->kill_at = 0;
    } else if (c->kill_at < *next) {
        *next = c->kill_at;
    }
}

/* After how many seconds a process that does not go on counts as hanging: far more than every
 * deadline that it keeps by itself. A read worker waits for nothing but events. */
static int silence_allowed(enum role role) {
    return role == ROLE_READ ? config.hang_seconds : 2 * (config.hang_seconds + config.io_seconds);
}

/* Counts whether it goes on. Not by the clock: when the whole machine stood still, so did this. */
static void child_listen(struct child *c) {
    unsigned beats = c->slot->beats;
    bool watched = c->pid && !c->told;
    c->silent = watched && beats == c->beats ? c->silent + 1 : 0;
    c->beats = beats;
    if (c->silent != silence_allowed(c->role))
        return;
    log_line(LOG_ERROR, "worker_hangs", "%s worker %zu (pid %d) has not gone on for %d seconds",
             role_name(c->role), c->number, (int)c->pid, c->silent);
    kill(c->pid, SIGKILL); /* child_ended logs the rest */
}

/* Listens to all once a second; makes *next at most the time of the next. */
static void children_listen(struct server *s, int64_t now, int64_t *next) {
    if (!config.hang_seconds)
        return;
    if (now >= s->next_beat) {
        s->next_beat = now + 1000000;
        for (size_t i = 0; i < s->n_children; i++)
            child_listen(&s->children[i]);
    }
    if (s->next_beat < *next)
        *next = s->next_beat;
}

/* Logs an end that nobody asked for, with what the process was doing. */
static void log_death(const struct child *c, int status, const char *next) {
    bool by_signal = WIFSIGNALED(status);
    int code = by_signal ? WTERMSIG(status) : WEXITSTATUS(status);
    char request[COUNTERS_REQUEST_ID];
    memcpy(request, c->slot->request, sizeof request);
    request[sizeof request - 1] = '\0';
    log_line(LOG_ERROR, "worker_died",
             "%s worker %zu (pid %d) ended with %s %d%s%s%s, request=%s, %d under way%s",
             role_name(c->role), c->number, (int)c->pid, by_signal ? "signal" : "status", code,
             by_signal ? " (" : "", by_signal ? strsignal(code) : "", by_signal ? ")" : "",
             *request ? request : "none", c->slot->requests, next);
}

static void child_ended(struct server *s, struct child *c, int status) {
    int64_t now = counters_clock();
    bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    int pause = 0;
    if (!c->told) {
        if (now - c->started < (int64_t)HEALTHY_MS * 1000)
            pause = c->pause_ms ? c->pause_ms * 2 : PAUSE_LEAST_MS;
        if (pause > PAUSE_MOST_MS)
            pause = PAUSE_MOST_MS;
        counters()->deaths[c->role]++;
    }
    char next[64] = "";
    if (!s->stopping)
        snprintf(next, sizeof next, "; another starts in %d ms", pause);
    if (!c->told || !clean)
        log_death(c, status, next);
    if (s->stopping && !clean)
        s->forced = true;
    c->pause_ms = pause;
    c->next_start = now + (int64_t)pause * 1000;
    c->slot->state = SLOT_EMPTY;
    c->slot->pid = 0;
    c->slot->streams_to = 0;
    c->pid = 0;
}

static void reap(struct server *s) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < s->n_children; i++)
            if (s->children[i].pid == pid)
                child_ended(s, &s->children[i], status);
}

static size_t running(const struct server *s) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_children; i++)
        n += s->children[i].pid != 0;
    return n;
}

/* -- stopping and reloading ------------------------------------------------------------------- */

static void stop(struct server *s) {
    int64_t now = counters_clock();
    if (s->stopping) {
        /* One request to stop may reach us twice at once: as this process and as its group. */
        if (now < s->stopping_since + SAME_SIGNAL_MS * 1000)
            return;
        for (size_t i = 0; i < s->n_children; i++)
            s->children[i].kill_at = s->children[i].kill_at ? 1 : 0;
        return;
    }
    s->stopping = true;
    s->stopping_since = now;
    log_line(LOG_INFO, "stopping", "answering what was accepted, for at most %d seconds",
             config.drain_seconds);
    notify_send("STOPPING=1");
    /* First nobody new can come, then the workers take what had come until then. */
    for (int i = 0; i < POOL_ROLES; i++)
        listen_remove(listen_setting((enum role)i));
    for (size_t i = 0; i < s->n_children; i++)
        child_stop(&s->children[i]);
}

/* A line of the log for each line of the text. */
static void log_each(const char *event, const char *what, struct text *lines) {
    for (const char *s = text_str(lines); *s; s += strspn(s, "\n")) {
        size_t n = strcspn(s, "\n");
        log_line(LOG_ERROR, event, "%s%.*s", what, (int)n, s);
        s += n;
    }
}

/* Compiles the templates anew; workers are replaced by replace_next. */
static void reload(struct server *s) {
    struct arena *a = arena_new();
    struct text why = text_in(a, 16 * 1024);
    struct app *app;
    if (s->stopping) {
        arena_free(a);
        return;
    }
    notify_reloading();
    if (app_new(&app, &why) == OK) {
        app_free(s->app);
        s->app = app;
        for (size_t i = 0; i < s->n_children; i++)
            s->children[i].old = s->children[i].pid && s->children[i].role != ROLE_CLERK;
        log_line(LOG_INFO, "reloading", "templates are in order; workers are replaced one by one");
    } else {
        log_each("reload_refused", "the old templates stay: ", &why);
    }
    notify_send("READY=1");
    arena_free(a);
}

/* Tells one worker of the old app to end, when the one before has been replaced. */
static void replace_next(struct server *s, int64_t *due) {
    struct child *next = NULL;
    for (size_t i = s->n_children; i-- > 0;) {
        struct child *c = &s->children[i];
        if (c->told)
            return; /* one at a time */
        if (c->old)
            next = c;
    }
    if (!next)
        return;
    child_stop(next);
    child_hurry(next, 0, due);
}

/* -- the loop --------------------------------------------------------------------------------- */

static void read_signals(struct server *s) {
    struct signalfd_siginfo info;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGTERM:
        case SIGINT:
            stop(s);
            break;
        case SIGHUP:
            reload(s);
            break;
        default: /* SIGCHLD is looked after in every round */
            break;
        }
    }
}

/* Does what is due; milliseconds until something will be. */
static int round_trip(struct server *s) {
    int64_t next = INT64_MAX, now = counters_clock();
    reap(s);
    for (size_t i = 0; i < s->n_children; i++) {
        struct child *c = &s->children[i];
        if (!c->pid && !s->stopping && c->next_start <= now)
            child_start(s, c);
        if (!c->pid && !s->stopping && c->next_start < next)
            next = c->next_start;
        child_hurry(c, now, &next);
    }
    if (!s->stopping)
        replace_next(s, &next);
    children_listen(s, now, &next);
    int watchdog = notify_watchdog_ms();
    if (watchdog > 0 && now >= s->next_watchdog) {
        notify_send("WATCHDOG=1");
        s->next_watchdog = now + (int64_t)watchdog * 1000;
    }
    if (watchdog > 0 && s->next_watchdog < next)
        next = s->next_watchdog;
    return next == INT64_MAX ? -1 : worker_ms_until(next);
}

static void loop(struct server *s) {
    struct pollfd wait = {.fd = s->signals, .events = POLLIN};
    bool announced = false;
    for (;;) {
        int ms = round_trip(s);
        if (s->stopping && running(s) == 0)
            return;
        if (!announced)
            notify_send("READY=1");
        announced = true;
        if (poll(&wait, 1, ms) < 0 && errno != EINTR)
            log_fatal("poll", "%s", strerror(errno));
        read_signals(s);
    }
}

static bool open_listeners(struct server *s) {
    struct arena *a = arena_new();
    struct text why = text_in(a, 4096);
    bool ok = true;
    for (size_t i = 0; i < POOL_ROLES; i++)
        s->listeners[i] = -1;
    for (size_t i = 0; i < POOL_ROLES && ok; i++) {
        s->listeners[i] = listen_open(listen_setting((enum role)i), &why);
        ok = s->listeners[i] >= 0;
        if (!ok)
            log_each("listen_failed", "", &why);
    }
    for (size_t i = 0; i < POOL_ROLES && !ok; i++) /* leave nothing behind */
        if (s->listeners[i] >= 0)
            listen_remove(listen_setting((enum role)i));
    arena_free(a);
    return ok;
}

/* Signals are blocked here and in every child, and read from descriptors. */
static void take_signals(struct server *s) {
    static const int wanted[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, 0};
    sigset_t set;
    sigemptyset(&set);
    for (const int *signal = wanted; *signal; signal++)
        sigaddset(&set, *signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
    s->signals = worker_signals(wanted);
}

/* Room for CONNS_MAX connections and more in each worker: the usual soft limit is 1,024. */
static void raise_limits(void) {
    enum { DESCRIPTORS = 4096 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log_line(LOG_WARNING, "descriptors", "the limit stays as it is: %s", strerror(errno));
}

int server_run(struct app *app) {
    struct server *s = calloc(1, sizeof *s);
    if (!s || !counters_start())
        log_fatal("out_of_memory", "could not start");
    s->app = app;
    raise_limits();
    take_signals(s);
    worker_prepare();
    children_plan(s);
    bool ok = open_listeners(s);
    if (ok) {
        log_line(LOG_INFO, "serving", "read %s, write %s, desk %s", config.read_listen,
                 config.write_listen, config.desk_listen);
        loop(s);
        log_line(LOG_INFO, "stopped", "%s", s->forced ? "by force" : "everything was answered");
        ok = !s->forced;
    }
    for (size_t i = 0; i < POOL_ROLES; i++)
        if (s->listeners[i] >= 0)
            close(s->listeners[i]);
    close(s->signals);
    app_free(s->app);
    free(s);
    return ok ? 0 : 1;
}
