/* Runs a fuzz target without a fuzzer: every file of the folder given, and of each some thousand
 * changes of its bytes that are the same in every run. Finds crashes that a small change of known
 * inputs causes; libFuzzer (preset fuzz) looks further. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 64 * 1024, CHANGES = 1500, LEAST_FILES = 3 };

static uint8_t *read_file(const char *path, size_t *n) {
    uint8_t *data = malloc(INPUT_MAX);
    FILE *file = fopen(path, "rb");
    *n = 0;
    if (data && file)
        *n = fread(data, 1, INPUT_MAX, file);
    if (file)
        fclose(file);
    return data;
}

/* xorshift64: any generator will do that gives the same numbers everywhere. */
static uint64_t next_number(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Runs an exact copy, so that the sanitizer sees a read past the end. */
static void run(const uint8_t *data, size_t n) {
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy)
        return;
    memcpy(copy, data, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

/* One to four edits: a byte set, a bit turned, a stretch removed, or a stretch doubled. */
static size_t change(uint8_t *data, size_t n, uint64_t *state) {
    for (uint64_t edits = 1 + next_number(state) % 4; edits > 0 && n > 0; edits--) {
        size_t at = next_number(state) % n;
        size_t len = 1 + next_number(state) % (n - at < 16 ? n - at : 16);
        switch (next_number(state) % 4) {
        case 0:
            data[at] = (uint8_t)next_number(state);
            break;
        case 1:
            data[at] ^= (uint8_t)(1u << next_number(state) % 8);
            break;
        case 2:
            memmove(data + at, data + at + len, n - at - len);
            n -= len;
            break;
        default:
            if (n + len <= INPUT_MAX) {
                memmove(data + at + len, data + at, n - at);
                n += len;
            }
        }
    }
    return n;
}

static void run_with_changes(const uint8_t *data, size_t n) {
    uint8_t *changed = malloc(INPUT_MAX);
    uint64_t state = 0x9e3779b97f4a7c15;
    run(data, n);
    for (int i = 0; changed && i < CHANGES; i++) {
        memcpy(changed, data, n);
        run(changed, change(changed, n, &state));
    }
    free(changed);
}

int main(int argc, char **argv) {
    int files = 0;
    struct dirent *entry;
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    if (!dir) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    while ((entry = readdir(dir))) {
        char path[4096];
        size_t n;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        uint8_t *data = read_file(path, &n);
        if (data)
            run_with_changes(data, n);
        files += data != NULL;
        free(data);
    }
    closedir(dir);
    printf("%d inputs, %d changes of each\n", files, CHANGES);
    return files >= LEAST_FILES ? 0 : 1;
}
