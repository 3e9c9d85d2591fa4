/* The three encodings of one tree: each file in tests/golden/roundtrip gives every other, to the byte. */
#include "lib/conf/conf.h"

#include "lib/conf/schema.h"
#include "lib/model.h"
#include "tests/unit/context.h"
#include "tests/unit/file_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    enum conf_encoding encoding;
    const char *ending;
} encodings[] = {{CONF_TEXT, "conf"}, {CONF_JSON, "json"}, {CONF_XML, "xml"}};

enum { ENCODINGS = sizeof encodings / sizeof *encodings };

static struct conf parse(const char *text, enum conf_encoding encoding)
{
    struct conf conf = conf_parse(context, "test", text, strlen(text), encoding);

    conf_write_diagnostics(&conf, stderr);
    return conf;
}

static void check_conversions(const char *name)
{
    char path[64];

    for (size_t from = 0; from < ENCODINGS; from++) {
        snprintf(path, sizeof path, "%s.%s", name, encodings[from].ending);
        struct conf conf = conf_load(context, path);
        assert_non_null(conf.tree);
        for (size_t to = 0; to < ENCODINGS; to++) {
            snprintf(path, sizeof path, "%s.%s", name, encodings[to].ending);
            char *expected = file_text(path), *actual = conf_print(conf.tree, encodings[to].encoding, true);
            assert_string_equal(actual, expected);
            free(expected);
            free(actual);
        }
        conf_clear(&conf);
    }
}

static void test_full(void **state)
{
    (void)state;
    check_conversions("full");
}

static void test_quoting(void **state)
{
    (void)state;
    check_conversions("quoting");
}

static void test_encoding_by_ending(void **state)
{
    (void)state;
    assert_int_equal(conf_encoding_of("a/b.json"), CONF_JSON);
    assert_int_equal(conf_encoding_of("b.xml"), CONF_XML);
    assert_int_equal(conf_encoding_of("b.conf"), CONF_TEXT);
    assert_int_equal(conf_encoding_of("b.json.txt"), CONF_TEXT);
    assert_int_equal(conf_encoding_of("b"), CONF_TEXT);
}

static void test_nothing_is_valid_and_prints_nothing(void **state)
{
    (void)state;
    static const char *const texts[ENCODINGS] = {"", "{}", ""};

    for (size_t i = 0; i < ENCODINGS; i++) {
        struct conf conf = parse(texts[i], encodings[i].encoding);
        assert_int_equal(conf.diagnostic_count, 0);
        assert_non_null(conf.tree);
        assert_string_equal(model_text(model_sibling(conf.tree, "health"), "lease"), "3s");
        char *text = conf_print(conf.tree, CONF_TEXT, true);
        assert_string_equal(text, "");
        free(text);
        conf_clear(&conf);
    }
}

/* What an operator writes out is kept, even where it is the default. */
static void test_written_defaults_are_kept(void **state)
{
    (void)state;
    struct conf conf = parse("log { level info; }", CONF_TEXT);
    char *text = conf_print(conf.tree, CONF_TEXT, true);

    assert_string_equal(text, "log {\n    level info;\n}\n");
    free(text);
    conf_clear(&conf);
}

/* White space alone is a value where a leaf takes text, as another program writes it, and nothing elsewhere. */
static void test_white_space_of_another_writer(void **state)
{
    (void)state;
    static const char text[] = "<bgp xmlns=\"urn:vipgate:vipgate\"><local-as>65010</local-as>"
                               "<router-id>192.0.2.1</router-id><neighbor><remote-address>192.0.2.2</remote-address>"
                               "<description> </description><peer-as>65001</peer-as>"
                               "<graceful-restart>\n</graceful-restart><shutdown>\n</shutdown></neighbor></bgp>";
    struct conf conf = parse(text, CONF_XML);

    assert_non_null(conf.tree);
    char *printed = conf_print(conf.tree, CONF_TEXT, true);
    assert_non_null(strstr(printed, "description \" \";"));
    assert_non_null(strstr(printed, "graceful-restart;"));
    assert_non_null(strstr(printed, "shutdown \"\\n\";"));
    free(printed);
    conf_clear(&conf);
}

static const char secrets[] = "bgp { local-as 65010; router-id 198.51.100.70;\n"
                              "neighbor 198.51.100.4 { peer-as 65001; password \"https://hunter2@x\"; }\n"
                              "neighbor-group g { password hunter2; } }\n"
                              "check a { http { url \"http://www.example.com/x@y?token=hunter2#z\";\n"
                              "header [ \"Authorization: Bearer hunter2\" \"X-Anything: hunter2\" \"X-Anything: "
                              "hunter2b\" \"Accept: */*\" ]; } }\n"
                              "check b { websocket { url \"wss://www.example.com?hunter2\"; } }\n"
                              "check c { coap { uri \"coap://www.example.com/x?hunter2\"; } }\n"
                              "check d { tcp { target 192.0.2.1:80; send \"AUTH hunter2\"; expect OK; } }\n"
                              "check e { udp { target 192.0.2.1:80; send hunter2; } }\n"
                              "check f { exec { command \"/bin/probe --token=hunter2 'hunter2'\"; } }\n"
                              "check g { exec { command \"/bin/plain\"; } }\n";

static void assert_no_secret(const char *text)
{
    assert_null(strstr(text, "hunter2"));
    assert_non_null(strstr(text, "http://www.example.com/x@y?(not-shown)"));
    assert_non_null(strstr(text, "Accept: */*"));
    assert_non_null(strstr(text, "Authorization: (not shown)"));
    assert_non_null(strstr(text, "X-Anything: (not shown)"));
    assert_non_null(strstr(text, "/bin/probe (not shown)"));
    assert_non_null(strstr(text, "/bin/plain"));
}

static void test_secrets_are_not_printed(void **state)
{
    (void)state;
    struct conf conf = parse(secrets, CONF_TEXT);

    assert_non_null(conf.tree);
    for (size_t i = 0; i < ENCODINGS; i++) {
        char *text = conf_print(conf.tree, encodings[i].encoding, false);
        assert_no_secret(text);
        struct conf shown = parse(text, encodings[i].encoding); /* it is a document of the schema still */
        assert_non_null(shown.tree);
        char *again = conf_print(shown.tree, encodings[i].encoding, false);
        assert_string_equal(again, text);
        free(again);
        conf_clear(&shown);
        free(text);
        text = conf_print(conf.tree, encodings[i].encoding, true);
        assert_non_null(strstr(text, "hunter2"));
        free(text);
    }
    conf_clear(&conf);
}

/* A new leaf whose name sounds like a secret is one, or is named here. */
static LY_ERR look_at_leaf(struct lysc_node *node, void *user, ly_bool *skip)
{
    static const char *const words[] = {"password", "secret",  "token", "key", "send",
                                        "header",   "command", "url",   "uri"};

    *skip = node->nodetype & (LYS_RPC | LYS_NOTIF) || !(node->flags & LYS_CONFIG_W);
    if (*skip || !(node->nodetype & (LYS_LEAF | LYS_LEAFLIST)) || strcmp(node->name, "password-file") == 0)
        return LY_SUCCESS;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *found = strstr(node->name, words[i]);
        if (!found || (found != node->name && found[-1] != '-'))
            continue;
        if (!schema_extension(node, "secret"))
            fail_msg("%s lacks vg:secret", node->name);
        ++*(unsigned *)user;
    }
    return LY_SUCCESS;
}

static void test_the_schema_knows_its_secrets(void **state)
{
    (void)state;
    unsigned found = 0;

    assert_int_equal(lysc_module_dfs_full(model_module(context), look_at_leaf, &found), LY_SUCCESS);
    assert_true(found >= 9);
}

static void test_examples_are_valid(void **state)
{
    (void)state;
    static const char *const names[] = {"minimal", "primary", "secondary", "full"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512];
        snprintf(path, sizeof path, TEST_SOURCE_DIR "/../etc/examples/%s.conf", names[i]);
        struct conf conf = conf_load(context, path);
        for (size_t j = 0; j < conf.diagnostic_count; j++)
            print_error("%s: %s\n", path, conf.diagnostics[j].message);
        assert_int_equal(conf.diagnostic_count, 0);
        assert_non_null(conf.tree);
        conf_clear(&conf);
    }
}

/* Whether the operator wrote a node of SCHEMA anywhere. */
static bool is_used(const struct lyd_node *tree, const struct lysc_node *schema)
{
    const struct lyd_node *top, *node;

    LY_LIST_FOR(tree, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            if (node->schema == schema && model_is_explicit(node))
                return true;
            LYD_TREE_DFS_END(top, node);
        }
    }
    return false;
}

struct unused {
    const struct lyd_node *tree;
    unsigned count;
};

static LY_ERR note_unused(struct lysc_node *schema, void *data, ly_bool *skip)
{
    struct unused *unused = data;
    const struct lysc_node *parent = schema->parent;

    *skip = !(schema->flags & LYS_CONFIG_W) || (schema->nodetype & (LYS_RPC | LYS_ACTION | LYS_NOTIF));
    if (*skip || !(schema->nodetype & (LYS_LEAF | LYS_LEAFLIST)) || is_used(unused->tree, schema))
        return LY_SUCCESS;
    /* What a group and a neighbor have in common, and what several probes have, need to be shown once. */
    while (parent && (parent->nodetype & (LYS_CASE | LYS_CHOICE)))
        parent = parent->parent;
    if (parent &&
        (strcmp(parent->name, "neighbor-group") == 0 || strcmp(parent->name, "websocket") == 0 ||
         strcmp(parent->name, "grpc") == 0 || (parent->parent && strcmp(parent->parent->name, "neighbor-group") == 0)))
        return LY_SUCCESS;
    print_error("full.conf does not show '%s' of '%s'\n", schema->name, parent ? parent->name : "the top level");
    unused->count++;
    return LY_SUCCESS;
}

static void test_full_example_has_every_statement(void **state)
{
    (void)state;
    struct conf conf = conf_load(context, "full.conf");
    struct unused unused = {.tree = conf.tree};

    assert_non_null(conf.tree);
    lysc_module_dfs_full(model_module(context), note_unused, &unused);
    assert_int_equal(unused.count, 0);
    conf_clear(&conf);
}

static int setup(void **state)
{
    return context_open(state) == 0 ? chdir(TEST_SOURCE_DIR "/golden/roundtrip") : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_quoting),
        cmocka_unit_test(test_encoding_by_ending),
        cmocka_unit_test(test_nothing_is_valid_and_prints_nothing),
        cmocka_unit_test(test_written_defaults_are_kept),
        cmocka_unit_test(test_white_space_of_another_writer),
        cmocka_unit_test(test_secrets_are_not_printed),
        cmocka_unit_test(test_the_schema_knows_its_secrets),
        cmocka_unit_test(test_examples_are_valid),
        cmocka_unit_test(test_full_example_has_every_statement),
    };
    return cmocka_run_group_tests(tests, setup, context_close);
}
