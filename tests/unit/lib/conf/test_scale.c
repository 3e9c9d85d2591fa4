/* Large configurations: what loads, and what is said of it. */
#include "lib/conf/conf.h"

#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Entries at the top were bounded by 32,768 once; a route server takes 1000 routes. */
enum { NEIGHBORS = 64, VIPS = 20000, ROUTES = 1000 };

static char *write_configuration(void)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    fputs("bgp { local-as 65010; router-id 198.51.100.70;\n", out);
    for (int i = 0; i < NEIGHBORS; i++)
        fprintf(out, "neighbor 192.0.2.%d { peer-as %d; }\n", i + 1, 65100 + i);
    fputs("}\nprofile a; profile b { as-path-prepend 2; }\n", out);
    for (int i = 0; i < VIPS; i++) {
        fprintf(out, "check c%d { tcp { target 192.0.2.99:%d; } }\n", i, i + 1);
        fprintf(out, "vip 10.0.%d.%d/32 { profile a; degraded-profile b;", i / 250, i % 250);
        fprintf(out, " gate { check [ c%d c%d ]; degraded-below 50%%; }", i, (i + 1) % VIPS);
        fprintf(out, " neighbor [ 192.0.2.%d 192.0.2.%d ]; }\n", i % NEIGHBORS + 1, (i + 1) % NEIGHBORS + 1);
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_more_entries_than_once_fit(void **state)
{
    (void)state;
    char error[256], *text = write_configuration();
    struct ly_ctx *context = model_open(error, sizeof error);

    assert_non_null(context);
    struct conf conf = conf_parse(context, "scale", text, strlen(text), CONF_TEXT);
    for (size_t i = 0; i < conf.diagnostic_count && i < 5; i++)
        print_error("%s\n", conf.diagnostics[i].message);
    assert_int_equal(conf.diagnostic_count, 0);
    assert_int_equal(model_count(conf.tree, "check"), VIPS);
    assert_int_equal(model_count(conf.tree, "vip"), VIPS);
    conf_clear(&conf);
    ly_ctx_destroy(context);
    free(text);
}

/* 1000 routes from a peer, in the older pages on Azure Route Server. */
static void test_more_vips_than_a_route_server_takes(void **state)
{
    (void)state;
    char error[256], *text = NULL;
    struct ly_ctx *context = model_open(error, sizeof error);
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_true(context && out);
    fputs("bgp { local-as 65010; router-id 198.51.100.70;\n", out);
    fputs("neighbor-group ars { platform azure-route-server; peer-as 65515; }\n", out);
    fputs("neighbor 198.51.100.4 { group ars; } neighbor 198.51.100.5 { group ars; } }\n", out);
    for (int i = 0; i < ROUTES + 1; i++)
        fprintf(out, "vip 10.0.%d.%d/32;\n", i / 250, i % 250);
    assert_int_equal(fclose(out), 0);

    struct conf conf = conf_parse(context, "many", text, size, CONF_TEXT);
    assert_non_null(conf.tree);
    assert_int_equal(conf.diagnostic_count, 1);
    assert_int_equal(conf.diagnostics[0].severity, CONF_WARNING);
    assert_int_equal(conf.diagnostics[0].line, 3 + ROUTES + 1);
    assert_non_null(strstr(conf.diagnostics[0].message, "more than 1000 prefixes"));
    conf_clear(&conf);
    ly_ctx_destroy(context);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_entries_than_once_fit),
        cmocka_unit_test(test_more_vips_than_a_route_server_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
