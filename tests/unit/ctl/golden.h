/* Rendering against files: the state document of tests/golden/ctl/state.json, at a fixed time, and what it must look
 * like. */
#ifndef VIPGATE_TESTS_UNIT_CTL_GOLDEN_H
#define VIPGATE_TESTS_UNIT_CTL_GOLDEN_H

#include "ctl/cell.h"
#include "lib/model.h"
#include "tests/unit/file_text.h"

#define GOLDEN_NOW time_parse("2026-11-20T11:12:13.000000Z")

static inline const char *golden_path(const char *name, char path[512])
{
    snprintf(path, 512, "%s/golden/ctl/%s", TEST_SOURCE_DIR, name);
    return path;
}

/* The container 'state' of the sample document in CONTEXT; free it with lyd_free_all. */
static inline struct lyd_node *golden_state(const struct ly_ctx *context)
{
    struct lyd_node *document = NULL;
    char path[512], *text = file_text(golden_path("state.json", path));

    assert_int_equal(lyd_parse_data_mem(context, text, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &document), 0);
    free(text);
    return document;
}

static inline void golden_compare(const char *name, const char *text)
{
    char path[512];

    assert_true(file_is(golden_path(name, path), text));
}

#endif
