#include "templates/template.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "templates/program.h"

enum { FILE_MAX = 256 * 1024, FOLDERS_MAX = 8 };

struct loader {
    struct templates *set;
    struct problems problems;
};

/* Reads the open file, size bytes long, into *src. */
static bool read_whole(struct loader *l, int fd, size_t size, struct source *src) {
    char *at = arena_raw(l->set->work, size + 1);
    ssize_t got = 1;
    for (src->at = at, src->n = 0; got > 0 && src->n <= size; src->n += got > 0 ? (size_t)got : 0)
        got = read(fd, at + src->n, size + 1 - src->n);
    if (got < 0)
        problem_add(&l->problems, src->file, 0, "it cannot be read: %s.", strerror(errno));
    else if (src->n != size)
        problem_add(&l->problems, src->file, 0, "it changed while it was read.");
    else if (!utf8_valid(at, size))
        problem_add(&l->problems, src->file, 0, "it is not UTF-8 or contains U+0000.");
    else
        return true;
    return false;
}

/* O_NONBLOCK: a fifo of that name must not hold the start up. */
static void read_file(struct loader *l, int folder, const char *name, const char *file) {
    struct templates *set = l->set;
    struct stat st;
    if (set->n_sources == SOURCES_MAX) {
        problem_add(&l->problems, "templates", 0, "there are more than %d files.", SOURCES_MAX);
        return;
    }
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        problem_add(&l->problems, file, 0, "it cannot be opened: %s.", strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        problem_add(&l->problems, file, 0, "it is not a file.");
    } else if (st.st_size > FILE_MAX) {
        problem_add(&l->problems, file, 0, "it has more than %d bytes.", FILE_MAX);
    } else {
        struct source *src = &set->sources[set->n_sources];
        *src = (struct source){.file = file};
        set->n_sources += read_whole(l, fd, (size_t)st.st_size, src);
    }
    if (fd >= 0)
        close(fd);
}

static bool ends_in_html(const char *name) {
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".html") == 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in the folder, sorted, so that problems come in the same order everywhere. */
static char **list(struct arena *a, int fd, size_t *n) {
    size_t capacity = 0;
    char **names = NULL;
    struct dirent *entry;
    DIR *dir = fdopendir(fd);
    *n = 0;
    if (!dir) {
        close(fd);
        return NULL;
    }
    while ((entry = readdir(dir))) {
        if (*n == capacity) {
            size_t more = capacity ? capacity * 2 : 32;
            names = arena_grow(a, names, capacity * sizeof *names, more * sizeof *names);
            capacity = more;
        }
        if (entry->d_name[0] != '.')
            names[(*n)++] = arena_strdup(a, entry->d_name);
    }
    closedir(dir);
    if (*n)
        qsort(names, *n, sizeof *names, by_name);
    return names;
}

/* below is "" or "parts/". */
static void read_folder(struct loader *l, int parent, const char *name, const char *below,
                        int depth) {
    struct arena *a = l->set->work;
    size_t n = 0;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int walk = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    char **names = walk < 0 ? NULL : list(a, walk, &n);
    if (walk < 0)
        problem_add(&l->problems, depth ? below : name, 0, "the folder cannot be opened: %s.",
                    strerror(errno));
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        bool folder = fstatat(fd, names[i], &st, 0) == 0 && S_ISDIR(st.st_mode);
        if (folder && depth < FOLDERS_MAX)
            read_folder(l, fd, names[i], arena_printf(a, "%s%s/", below, names[i]), depth + 1);
        else if (!folder && ends_in_html(names[i]))
            read_file(l, fd, names[i], arena_printf(a, "%s%s", below, names[i]));
    }
    if (fd >= 0)
        close(fd);
}

struct templates *program_new(void) {
    struct arena *a = arena_new();
    struct templates *set = arena_alloc(a, sizeof *set);
    set->arena = a;
    set->work = arena_new();
    set->sources = arena_array(set->work, SOURCES_MAX, sizeof *set->sources);
    return set;
}

enum status program_build(struct templates *set, const struct template_page *pages, size_t n,
                          const struct record *shell, struct problems *p) {
    for (size_t i = 0; i < set->n_sources; i++)
        parse_source(set->work, &set->sources[i], p);
    compile_pages(set, pages, n, shell, p);
    arena_free(set->work);
    set->work = NULL;
    set->sources = NULL;
    set->n_sources = 0;
    return p->n ? BAD_INPUT : OK;
}

enum status templates_load(struct templates **set, const char *dir,
                           const struct template_page *pages, size_t n, const struct record *shell,
                           struct text *why) {
    struct loader l = {.set = program_new(), .problems = {.why = why}};
    read_folder(&l, AT_FDCWD, dir, "", 0);
    enum status status = program_build(l.set, pages, n, shell, &l.problems);
    if (status != OK)
        templates_free(l.set);
    *set = status == OK ? l.set : NULL;
    return status;
}

const struct template *templates_find(const struct templates *set, const char *file) {
    for (size_t i = 0; i < set->n_pages; i++)
        if (strcmp(set->pages[i].file, file) == 0)
            return &set->pages[i];
    return NULL;
}

void templates_free(struct templates *set) {
    if (set)
        arena_free(set->arena);
}
