#include "lib/json_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_a_document(void **state)
{
    (void)state;
    static const char text[] =
        " {\"vipgate:state\": {\"site\": \"a\", \"none\": [], \"nothing\": {},\n\t\"vip\": [ {\"n\": -1.5e+3},\r"
        "{\"n\":2, \"on\": true, \"off\":false, \"list\":[\"x\", \"y\"]} ], \"last\": null}} ";
    struct arena arena = {0};
    const struct json_node *document = json_parse(&arena, text, sizeof text - 1, NULL);
    const struct json_node *top = node_child(document, "vipgate:state"), *vip = node_child(top, "vip");

    assert_non_null(top);
    assert_true(top->object);
    assert_string_equal(top->text, "");
    assert_string_equal(node_key(top), "a");
    assert_string_equal(node_text(top, "site"), "a");
    assert_true(node_child(top, "site")->quoted);
    assert_false(node_child(top, "site")->listed);
    assert_null(node_child(top, "none"));
    assert_null(node_child(top, "nothing")->child);
    assert_string_equal(node_text(vip, "n"), "-1.5e+3");
    assert_true(vip->listed);
    vip = vip->next;
    assert_int_equal(node_number(vip, "n", 7), 2);
    assert_int_equal(node_number(vip, "absent", 7), 7);
    assert_false(node_child(vip, "n")->quoted);
    assert_true(node_boolean(vip, "on"));
    assert_false(node_boolean(vip, "off"));
    assert_false(node_boolean(NULL, "on"));
    assert_string_equal(node_child(vip, "list")->next->text, "y");
    assert_null(node_child(vip, "list")->next->next);
    assert_string_equal(node_text(top, "last"), "null");
    assert_null(node_from(vip->next, "vip"));
    arena_free(&arena);
}

static void test_strings(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text; /* NULL: it is none */
    } rows[] = {
        {"\"\"", ""},
        {"\"a\\\"b\\\\c\\/\"", "a\"b\\c/"},
        {"\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac"},
        {"\"\\ud83d\\ude00!\"", "\xf0\x9f\x98\x80!"},
        {"\"caf\xc3\xa9\"", "caf\xc3\xa9"},
        {"\"\\ud83d\"", NULL},
        {"\"\\ud83d\\u0041\"", NULL},
        {"\"\\ud83dxude00\"", NULL},
        {"\"\\ude00\"", NULL},
        {"\"\\u0000\"", NULL},
        {"\"\\u12\"", NULL},
        {"\"\\u12g4\"", NULL},
        {"\"\\x\"", NULL},
        {"\"\n\"", NULL},
        {"\"\\\"", NULL},
        {"\"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        char document[64];
        print_message("%s\n", rows[i].json);
        int size = snprintf(document, sizeof document, "{\"x\":%s}", rows[i].json);
        const struct json_node *node = json_parse(&arena, document, (size_t)size, NULL);
        assert_int_equal(node != NULL, rows[i].text != NULL);
        if (node)
            assert_string_equal(node_text(node, "x"), rows[i].text);
        arena_free(&arena);
    }
}

static void test_what_is_no_object(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "[]",
        "null",
        "{",
        "{}x",
        "{} {}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":[1}",
        "{\"a\":1]",
        "{\"a\":[",
        "{\"a\":[1,]}",
        "{\"a\":[[1]]}",
        "{\"a\" 1}",
        "{\"a\":1 2}",
        "{\"a\":!}",
        "{,}",
        "{\"a\":1",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}", /* nine deep */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        print_message("%s\n", rows[i]);
        assert_null(json_parse(&arena, rows[i], strlen(rows[i]), NULL));
        arena_free(&arena);
    }
}

/* Cut anywhere, no octet past the cut is looked at (the sanitizer would say so), and it is no document. */
static void test_every_cut(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[{\"b\":\"\\ud83d\\ude00\\n\",\"c\":-12}],\"d\":{\"e\":true}}";

    for (size_t size = 0; size < sizeof text - 1; size++) {
        struct arena arena = {0};
        char *cut = malloc(size ? size : 1);
        memcpy(cut, text, size);
        assert_null(json_parse(&arena, cut, size, NULL));
        free(cut);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_document),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_what_is_no_object),
        cmocka_unit_test(test_every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
