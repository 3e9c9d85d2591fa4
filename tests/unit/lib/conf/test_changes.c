#include "lib/conf/changes.h"
#include "lib/conf/conf.h"
#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ly_ctx *context;
static char said[8192];

static int setup(void **state)
{
    char error[256];

    (void)state;
    context = model_open(error, sizeof error);
    return context ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ly_ctx_destroy(context);
    return 0;
}

static struct conf_lines lines_of(const char *text)
{
    struct conf conf = conf_parse(context, "a.conf", text, strlen(text), CONF_TEXT);
    struct conf_lines lines;

    if (conf.error_count > 0)
        fail_msg("%s: %s", text, conf.diagnostics[0].message);
    assert_true(conf_lines_of(&lines, conf.tree));
    conf_clear(&conf);
    return lines;
}

static void on_change(const char *text, void *user)
{
    (void)user;
    assert_true(strlen(said) + strlen(text) + 2 < sizeof said);
    strcat(strcat(said, text), "\n");
}

#define BGP             "bgp { local-as 65010; router-id 192.0.2.1; "
#define NEIGHBOR(words) BGP "neighbor 192.0.2.9 { peer-as 65001; " words " } }"
#define CHECK(words)    "check web { tcp { target 192.0.2.7:80; } " words " }"
#define HTTP(words)     "check web { http { url \"http://192.0.2.7/\"; " words " } }"
#define VIP(words)                                                                                                     \
    BGP "} " CHECK("") " check db { tcp { target 192.0.2.7:81; } } profile far { med 1; } vip 192.0.2.80/32 { " words  \
                       " }"

static void test_rows(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *said;
    } rows[] = {
        {"", "", ""},
        {CHECK(""), CHECK(""), ""},
        {"# a\nsite north;", "site \"north\"; # b", ""},
        {"site north;", "site south;", "site north -> south\n"},
        {"", "site south;", "site south added\n"},
        {"health { lease 3s; }", "", "health lease 3s removed\n"},
        {"health { lease 4s; }", "health { lease 5s; }", "health lease 4s -> 5s\n"},
        {"", CHECK("interval 2s;"), "check web added\n"},
        {CHECK("interval 2s;") " check x { tcp { target 192.0.2.7:82; } }", "check x { tcp { target 192.0.2.7:82; } }",
         "check web removed\n"},
        {CHECK("interval 2s;"), CHECK("interval 3s; rise 2;"),
         "check web: interval 2s -> 3s\ncheck web: rise 2 added\n"},
        {CHECK(""), "check web { file { path /a; } }",
         "check web: file added\ncheck web: file path /a added\ncheck web: tcp removed\n"
         "check web: tcp target 192.0.2.7:80 removed\n"},
        {VIP("profile far;"), VIP("profile far; gate { check [ web db ]; }"),
         "vip 192.0.2.80/32: gate check db added\nvip 192.0.2.80/32: gate check web added\n"},
        {VIP("gate { check [ web ]; }"), VIP("gate { check [ db ]; }"),
         "vip 192.0.2.80/32: gate check db added\nvip 192.0.2.80/32: gate check web removed\n"},
        {NEIGHBOR(""), NEIGHBOR("passive;"), "bgp neighbor 192.0.2.9: passive true added\n"},
        {NEIGHBOR("graceful-restart { restart-time 9s; }"), NEIGHBOR("graceful-restart { restart-time 8s; }"),
         "bgp neighbor 192.0.2.9: graceful-restart restart-time 9s -> 8s\n"},
        {NEIGHBOR("password hunter1;"), NEIGHBOR("password hunter2;"), "bgp neighbor 192.0.2.9: password changed\n"},
        {NEIGHBOR(""), NEIGHBOR("password hunter2;"), "bgp neighbor 192.0.2.9: password added\n"},
        {NEIGHBOR("password hunter1;"), NEIGHBOR(""), "bgp neighbor 192.0.2.9: password removed\n"},
        {HTTP("header \"Authorization: hunter1\";"), HTTP("header \"Authorization: hunter2\";"),
         "check web: http header removed\ncheck web: http header added\n"},
        {BGP "}", "", "bgp removed\nbgp local-as 65010 removed\nbgp router-id 192.0.2.1 removed\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct conf_lines before = lines_of(rows[i].before), after = lines_of(rows[i].after);
        said[0] = '\0';
        conf_compare(&before, &after, on_change, NULL);
        assert_null(strstr(said, "hunter"));
        assert_string_equal(said, rows[i].said);
        conf_lines_clear(&before);
        conf_lines_clear(&after);
    }
}

/* What goes with one entry says nothing of the next, though its name begins with the other's. */
static void test_entries_with_like_names(void **state)
{
    (void)state;
    struct conf_lines before = lines_of("check a { file { path /a; } } check ab { file { path /a; } }");
    struct conf_lines after = lines_of("check ab { file { path /b; } }");

    said[0] = '\0';
    conf_compare(&before, &after, on_change, NULL);
    assert_string_equal(said, "check a removed\ncheck ab: file path /a -> /b\n");
    said[0] = '\0';
    conf_compare(&after, &before, on_change, NULL);
    assert_string_equal(said, "check a added\ncheck ab: file path /b -> /a\n");
    conf_lines_clear(&before);
    conf_lines_clear(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_entries_with_like_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
