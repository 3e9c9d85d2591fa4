#include "ctl/query.h"

#include "golden.h"

static void add(struct collection *collection, const char *json)
{
    struct document document = document_of(json);

    assert_true(collection_add(&document, collection));
    assert_null(document.state);
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

static size_t count(const struct collection *collection, const char *list)
{
    size_t entries = 0;

    for (const struct json_node *entry = NULL; (entry = collection_next(collection, list, entry));)
        entries++;
    return entries;
}

/* Lists go on, leafs are said once. */
static void test_documents_join(void **state)
{
    (void)state;
    struct collection collection = {0};

    assert_null(collection_next(&collection, "check", NULL));
    add(&collection, "{\"vipgate:state\":{\"site\":\"a\",\"check\":[{\"name\":\"x\",\"kind\":\"tcp\"}],"
                     "\"event\":[{\"kind\":\"k\"},{}]}}");
    add(&collection, "{\"vipgate:state\":{}}");
    add(&collection, "{\"vipgate:state\":{\"site\":\"a\",\"check\":[{\"name\":\"y\"}],\"event\":[{\"kind\":\"k\"}]}}");
    assert_int_equal(count(&collection, "check"), 2);
    assert_int_equal(count(&collection, "event"), 3);
    assert_int_equal(count(&collection, "site"), 1);
    assert_string_equal(node_text(collection_find(&collection, "check", "x"), "kind"), "tcp");
    assert_non_null(collection_find(&collection, "check", "y"));
    assert_null(collection_find(&collection, "check", "z"));
    assert_null(collection_find(&collection, "vip", "z"));
    collection_free(&collection);
    assert_null(collection_next(&collection, "check", NULL));
}

/* Whatever a newer daemon adds is passed over by tables. */
static void test_what_is_no_answer(void **state)
{
    (void)state;
    static const char *const rows[] = {"{}", "{\"vipgate:state\":1}", "{\"vipgate:state\":[", "{\"other:state\":{}}"};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct document document;
        print_message("%s\n", rows[i]);
        assert_false(document_read(&document, rows[i], strlen(rows[i])));
        assert_null(document.state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_documents_join),
        cmocka_unit_test(test_what_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
