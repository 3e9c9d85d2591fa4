/* Rendering against files: the state document of tests/golden/ctl/state.json, at a fixed time, and what it must look
 * like. With VIPGATE_GOLDEN=write in the environment the files are written anew, to be read in the diff. */
#ifndef VIPGATE_TESTS_UNIT_CTL_GOLDEN_H
#define VIPGATE_TESTS_UNIT_CTL_GOLDEN_H

#include "ctl/cell.h"
#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GOLDEN_NOW time_parse("2026-11-20T11:12:13.000000Z")

/* A file under tests/golden/ctl as text; the caller frees it. */
static inline char *golden_read(const char *name)
{
    char path[512], *text = calloc(1, 65536);

    snprintf(path, sizeof path, "%s/golden/ctl/%s", TEST_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    if (file) {
        assert_true(fread(text, 1, 65535, file) < 65535);
        fclose(file);
    }
    return text;
}

/* The container 'state' of the sample document in CONTEXT; free it with lyd_free_all. */
static inline struct lyd_node *golden_state(const struct ly_ctx *context)
{
    struct lyd_node *document = NULL;
    char *text = golden_read("state.json");

    assert_int_equal(lyd_parse_data_mem(context, text, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &document), 0);
    free(text);
    return document;
}

static inline void golden_compare(const char *name, const char *text)
{
    const char *mode = getenv("VIPGATE_GOLDEN");
    char path[512], *expected;

    if (mode && strcmp(mode, "write") == 0) {
        snprintf(path, sizeof path, "%s/golden/ctl/%s", TEST_SOURCE_DIR, name);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
    }
    expected = golden_read(name);
    assert_string_equal(text, expected);
    free(expected);
}

#endif
