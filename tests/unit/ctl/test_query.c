#include "ctl/query.h"

#include "golden.h"

static struct lyd_node *parse(const char *json)
{
    struct lyd_node *document;

    assert_true(query_parse(json, strlen(json), &document));
    return document;
}

static void test_requests(void **state)
{
    (void)state;
    const struct member members[] = {
        {"check", "a\"b", false}, {"neighbor", NULL, false}, {"last", "5", true}, {"follow", "true", true}};

    char *text = request_get("daemon,event", members, 4);
    assert_string_equal(text, "{\"vipgate:get\":{\"what\":[\"daemon\",\"event\"],\"check\":\"a\\\"b\",\"last\":5,"
                              "\"follow\":true}}");
    free(text);
    text = request_build("reload", NULL, 0);
    assert_string_equal(text, "{\"vipgate:reload\":{}}");
    free(text);
}

/* Both daemons know a check: who was asked first is believed. Events have no key and all count. */
static void test_documents_join(void **state)
{
    (void)state;
    struct collection collection = {0};
    const struct lyd_node *entry = NULL;
    size_t events = 0, checks = 0;

    collection_add(parse("{\"vipgate:state\":{\"site\":\"a\",\"check\":[{\"name\":\"x\",\"kind\":\"tcp\"}],"
                         "\"event\":[{\"kind\":\"k\"},{\"kind\":\"k\"}]}}"),
                   &collection);
    collection_add(parse("{\"vipgate:state\":{\"site\":\"a\",\"check\":[{\"name\":\"x\",\"kind\":\"http\"},"
                         "{\"name\":\"y\"}],\"event\":[{\"kind\":\"k\"}]}}"),
                   &collection);
    while ((entry = collection_next(&collection, "check", entry)))
        checks++;
    while ((entry = collection_next(&collection, "event", entry)))
        events++;
    assert_int_equal(checks, 2);
    assert_int_equal(events, 3);
    assert_string_equal(model_text(collection_find(&collection, "check", "x"), "kind"), "tcp");
    assert_non_null(collection_find(&collection, "check", "y"));
    assert_null(collection_find(&collection, "check", "z"));
    assert_null(collection_find(&collection, "vip", "z"));
    entry = collection_next(&collection, "site", NULL);
    assert_non_null(entry);
    assert_null(collection_next(&collection, "site", entry));
    collection_free(&collection);
    assert_null(collection_next(&collection, "check", NULL));
}

static void test_answers_of_other_versions(void **state)
{
    (void)state;
    struct lyd_node *document = parse("{\"vipgate:state\":{\"site\":\"a\",\"news\":1,\"vip\":[{\"prefix\":"
                                      "\"203.0.113.9/32\",\"mood\":\"good\"}]}}");
    assert_non_null(model_child(model_sibling(document, "state"), "vip"));
    lyd_free_all(document);

    assert_null(parse("{}"));
    assert_false(query_parse("{\"vipgate:state\":[", 18, &document));
    assert_null(document);
}

static int teardown(void **state)
{
    (void)state;
    query_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_documents_join),
        cmocka_unit_test(test_answers_of_other_versions),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
