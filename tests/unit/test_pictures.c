/* Pictures that other programs made (tests/fuzz/corpus/picture/make), whole, cut off and changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pictures/thumbnail.h"

enum { FILE_MAX = 1024 };

static size_t file_of(const char *name, uint8_t bytes[FILE_MAX]) {
    char path[256];
    snprintf(path, sizeof path, "tests/fuzz/corpus/picture/%s", name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, FILE_MAX, f);
    fclose(f);
    return n;
}

/* Within what JPEG changes. */
static bool is_colour(const struct picture *p, uint32_t x, uint32_t y, uint32_t rgba) {
    const uint8_t *at = p->rgba + ((size_t)y * p->width + x) * 4;
    for (int i = 0; i < 4; i++)
        if (abs(at[i] - (int)(rgba >> (24 - 8 * i) & 255)) > 2)
            return false;
    return true;
}

static const struct example {
    const char *name, *extension;
    uint32_t last; /* colour of the fourth part */
    bool half;     /* its right half is as clear as that */
} examples[] = {
    {"whole.png", "png", 0, false},   {"laced.png", "png", 0, false},
    {"laced.gif", "gif", 0, false},   {"whole.jpg", "jpg", 0xffffffff, false},
    {"whole.webp", "webp", 0, false}, {"moving.gif", "gif", 0, true},
    {"moving.webp", "webp", 0, true},
};

static const struct example *const end_of_examples =
    examples + sizeof examples / sizeof examples[0];

static void each_format_gives_the_points_that_were_put_in(void **state) {
    uint8_t bytes[FILE_MAX];
    for (const struct example *e = examples; e < end_of_examples; e++) {
        struct picture p;
        size_t n = file_of(e->name, bytes);
        const char *wrong = picture_read(*state, bytes, n, &p);
        if (wrong)
            fail_msg("%s %s", e->name, wrong);
        assert_string_equal(p.extension, e->extension);
        assert_int_equal(p.width, 16);
        assert_int_equal(p.height, 8);
        uint32_t second = e->half ? 0 : 0x00ff00ff;
        for (uint32_t y = 0; y < 8; y++)
            for (uint32_t x = 0; x < 16; x++)
                if (!is_colour(&p, x, y,
                               y < 4 ? (x < 8 ? 0xff0000ff : second)
                                     : (x < 8 ? 0x0000ffff : e->last)))
                    fail_msg("%s at %u, %u", e->name, x, y);
        picture_free(&p);
    }
}

/* JPEG and GIF readers fill up what is missing at the very end; nothing may be read beyond. */
static void what_is_cut_off_or_changed_is_refused_or_read_within_bounds(void **state) {
    uint8_t bytes[FILE_MAX];
    for (const struct example *e = examples; e < end_of_examples; e++) {
        size_t n = file_of(e->name, bytes), refused = 0;
        for (size_t cut = 0; cut < 2 * n; cut++) {
            struct picture p;
            uint8_t *some = test_malloc(cut < n ? cut + 1 : n);
            memcpy(some, bytes, cut < n ? cut : n);
            if (cut >= n)
                some[cut - n] ^= 0x55;
            const char *wrong = picture_read(*state, some, cut < n ? cut : n, &p);
            refused += cut < n && wrong;
            if (!wrong)
                picture_free(&p);
            test_free(some);
        }
        if (refused < n / 2)
            fail_msg("%s: %zu of %zu", e->name, refused, n);
    }
}

static void what_is_no_picture_or_too_large_is_refused_with_the_reason(void **state) {
    static const uint8_t wide[] = "GIF89a\x01\x10\x01\x00\x00\x00\x00;";
    static const uint8_t none[] = "GIF89a\x00\x00\x01\x00\x00\x00\x00;";
    static const struct {
        const void *bytes;
        size_t n;
        const char *wrong;
    } cases[] = {
        {"", 0, "is not a PNG, JPEG, GIF or WebP picture"},
        {"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", 42,
         "is not a PNG, JPEG, GIF or WebP picture"},
        {"\x89PNG\r\n\x1a\n", 8, "cannot be read as a .png picture"},
        {"\xff\xd8\xff\xe0....", 8, "cannot be read as a .jpg picture"},
        {"RIFF....WEBPVP8 ", 16, "cannot be read as a .webp picture"},
        {none, sizeof none - 1, "cannot be read as a .gif picture"},
        {wide, sizeof wide - 1, "has 4097 × 1 points, more than 4096 × 4096"},
    };
    struct picture p;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(picture_read(*state, cases[i].bytes, cases[i].n, &p), cases[i].wrong);
        assert_null(p.rgba);
    }
}

static void sizes(void **state, uint32_t width, uint32_t height, uint32_t small_width,
                  uint32_t small_height) {
    struct picture p = {.width = width, .height = height}, small;
    size_t n;
    p.rgba = test_calloc((size_t)width * height, 4);
    for (size_t i = 0; i < (size_t)width * height * 4; i++)
        p.rgba[i] = (uint8_t)((i * 2654435761U) >> 24 | (i % 4 == 3) * 255);
    const uint8_t *made = thumbnail_make(*state, &p, &n);
    assert_non_null(made);
    assert_true(n < 16 * 1024); /* noise: nothing is larger */
    assert_null(picture_read(*state, made, n, &small));
    assert_string_equal(small.extension, "webp");
    assert_int_equal(small.width, small_width);
    assert_int_equal(small.height, small_height);
    picture_free(&small);
    test_free(p.rgba);
}

static void a_thumbnail_fits_the_square_and_keeps_its_proportions(void **state) {
    sizes(state, 1, 1, 1, 1);
    sizes(state, 112, 20, 112, 20);
    sizes(state, 113, 113, 112, 112);
    sizes(state, 400, 200, 112, 56);
    sizes(state, 200, 401, 56, 112);
    sizes(state, 4096, 1, 112, 1);
}

static void a_thumbnail_has_the_colours_of_its_picture(void **state) {
    uint8_t bytes[FILE_MAX];
    struct picture p, small;
    size_t n = file_of("whole.png", bytes);
    assert_null(picture_read(*state, bytes, n, &p));
    const uint8_t *made = thumbnail_make(*state, &p, &n);
    picture_free(&p);
    assert_null(picture_read(*state, made, n, &small));
    const uint8_t *red = small.rgba + (size_t)(small.width + 1) * 4;
    assert_true(red[0] > 200 && red[1] < 60 && red[2] < 60 && red[3] == 255);
    assert_int_equal(small.rgba[(size_t)(7 * small.width + 15) * 4 + 3], 0);
    picture_free(&small);
}

static int setup(void **state) {
    *state = arena_new();
    return 0;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(each_format_gives_the_points_that_were_put_in),
        T(what_is_cut_off_or_changed_is_refused_or_read_within_bounds),
        T(what_is_no_picture_or_too_large_is_refused_with_the_reason),
        T(a_thumbnail_fits_the_square_and_keeps_its_proportions),
        T(a_thumbnail_has_the_colours_of_its_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
