/* libyang validates a document where the schema has a rule that is not checked here, and only there. */
#include "lib/conf/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A context whose module vipgate has that BODY. */
static struct ly_ctx *context_of(const char *body)
{
    char module[1024];
    struct ly_ctx *context;

    snprintf(module, sizeof module,
             "module vipgate { yang-version 1.1; namespace 'urn:vipgate:vipgate'; prefix v; %s }", body);
    ly_log_options(LY_LOSTORE_LAST);
    assert_int_equal(ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY, &context), LY_SUCCESS);
    assert_int_equal(lys_parse_mem(context, module, LYS_IN_YANG, NULL), LY_SUCCESS);
    return context;
}

static void test_rules_of_a_schema(void **state)
{
    static const struct {
        const char *name, *body;
        bool incomplete;
        const char *text, *words; /* a document that breaks the rule, and what is said; NULL: none */
    } rows[] = {
        {"none", "leaf a { type string; } list b { key c; leaf c { type string; } leaf d { type string; } }", false,
         "a x; b c { d y; }", NULL},
        {"must", "leaf a { type uint8; must '. > 1'; }", true, "a 1;", "Must condition"},
        {"when", "leaf a { type uint8; } leaf b { type uint8; when '../a > 1'; }", true, "a 1; b 1;", "When condition"},
        {"unique", "list b { key c; unique d; leaf c { type string; } leaf d { type string; } }", true,
         "b x { d y; } b z { d y; }", "Unique data"},
        {"mandatory at the top", "leaf a { type string; mandatory true; } leaf b { type string; }", true, "b x;",
         "Mandatory node \"a\""},
        {"mandatory within", "container a { presence 'p'; leaf b { type string; mandatory true; } }", false, "a { }",
         "'a' lacks 'b': expected text"},
        {"mandatory state", "leaf a { type string; mandatory true; config false; } leaf b { type string; }", false,
         "b x;", NULL},
        {"mandatory in what is not there",
         "container a { leaf b { type string; mandatory true; } } leaf c { type string; }", true, "c x;",
         "Mandatory node \"b\""},
        {"too few", "container a { presence 'p'; leaf-list b { type string; min-elements 2; } }", false, "a { b x; }",
         "'a' has too few of 'b': expected at least 2"},
        {"too many", "container a { leaf-list b { type string; max-elements 1; } }", false, "a { b [ x y ]; }",
         "'a' has too many of 'b': expected at most 1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ly_ctx *context = context_of(rows[i].body);
        struct conf conf = conf_parse(context, rows[i].name, rows[i].text, strlen(rows[i].text), CONF_TEXT);

        print_message("%s\n", rows[i].name);
        assert_int_equal(rules_are_incomplete(context), rows[i].incomplete);
        assert_int_equal(conf.error_count, rows[i].words ? 1 : 0);
        assert_true(!rows[i].words || strstr(conf.diagnostics[0].message, rows[i].words));
        conf_clear(&conf);
        ly_ctx_destroy(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules_of_a_schema)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
