/* Rendering against files: the state document of tests/golden/ctl/state.json, at a fixed time, and what it must look
 * like. */
#ifndef VIPGATE_TESTS_UNIT_CTL_GOLDEN_H
#define VIPGATE_TESTS_UNIT_CTL_GOLDEN_H

#include "ctl/cell.h"
#include "ctl/query.h"
#include "tests/unit/file_text.h"

#define GOLDEN_NOW time_parse("2026-11-20T11:12:13.000000Z")

static inline const char *golden_path(const char *name, char path[512])
{
    snprintf(path, 512, "%s/golden/ctl/%s", TEST_SOURCE_DIR, name);
    return path;
}

/* The answer with JSON as its text; free it with document_free. */
static inline struct document document_of(const char *json)
{
    struct document document;

    assert_true(document_read(&document, json, strlen(json)));
    return document;
}

/* The sample document. */
static inline struct document golden_state(void)
{
    char path[512], *text = file_text(golden_path("state.json", path));
    struct document document = document_of(text);

    free(text);
    return document;
}

static inline void golden_compare(const char *name, const char *text)
{
    char path[512];

    assert_true(file_is(golden_path(name, path), text));
}

#endif
