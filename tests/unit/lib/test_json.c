#include "lib/json.h"

#include "lib/json_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One of each kind of member, and what follows a list. */
static void write_sample(struct json *json)
{
    json_begin(json, NULL);
    json_begin(json, "vipgate:state");
    json_text(json, "site", "north \"1\" \\");
    json_text(json, "absent", NULL);
    json_text_if_any(json, "empty", "");
    json_text(json, "as-path", "");
    for (int i = 0; i < 2; i++) {
        json_entry(json, "vip");
        json_number(json, "number", i ? UINT64_MAX : 0);
        json_item(json, "community", "65010:1");
        json_item(json, "community", "65010:2");
        json_boolean(json, "present", i);
        json_end(json);
    }
    json_begin(json, "empty");
    json_end(json);
    json_time(json, "never", 0);
    json_time(json, "since", 1);
    json_bare(json, "what", "[1]");
    json_finish(json);
}

static void expect(struct json *json, const char *text)
{
    assert_false(json->failed);
    assert_int_equal(json->length, strlen(text));
    assert_memory_equal(json->text, text, json->length);
    free(json->text);
}

static void test_a_document(void **state)
{
    (void)state;
    struct json dense = {0}, spaced = {.spaced = true};

    write_sample(&dense);
    expect(
        &dense,
        "{\"vipgate:state\":{\"site\":\"north \\\"1\\\" \\\\\",\"as-path\":\"\",\"vip\":[{\"number\":0,\"community\":["
        "\"65010:1\",\"65010:2\"],\"present\":false},{\"number\":18446744073709551615,\"community\":[\"65010:1\","
        "\"65010:2\"],\"present\":true}],\"empty\":{},\"since\":\"1970-01-01T00:00:00.000001Z\",\"what\":[1]}}");
    write_sample(&spaced);
    expect(&spaced,
           "{\n  \"vipgate:state\": {\n    \"site\": \"north \\\"1\\\" \\\\\",\n    \"as-path\": \"\",\n"
           "    \"vip\": [\n      {\n        \"number\": 0,\n        \"community\": [\n          \"65010:1\",\n"
           "          \"65010:2\"\n        ],\n        \"present\": false\n      },\n      {\n"
           "        \"number\": 18446744073709551615,\n        \"community\": [\n          \"65010:1\",\n"
           "          \"65010:2\"\n        ],\n        \"present\": true\n      }\n    ],\n"
           "    \"empty\": {},\n    \"since\": \"1970-01-01T00:00:00.000001Z\",\n    \"what\": [1]\n  }\n}");
}

static void test_a_string_is_fit_to_be_shown(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *json;
    } rows[] = {
        {"two octets", "caf\xc3\xa9", "{\"x\":\"caf\xc3\xa9\"}"},
        {"control characters", "a\nb\x1b\x7f", "{\"x\":\"a?b??\"}"},
        {"a C1 control character", "\xc2\x9b", "{\"x\":\"??\"}"},
        {"no UTF-8", "\xff\xc3", "{\"x\":\"??\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json json = {0};
        print_message("%s\n", rows[i].name);
        json_begin(&json, NULL);
        json_text(&json, "x", rows[i].text);
        json_finish(&json);
        expect(&json, rows[i].json);
    }
}

static void test_a_long_text_grows(void **state)
{
    (void)state;
    static char text[100000];
    struct json json = {0};
    struct arena arena = {0};

    memset(text, 'x', sizeof text - 1);
    json_begin(&json, NULL);
    for (int i = 0; i < 10; i++)
        json_item(&json, "x", text);
    json_finish(&json);
    const struct json_node *document = json_parse(&arena, json.text, json.length, NULL);
    size_t count = 0;
    NODE_FOR_EACH(node, document, "x")
    {
        assert_string_equal(node->text, text);
        count++;
    }
    assert_int_equal(count, 10);
    arena_free(&arena);
    free(json.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_document),
        cmocka_unit_test(test_a_string_is_fit_to_be_shown),
        cmocka_unit_test(test_a_long_text_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
