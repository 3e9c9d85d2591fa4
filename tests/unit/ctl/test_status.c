/* The screen of status, short and long, against golden files. */
#include "ctl/status.h"

#include "golden.h"

/* Takes DOCUMENT over. */
static char *render(struct document document, unsigned width, unsigned height)
{
    struct collection answers = {0};
    char *text = NULL;
    size_t size;
    struct style style = {.file = open_memstream(&text, &size), .width = width, .height = height, .now_us = GOLDEN_NOW};
    struct writer writer = writer_to(&style, false);

    collection_add(&document, &answers);
    status_write(&writer, &answers, true, true);
    fclose(style.file);
    collection_free(&answers);
    return text;
}

static void test_a_small_site(void **state)
{
    (void)state;
    char *text = render(golden_state(), 0, 0);

    golden_compare("status.txt", text);
    free(text);
}

/* COUNT VIPs, all announced but for three of two hundred. */
static struct document vips(unsigned count)
{
    struct json json = control_state();

    for (unsigned i = 1; i <= count; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "198.18.0.%u/32", i);
        json_entry(&json, "vip");
        json_text(&json, "prefix", prefix);
        json_text(&json, "state", i == 150 ? "drained" : i == 170 || i == 180 ? "withdrawn" : "announced");
        json_end(&json);
    }
    json_finish(&json);
    struct document document;
    assert_true(document_read(&document, json.text, json.length));
    free(json.text);
    return document;
}

/* What is wrong stands first, wherever it stands in the list. */
static void test_two_hundred_vips(void **state)
{
    (void)state;
    char *text = render(vips(200), 80, 24);

    golden_compare("status-200.txt", text);
    free(text);
    text = render(vips(200), 0, 0); /* into a pipe there is a bound, too */
    assert_non_null(strstr(text, "… and 190 more: vipgate show vips\n"));
    free(text);
}

/* "and 1 more" would take the line of that one. */
static void test_no_single_one_is_left_out(void **state)
{
    (void)state;
    char *text = render(vips(11), 0, 0);

    assert_non_null(strstr(text, "11 VIPs: 11 announced\n"));
    assert_non_null(strstr(text, "198.18.0.11/32"));
    assert_null(strstr(text, "more"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_site),
        cmocka_unit_test(test_two_hundred_vips),
        cmocka_unit_test(test_no_single_one_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
