#include "ctl/json.h"

#include "golden.h"

static void test_the_whole_document(void **state)
{
    (void)state;
    char error[256], *text = NULL;
    size_t size;
    struct ly_ctx *context = model_open(error, sizeof error);
    struct lyd_node *document = golden_state(context);
    FILE *file = open_memstream(&text, &size);
    struct json_document json = json_document_to(file);
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(document), child)
    {
        json_document_add(&json, child);
    }
    json_document_end(&json);
    fclose(file);
    golden_compare("state-printed.json", text);
    free(text);
    lyd_free_all(document);
    ly_ctx_destroy(context);
}

static void test_strings(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    json_write_string(file, "a\"b\\c\n\x1b\x7f caf\xc3\xa9");
    fclose(file);
    assert_string_equal(text, "\"a\\\"b\\\\c\\u000a\\u001b\\u007f caf\xc3\xa9\"");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_whole_document), cmocka_unit_test(test_strings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
