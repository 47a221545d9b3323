#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

enum { PIECE = 64 * 1024 };

/* A program under way. The pipes are ours to read; -1 when they ended. */
struct running {
    pid_t pid;
    int output, errors;
};

struct pipes {
    int output[2], errors[2];
};

static bool make_pipes(struct pipes *p) {
    if (pipe2(p->output, O_CLOEXEC) != 0)
        return false;
    if (pipe2(p->errors, O_CLOEXEC) == 0)
        return true;
    close(p->output[0]);
    close(p->output[1]);
    return false;
}

/* What the child gets as its first files; all others are closed in it. */
static int plan_files(posix_spawn_file_actions_t *files, const struct process *p,
                      const struct pipes *pipes) {
    posix_spawn_file_actions_init(files);
    int error = p->input >= 0 ? posix_spawn_file_actions_adddup2(files, p->input, STDIN_FILENO)
                              : posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null",
                                                                 O_RDONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_adddup2(files, pipes->output[1], STDOUT_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(files, pipes->errors[1], STDERR_FILENO);
    if (!error && p->list)
        error = posix_spawn_file_actions_adddup2(files, p->list, STDERR_FILENO + 1);
    return error ? error
                 : posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1 + !!p->list);
}

/* Signals that we may ignore or block are as usual in the child. */
static void plan_signals(posix_spawnattr_t *attributes) {
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &usual);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* The arguments in the type that posix_spawn wants; it does not change them. */
static char **arguments(struct arena *a, const char *const *argv) {
    size_t n = 1;
    while (argv[n - 1])
        n++;
    char **copy = arena_array(a, n, sizeof *copy);
    for (size_t i = 0; i + 1 < n; i++)
        copy[i] = arena_strdup(a, argv[i]);
    return copy;
}

static int spawn(const struct process *p, const struct pipes *pipes, struct arena *a, pid_t *pid) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = plan_files(&files, p, pipes);
    plan_signals(&attributes);
    if (!error)
        error = posix_spawnp(pid, p->argv[0], &files, &attributes, arguments(a, p->argv),
                             p->environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static bool start(const struct process *p, struct arena *a, struct running *r, struct text *why) {
    struct pipes pipes;
    if (!make_pipes(&pipes)) {
        text_printf(why, "No pipe for %s: %s.", p->argv[0], strerror(errno));
        return false;
    }
    int error = spawn(p, &pipes, a, &r->pid);
    close(pipes.output[1]);
    close(pipes.errors[1]);
    r->output = pipes.output[0];
    r->errors = pipes.errors[0];
    if (!error)
        return true;
    close(r->output);
    close(r->errors);
    text_printf(why, "%s cannot be started: %s.", p->argv[0], strerror(error));
    return false;
}

/* Reads once; 0 at the end, when *fd is closed too. */
static size_t read_piece(int *fd, char *piece) {
    ssize_t n;
    do
        n = read(*fd, piece, PIECE);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        return (size_t)n;
    close(*fd);
    *fd = -1;
    return 0;
}

static void keep_said(struct text *said, const char *piece, size_t n) {
    for (size_t i = 0; i < n && said->n < PROCESS_SAID_MAX; i++) {
        char c = piece[i];
        if (c == '\n' && i + 1 < n)
            text_lit(said, "; ");
        else if (c != '\n')
            text_char(said, (unsigned char)c < 0x20 || c == 0x7f ? '?' : c);
    }
}

/* Until both pipes end. False if `take` wanted no more. */
static bool pass_on(const struct process *p, struct running *r, struct text *said) {
    char *piece = arena_raw(said->arena, PIECE);
    bool wanted = true;
    while (r->output >= 0 || r->errors >= 0) {
        struct pollfd wait[] = {{.fd = r->output, .events = POLLIN},
                                {.fd = r->errors, .events = POLLIN}};
        int ready = poll(wait, 2, p->waits ? PROCESS_TICK_MS : -1);
        if (ready < 0 && errno != EINTR)
            log_fatal("process", "poll: %s", strerror(errno));
        if (ready == 0 && p->waits)
            p->waits(p->context);
        if (wait[1].revents)
            keep_said(said, piece, read_piece(&r->errors, piece));
        size_t n = wait[0].revents ? read_piece(&r->output, piece) : 0;
        if (n > 0 && wanted && p->take && !p->take(p->context, piece, n)) {
            wanted = false;
            kill(r->pid, SIGKILL);
        }
    }
    return wanted;
}

static enum status say_end(const char *name, int ended, struct text *said, struct text *why) {
    while (said->n >= 2 && memcmp(said->at + said->n - 2, "; ", 2) == 0)
        said->n -= 2; /* empty lines at the end */
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0)
        return OK;
    if (WIFSIGNALED(ended))
        text_printf(why, "%s was ended by signal %d (%s)", name, WTERMSIG(ended),
                    strsignal(WTERMSIG(ended)));
    else
        text_printf(why, "%s ended with status %d", name, WEXITSTATUS(ended));
    text_printf(why, "%s%s.", said->n ? ": " : "", text_str(said));
    return FAILED;
}

enum status process_run(const struct process *p, struct text *said, struct text *why) {
    struct running r;
    int ended = 0;
    if (!start(p, said->arena, &r, why))
        return NOT_FOUND;
    bool wanted = pass_on(p, &r, said);
    while (waitpid(r.pid, &ended, 0) < 0)
        if (errno != EINTR)
            log_fatal("process", "waitpid: %s", strerror(errno));
    return wanted ? say_end(p->argv[0], ended, said, why) : CONFLICT;
}
