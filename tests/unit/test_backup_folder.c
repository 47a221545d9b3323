/* Backups as files: seals, names, truncation at any byte, flipped bits, swapped manifests, what a
 * killed run leaves, pruning. No database: the archive's content does not matter here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/when.h"
#include "sql/backup_private.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER_KEY "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DAY (INT64_C(86400) * 1000000)

enum { BYTES = 3000 };

static struct arena *arena;
static struct text why;
static struct backup_folder folder;
static char path[64], archive[BYTES + 1];

static int setup(void **state) {
    (void)state;
    arena = arena_new();
    why = text_in(arena, 1 << 16);
    /* every file is put on disk before it gets its name, which takes its time on a busy one */
    bool memory = access("/dev/shm", W_OK | X_OK) == 0;
    snprintf(path, sizeof path, "%s/test-backup-XXXXXX", memory ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(path));
    assert_int_equal(backup_folder_open(&folder, arena, path, KEY, false, &why), OK);
    for (size_t i = 0; i < BYTES; i++)
        archive[i] = (char)('a' + i * 7 % 26);
    return 0;
}

static int teardown(void **state) {
    DIR *d = opendir(path);
    struct dirent *e;
    (void)state;
    while ((e = readdir(d)))
        unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    assert_int_equal(rmdir(path), 0);
    backup_folder_close(&folder);
    arena_free(arena);
    return 0;
}

static void put(const char *file, const void *bytes, size_t n) {
    int fd = openat(folder.fd, file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
}

static bool there(const char *name, const char *ending) {
    return faccessat(folder.fd, arena_printf(arena, "%s%s", name, ending), F_OK, 0) == 0;
}

static struct manifest manifest_of(const char *name, int64_t taken) {
    struct backup_table *table = arena_alloc(arena, sizeof *table);
    uint8_t hash[32];
    char *hex = arena_alloc(arena, 65);
    crypto_sha256(hash, archive, BYTES);
    crypto_hex(hex, hash, sizeof hash);
    *table = (struct backup_table){"public.\"<&\xc3\xa4\"", 7, "123456789012345678901234567890"};
    return (struct manifest){.format = MANIFEST_FORMAT,
                             .archive = arena_printf(arena, "%s.dump", name),
                             .bytes = BYTES,
                             .sha256 = hex,
                             .taken = taken,
                             .finished = taken,
                             .database = "d",
                             .server = "15",
                             .program = "0",
                             .fingerprint = "f",
                             .shape = "s",
                             .tables = {table, 1}};
}

/* A whole backup; the name. */
static const char *make(int64_t taken) {
    const char *name = backup_new_name(arena, taken);
    struct manifest m = manifest_of(name, taken);
    assert_int_equal(file_write(&folder, arena, arena_printf(arena, "%s.json", name),
                                sealed_write(arena, folder.key, &record_manifest, &m), &why),
                     OK);
    put(arena_printf(arena, "%s.dump", name), archive, BYTES);
    return name;
}

static enum status open_it(const char *name) {
    struct arena *a = arena_new();
    struct manifest m;
    int fd = -1;
    text_clear(&why);
    enum status status = backup_open(&folder, a, name, &m, &fd, &why);
    arena_free(a);
    if (status == OK) {
        assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
        close(fd);
    }
    return status;
}

static void refused(const char *name, const char *says) {
    assert_int_equal(open_it(name), BAD_INPUT);
    if (!strstr(text_str(&why), says))
        fail_msg("\"%s\" does not say \"%s\"", why.at, says);
}

/* -- names ------------------------------------------------------------------------------------ */

static void names(void **state) {
    static const char *const bad[] = {"",
                                      "backup",
                                      "backup-20261123T023000Z-5d1c9a7",
                                      "backup-20261123T023000Z-5d1c9a777",
                                      "backup-20261123T023000Z-5D1C9A77",
                                      "backup-2026112xT023000Z-5d1c9a77",
                                      "../kup-20261123T023000Z-5d1c9a77",
                                      "backup-20261123T023000Z/5d1c9a77"};
    (void)state;
    const char *name = backup_new_name(arena, INT64_C(1795401000) * 1000000);
    assert_memory_equal(name, "backup-20261123T023000Z-", 24);
    assert_true(backup_is_name(name, strlen(name)));
    assert_string_not_equal(name, backup_new_name(arena, INT64_C(1795401000) * 1000000));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(backup_is_name(bad[i], strlen(bad[i])));
}

/* -- seals ------------------------------------------------------------------------------------ */

static void what_is_sealed_comes_back(void **state) {
    struct manifest m = manifest_of("backup-x", 123456789000), back;
    (void)state;
    const char *text = sealed_write(arena, folder.key, &record_manifest, &m);
    assert_int_equal(
        sealed_read(arena, folder.key, text, strlen(text), &record_manifest, &back, &why), OK);
    assert_string_equal(back.archive, m.archive);
    assert_int_equal(back.taken, m.taken);
    assert_int_equal(back.bytes, m.bytes);
    assert_int_equal(back.tables.n, 1);
    const struct backup_table *table = back.tables.at;
    assert_string_equal(table->name, "public.\"<&\xc3\xa4\"");
    assert_string_equal(table->digest, "123456789012345678901234567890");
    assert_int_equal(back.sequences.n, 0);
}

static void a_manifest_with_any_bit_changed_is_none(void **state) {
    struct manifest m = manifest_of("backup-x", 0), back;
    (void)state;
    const char *text = sealed_write(arena, folder.key, &record_manifest, &m);
    size_t n = strlen(text);
    char *copy = arena_strdup(arena, text);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
        enum status status = sealed_read(arena, folder.key, copy, n, &record_manifest, &back, &why);
        /* a hex digit of the seal may become its capital */
        bool same = bit % 8 == 5 && bit / 8 >= n - 67 && bit / 8 < n - 3 && copy[bit / 8] >= 'A';
        assert_int_equal(status, same ? OK : BAD_INPUT);
        copy[bit / 8] = text[bit / 8];
    }
    for (size_t cut = 0; cut < n; cut++)
        assert_int_equal(sealed_read(arena, folder.key, text, cut, &record_manifest, &back, &why),
                         BAD_INPUT);
}

static void a_seal_of_another_kind_is_none(void **state) {
    struct backup_mark mark = {MARK_FORMAT, "x", 0};
    struct manifest back;
    (void)state;
    const char *text = sealed_write(arena, folder.key, &record_backup_mark, &mark);
    assert_int_equal(
        sealed_read(arena, folder.key, text, strlen(text), &record_manifest, &back, &why),
        BAD_INPUT);
    assert_non_null(strstr(text_str(&why), "another version of this program"));
}

/* -- archives --------------------------------------------------------------------------------- */

static void a_whole_backup_opens(void **state) {
    (void)state;
    const char *name = make(0);
    assert_int_equal(open_it(name), OK);
    struct backup_folder other;
    assert_int_equal(backup_folder_open(&other, arena, path, OTHER_KEY, false, &why), OK);
    struct manifest m;
    int fd;
    assert_int_equal(backup_open(&other, arena, name, &m, &fd, &why), BAD_INPUT);
    assert_non_null(strstr(text_str(&why), ".json was changed, cut off, or made with another key"));
    backup_folder_close(&other);
}

static void truncated_at_any_byte(void **state) {
    (void)state;
    const char *name = make(0), *file = arena_printf(arena, "%s.dump", name);
    for (size_t n = 0; n < BYTES; n++) {
        put(file, archive, n);
        refused(name, " bytes; it was made with 3000.");
    }
    put(file, arena_printf(arena, "%.*s.", BYTES, archive), BYTES + 1);
    refused(name, " has 3001 bytes; it was made with 3000.");
    put(file, archive, BYTES);
    assert_int_equal(open_it(name), OK);
}

static void any_flipped_bit(void **state) {
    (void)state;
    const char *name = make(0), *file = arena_printf(arena, "%s.dump", name);
    for (size_t bit = 0; bit < 8 * BYTES; bit += 5) {
        archive[bit / 8] = (char)(archive[bit / 8] ^ (1 << bit % 8));
        put(file, archive, BYTES);
        refused(name, ".dump was changed: its SHA-256 is not the one in its manifest.");
        archive[bit / 8] = (char)(archive[bit / 8] ^ (1 << bit % 8));
    }
}

static void swapped_and_foreign(void **state) {
    (void)state;
    const char *one = make(0), *two = make(DAY);
    assert_int_equal(renameat(folder.fd, arena_printf(arena, "%s.json", one), folder.fd,
                              arena_printf(arena, "%s.json", two)),
                     0);
    refused(two, arena_printf(arena, "%s.json is the manifest of %s.dump.", two, one));
    refused(one, "Without its manifest");
    refused("something else", "something else.dump is not named as the backups that are made here");
    put("backup-20261123T023000Z-5d1c9a77.json", "{\"format\":\"sitaminter-backup-1\"}\n", 33);
    refused("backup-20261123T023000Z-5d1c9a77", "was changed, cut off, or made with another key");
}

static void no_links_and_no_devices(void **state) {
    (void)state;
    const char *name = make(0), *file = arena_printf(arena, "%s.dump", name);
    unlinkat(folder.fd, file, 0);
    assert_int_equal(symlinkat("/etc/passwd", folder.fd, file), 0);
    refused(name, "cannot be opened");
    unlinkat(folder.fd, file, 0);
    assert_int_equal(mkfifoat(folder.fd, file, 0600), 0);
    refused(name, "is not a file");
    unlinkat(folder.fd, file, 0);
    refused(name, "cannot be opened: No such file");
}

/* -- writing ---------------------------------------------------------------------------------- */

static void a_file_is_whole_or_not_there(void **state) {
    struct growing g;
    struct stat st;
    (void)state;
    assert_int_equal(growing_open(&g, &folder, arena, "f", &why), OK);
    assert_true(growing_add(&g, "some bytes", 10, &why));
    assert_false(there("f", ""));
    assert_true(there(".f", ".part"));
    umask(0);
    assert_int_equal(growing_finish(&g, &folder, &why), OK);
    assert_int_equal(fstatat(folder.fd, "f", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, 10);
    assert_false(there(".f", ".part"));
    /* never over another one */
    assert_int_equal(file_write(&folder, arena, "f", "other", &why), FAILED);
    assert_non_null(strstr(text_str(&why), "File exists"));
    assert_int_equal(fstatat(folder.fd, "f", &st, 0), 0);
    assert_int_equal(st.st_size, 10);
    assert_false(there(".f", ".part"));
    assert_int_equal(growing_open(&g, &folder, arena, "h", &why), OK);
    growing_drop(&g, &folder);
    assert_false(there(".h", ".part"));
}

static void no_room(void **state) {
    struct rlimit before, little = {.rlim_cur = 5000};
    struct growing g;
    char bytes[4096] = "";
    (void)state;
    getrlimit(RLIMIT_FSIZE, &before);
    little.rlim_max = before.rlim_max;
    assert_int_equal(growing_open(&g, &folder, arena, "f", &why), OK);
    setrlimit(RLIMIT_FSIZE, &little);
    bool first = growing_add(&g, bytes, sizeof bytes, &why);
    bool second = growing_add(&g, bytes, sizeof bytes, &why);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_true(first);
    assert_false(second);
    assert_string_equal(text_str(&why), "f cannot be written: File too large.");
    growing_drop(&g, &folder);
    assert_false(there(".f", ".part"));
}

/* -- the lock --------------------------------------------------------------------------------- */

static void one_at_a_time(void **state) {
    struct backup_folder other;
    (void)state;
    assert_int_equal(backup_folder_lock(&folder, arena, "db backup", &why), OK);
    assert_int_equal(backup_folder_open(&other, arena, path, KEY, false, &why), OK);
    assert_int_equal(backup_folder_lock(&other, arena, "db verify", &why), CONFLICT);
    assert_non_null(strstr(text_str(&why), "Another process is at work"));
    assert_non_null(
        strstr(why.at, arena_printf(arena, "db backup, process %d, since ", (int)getpid())));
    backup_folder_close(&folder);
    assert_int_equal(backup_folder_lock(&other, arena, "db verify", &why), OK);
    backup_folder_close(&other);
    assert_int_equal(backup_folder_open(&folder, arena, path, KEY, false, &why), OK);
}

static void what_a_killed_run_leaves(void **state) {
    static const char *const stay[] = {".backup-20261123T023000Z-5d1c9a77.dump", ".other.part",
                                       "backup-20261123T023000Z-5d1c9a77.part"};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        put(stay[i], "x", 1);
    put(".backup-20261123T023000Z-5d1c9a77.dump.part", "x", 1);
    put(".backup-20261123T023000Z-5d1c9a77.json.part", "x", 1);
    assert_int_equal(
        symlinkat("/etc/passwd", folder.fd, ".backup-20261123T023000Z-00000000.dump.part"), 0);
    assert_int_equal(backup_folder_lock(&folder, arena, "db backup", &why), OK);
    for (size_t i = 0; i < 3; i++)
        assert_true(there(stay[i], ""));
    assert_false(there(".backup-20261123T023000Z-5d1c9a77", ".dump.part"));
    assert_false(there(".backup-20261123T023000Z-5d1c9a77", ".json.part"));
    struct stat st;
    assert_int_equal(
        fstatat(folder.fd, ".backup-20261123T023000Z-00000000.dump.part", &st, AT_SYMLINK_NOFOLLOW),
        0);
}

/* Between its manifest and its archive, and just after both. */
static void what_a_run_leaves_that_was_killed_at_the_end(void **state) {
    (void)state;
    put("backup-20261123T023000Z-11111111.json", "x", 1);
    put(".backup-20261123T023000Z-11111111.dump.part", "x", 1);
    put("backup-20261123T023000Z-22222222.json", "x", 1);
    put("backup-20261123T023000Z-22222222.dump", "x", 1);
    put(".backup-20261123T023000Z-22222222.dump.part", "x", 1);
    put("backup-20261123T023000Z-33333333.json", "x", 1);
    put(".backup-20261123T023000Z-33333333.verified.part", "x", 1);
    assert_int_equal(backup_folder_lock(&folder, arena, "db backup", &why), OK);
    assert_false(there("backup-20261123T023000Z-11111111", ".json"));
    assert_true(there("backup-20261123T023000Z-22222222", ".json"));
    assert_true(there("backup-20261123T023000Z-22222222", ".dump"));
    assert_true(there("backup-20261123T023000Z-33333333", ".json"));
    assert_false(there(".backup-20261123T023000Z-11111111", ".dump.part"));
    assert_false(there(".backup-20261123T023000Z-22222222", ".dump.part"));
    assert_false(there(".backup-20261123T023000Z-33333333", ".verified.part"));
}

static void no_key_no_folder(void **state) {
    struct backup_folder other;
    (void)state;
    assert_int_equal(backup_folder_open(&other, arena, path, "", false, &why), BAD_INPUT);
    assert_non_null(strstr(text_str(&why), "set SITA_KEY"));
    backup_folder_close(&other);
    assert_int_equal(backup_folder_open(&other, arena, "/tmp/no-such/x", KEY, true, &why), FAILED);
    assert_non_null(strstr(text_str(&why), "/tmp/no-such/x cannot be made: No such file"));
    backup_folder_close(&other);
}

/* -- the list and pruning --------------------------------------------------------------------- */

static struct backups listed(void) {
    struct backups list;
    assert_int_equal(backup_list(&folder, arena, &list, &why), OK);
    return list;
}

static void the_list(void **state) {
    struct manifest m;
    (void)state;
    assert_int_equal(listed().n, 0);
    const char *old = make(DAY), *newer = make(3 * DAY), *middle = make(2 * DAY);
    put("backup-20261123T023000Z-5d1c9a77.dump", "foreign", 7);
    put("notes.txt", "x", 1);
    put(arena_printf(arena, "%s.dump", middle), archive, BYTES - 1);
    m = manifest_of(old, DAY);
    assert_int_equal(backup_mark_verified(&folder, arena, old, &m, 5 * DAY, &why), OK);
    assert_int_equal(backup_mark_verified(&folder, arena, old, &m, 6 * DAY, &why), OK);
    assert_int_equal(backup_pin(&folder, arena, newer, true, &why), OK);
    assert_int_equal(backup_pin(&folder, arena, newer, true, &why), OK);
    struct backups list = listed();
    assert_int_equal(list.n, 4);
    assert_string_equal(list.at[0].name, newer);
    assert_string_equal(list.at[1].name, middle);
    assert_string_equal(list.at[2].name, old);
    assert_int_equal(list.at[0].state, BACKUP_GOOD);
    assert_int_equal(list.at[1].state, BACKUP_INCOMPLETE);
    assert_int_equal(list.at[3].state, BACKUP_UNSEALED);
    assert_true(list.at[0].pinned);
    assert_false(list.at[2].pinned);
    assert_true(list.at[0].verified_at == WHEN_NONE);
    assert_true(list.at[2].verified_at == 6 * DAY);
    assert_int_equal(backup_pin(&folder, arena, newer, false, &why), OK);
    assert_false(listed().at[0].pinned);
    assert_int_equal(backup_pin(&folder, arena, "../x", true, &why), NOT_FOUND);
}

/* The proof of one backup is not another's; a manifest is no proof. */
static void a_proof_cannot_be_moved(void **state) {
    (void)state;
    const char *one = make(DAY), *two;
    struct manifest m = manifest_of(one, DAY);
    assert_int_equal(backup_mark_verified(&folder, arena, one, &m, 5 * DAY, &why), OK);
    archive[0]++;
    two = make(2 * DAY);
    size_t n;
    const char *mark = file_read(&folder, arena, arena_printf(arena, "%s.verified", one), &n);
    put(arena_printf(arena, "%s.verified", two), mark, n);
    assert_true(listed().at[0].verified_at == WHEN_NONE);
    const char *own = file_read(&folder, arena, arena_printf(arena, "%s.json", two), &n);
    put(arena_printf(arena, "%s.verified", two), own, n);
    assert_true(listed().at[0].verified_at == WHEN_NONE);
}

static void pruning_removes_what_may_go(void **state) {
    const char *name[40];
    (void)state;
    for (int i = 0; i < 40; i++)
        name[i] = make((1000 - i) * DAY);
    struct manifest m = manifest_of(name[0], 1000 * DAY);
    assert_int_equal(backup_mark_verified(&folder, arena, name[0], &m, 1000 * DAY, &why), OK);
    assert_int_equal(backup_pin(&folder, arena, name[35], true, &why), OK);
    struct backups list = listed();
    const struct retention r = {1000 * DAY, 30, 7};
    bool drop[40];
    assert_int_equal(backup_decide(&list, &r, drop, &why), 8);
    for (int i = 0; i < 40; i++)
        if (drop[i])
            assert_int_equal(backup_remove(&folder, arena, &list.at[i], &why), OK);
    for (int i = 0; i < 40; i++) {
        bool stays = i <= 30 || i == 35;
        assert_int_equal(there(name[i], ".dump"), stays);
        assert_int_equal(there(name[i], ".json"), stays);
    }
    assert_int_equal(listed().n, 32);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(names),
        TEST(what_is_sealed_comes_back),
        TEST(a_manifest_with_any_bit_changed_is_none),
        TEST(a_seal_of_another_kind_is_none),
        TEST(a_whole_backup_opens),
        TEST(truncated_at_any_byte),
        TEST(any_flipped_bit),
        TEST(swapped_and_foreign),
        TEST(no_links_and_no_devices),
        TEST(a_file_is_whole_or_not_there),
        TEST(no_room),
        TEST(one_at_a_time),
        TEST(what_a_killed_run_leaves),
        TEST(what_a_run_leaves_that_was_killed_at_the_end),
        TEST(no_key_no_folder),
        TEST(the_list),
        TEST(a_proof_cannot_be_moved),
        TEST(pruning_removes_what_may_go),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
