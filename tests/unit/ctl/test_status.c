/* The screen of status, short and long, against golden files. */
#include "ctl/status.h"

#include "golden.h"
#include "tests/unit/context.h"

static char *render(struct lyd_node *state, unsigned width, unsigned height)
{
    struct collection answers = {.state = state};
    char *text = NULL;
    size_t size;
    struct style style = {.file = open_memstream(&text, &size), .width = width, .height = height, .now_us = GOLDEN_NOW};
    struct writer writer = writer_to(&style, false);

    status_write(&writer, &answers, true, true);
    fclose(style.file);
    return text;
}

static void test_a_small_site(void **state)
{
    (void)state;
    struct lyd_node *document = golden_state(context);

    char *text = render(document, 0, 0);
    golden_compare("status.txt", text);
    free(text);
    lyd_free_all(document);
}

static void add_vip(struct lyd_node *state, unsigned number, const char *word)
{
    char prefix[32];

    snprintf(prefix, sizeof prefix, "198.18.0.%u/32", number);
    model_leaf(model_list(state, "vip", prefix, NULL), "state", word);
}

/* What is wrong stands first, wherever it stands in the list. */
static void test_two_hundred_vips(void **state)
{
    (void)state;
    struct lyd_node *document = model_top(context, "state");

    for (unsigned i = 1; i <= 200; i++)
        add_vip(document, i, i == 150 ? "drained" : i == 170 || i == 180 ? "withdrawn" : "announced");
    char *text = render(document, 80, 24);
    golden_compare("status-200.txt", text);
    free(text);
    text = render(document, 0, 0); /* into a pipe there is a bound, too */
    assert_non_null(strstr(text, "… and 190 more: vipgate show vips\n"));
    free(text);
    lyd_free_all(document);
}

/* "and 1 more" would take the line of that one. */
static void test_no_single_one_is_left_out(void **state)
{
    (void)state;
    struct lyd_node *document = model_top(context, "state");

    for (unsigned i = 1; i <= 11; i++)
        add_vip(document, i, "announced");
    char *text = render(document, 0, 0);
    assert_non_null(strstr(text, "11 VIPs: 11 announced\n"));
    assert_non_null(strstr(text, "198.18.0.11/32"));
    assert_null(strstr(text, "more"));
    free(text);
    lyd_free_all(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_site),
        cmocka_unit_test(test_two_hundred_vips),
        cmocka_unit_test(test_no_single_one_is_left_out),
    };
    return cmocka_run_group_tests(tests, context_open, context_close);
}
