/* template_folder.h - a folder of templates for one test, made from strings and loaded. */
#ifndef SITA_TESTS_TEMPLATE_FOLDER_H
#define SITA_TESTS_TEMPLATE_FOLDER_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "templates/template.h"

struct folder {
    char dir[64];
    struct arena *arena;
    struct text why; /* of the last load */
    struct text out; /* of the last render */
};

static inline void folder_open(struct folder *f) {
    snprintf(f->dir, sizeof f->dir, "/tmp/sita-templates-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->arena = arena_new();
    f->why = text_in(f->arena, 64 * 1024);
    f->out = text_in(f->arena, 4 * 1024 * 1024);
}

static inline int folder_remove_one(const char *path, const struct stat *st, int flag,
                                    struct FTW *at) {
    (void)st;
    (void)flag;
    (void)at;
    return remove(path);
}

static inline void folder_close(struct folder *f) {
    nftw(f->dir, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(f->arena);
}

static inline void folder_write_bytes(struct folder *f, const char *file, const char *s, size_t n) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", f->dir, file);
    for (char *slash = path + strlen(f->dir) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    }
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_int_equal(fwrite(s, 1, n, to), n);
    assert_int_equal(fclose(to), 0);
}

static inline void folder_write(struct folder *f, const char *file, const char *s) {
    folder_write_bytes(f, file, s, strlen(s));
}

/* Loads the folder with the one page "main". */
static inline struct templates *folder_load(struct folder *f, const struct record *shell,
                                            const struct record *model) {
    struct template_page page = {"main", model};
    struct templates *set;
    text_clear(&f->why);
    enum status status = templates_load(&set, f->dir, &page, 1, shell, &f->why);
    assert_int_equal(status, set ? OK : BAD_INPUT);
    return set;
}

/* The page "main" of what the folder holds; a template that does not load fails the test. */
static inline const char *folder_render(struct folder *f, const struct record *shell_record,
                                        const void *shell, const struct record *record,
                                        const void *model) {
    struct templates *set = folder_load(f, shell_record, record);
    if (!set)
        fail_msg("%s", text_str(&f->why));
    text_clear(&f->out);
    template_render(templates_find(set, "main"), shell, model, &f->out);
    assert_true(text_ok(&f->out));
    templates_free(set);
    return text_str(&f->out);
}

#endif
