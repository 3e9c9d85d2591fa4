/* The manual page vipgate.conf.5 keeps up with the schema: it names every statement, and its examples are read. */
#include "lib/conf/conf.h"

#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ly_ctx *context;
static char *manual;

/* Whether a line of the manual begins with MACRO and NAME. */
static bool has_line(const char *macro, const char *name)
{
    char start[128];
    size_t length = (size_t)snprintf(start, sizeof start, "\n%s %s", macro, name);

    for (const char *found = manual; (found = strstr(found, start)); found++) {
        if (strchr(" \n", found[length]))
            return true;
    }
    return false;
}

static LY_ERR note_undocumented(struct lysc_node *schema, void *data, ly_bool *skip)
{
    unsigned *missing = data;

    *skip = !(schema->flags & LYS_CONFIG_W) || (schema->nodetype & (LYS_RPC | LYS_ACTION | LYS_NOTIF));
    if (*skip || (schema->nodetype & (LYS_CHOICE | LYS_CASE)) || lysc_is_key(schema))
        return LY_SUCCESS;
    if (has_line(".It Ic", schema->name) || has_line(".Ss", schema->name))
        return LY_SUCCESS;
    print_error("vipgate.conf.5 does not tell of '%s'\n", schema->name);
    (*missing)++;
    return LY_SUCCESS;
}

static void test_every_statement_is_told_of(void **state)
{
    (void)state;
    unsigned missing = 0;

    lysc_module_dfs_full(model_module(context), note_undocumented, &missing);
    assert_int_equal(missing, 0);
}

/* An example as it is to be read: '\e' is how roff writes a backslash; what belongs in bgp is put there. */
static char *example_text(const char *start, const char *end)
{
    static const char before[] = "bgp { local-as 65010; router-id 198.51.100.70;\n";
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    bool in_bgp = strncmp(start, "neighbor", 8) == 0;

    assert_non_null(out);
    fputs(in_bgp ? before : "", out);
    for (; start < end; start++) {
        fputc(*start, out);
        if (start[0] == '\\' && start[1] == 'e')
            start++;
    }
    fputs(in_bgp ? "}\n" : "", out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* An example may refer to another one, so only what is wrong in itself counts. */
static bool is_of_the_example_itself(const char *message)
{
    bool refers = strncmp(message, "unknown ", 8) == 0 && strncmp(message, "unknown statement", 17) != 0;

    return !refers && !strstr(message, "without bgp");
}

static unsigned check_example(const char *start, const char *end)
{
    char *text = example_text(start, end);
    struct conf conf = conf_parse(context, "example", text, strlen(text), CONF_TEXT);
    unsigned wrong = 0;

    for (size_t i = 0; i < conf.diagnostic_count; i++) {
        if (conf.diagnostics[i].severity != CONF_ERROR || !is_of_the_example_itself(conf.diagnostics[i].message))
            continue;
        print_error("%s\nin:\n%s\n", conf.diagnostics[i].message, text);
        wrong++;
    }
    conf_clear(&conf);
    free(text);
    return wrong;
}

static void test_examples_are_read(void **state)
{
    (void)state;
    static const char begin[] = "\n.Bd -literal -offset indent\n", end[] = "\n.Ed\n";
    unsigned examples = 0, wrong = 0;

    for (const char *found = manual; (found = strstr(found, begin)); examples++) {
        const char *start = found + strlen(begin), *stop = strstr(found, end);
        assert_non_null(stop);
        wrong += strncmp(start, "include", 7) == 0 ? 0 : check_example(start, stop + 1);
        found = stop;
    }
    assert_true(examples >= 20);
    assert_int_equal(wrong, 0);
}

static int setup(void **state)
{
    (void)state;
    char error[256];
    FILE *file = fopen(TEST_SOURCE_DIR "/../doc/man/vipgate.conf.5", "r");
    size_t size = 0;

    context = model_open(error, sizeof error);
    if (!file || !context || getdelim(&manual, &size, '\0', file) < 0)
        return -1;
    return fclose(file);
}

static int teardown(void **state)
{
    (void)state;
    free(manual);
    ly_ctx_destroy(context);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_statement_is_told_of),
        cmocka_unit_test(test_examples_are_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
