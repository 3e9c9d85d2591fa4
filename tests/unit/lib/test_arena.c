#include "lib/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PIECES = 2000 };

/* Pieces of all sizes: zeroed, aligned, and none upon another. */
static void test_pieces(void **state)
{
    static unsigned char *pieces[PIECES];
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < PIECES; i++) {
        size_t size = 1 + i * 37 % 3000;
        pieces[i] = arena_alloc(&arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(pieces[i][k], 0);
        memset(pieces[i], (int)(1 + i % 255), size);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t k = 0; k < 1 + i * 37 % 3000; k++)
            assert_int_equal(pieces[i][k], 1 + i % 255);
    }
    assert_false(arena.failed);
    arena_free(&arena);
    assert_null(arena.blocks);
}

/* What is small takes little, and what is much takes about what it is. */
static void test_what_it_takes(void **state)
{
    struct arena arena = {0};
    const size_t blocks[] = {512, 512 + 1024, 512 + 1024 + 2048};

    (void)state;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        for (size_t used = 0; used < 512u << i; used += 64)
            arena_alloc(&arena, 64);
        assert_int_equal(arena.size, blocks[i]);
    }
    for (size_t i = 0; i < 16384; i++)
        arena_alloc(&arena, 64);
    assert_true(arena.size >= 16384 * 64 && arena.size < 16384 * 64 + 2 * 32 * 1024);
    arena_free(&arena);
}

static void test_its_bound(void **state)
{
    struct arena arena = {.size = ARENA_SIZE_MAX - 512};

    (void)state;
    assert_non_null(arena_alloc(&arena, 512));
    assert_false(arena.failed);
    assert_null(arena_alloc(&arena, 1));
    assert_true(arena.failed);
    assert_int_equal(arena.size, ARENA_SIZE_MAX);
    arena_free(&arena);
}

static void test_text(void **state)
{
    struct arena arena = {.size = ARENA_SIZE_MAX - 512};

    (void)state;
    assert_string_equal(arena_text(&arena, "a piece of it", 7), "a piece");
    assert_string_equal(arena_text(&arena, NULL, 0), "");
    assert_null(arena_text(&arena, "no room", 512));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_what_it_takes),
        cmocka_unit_test(test_its_bound),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
