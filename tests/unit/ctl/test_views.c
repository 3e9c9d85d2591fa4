/* Every table and page of the command line, against golden files. */
#include "ctl/views.h"

#include "ctl/writer.h"

#include "golden.h"
#include "lib/model.h"
#include "tests/unit/context.h"

static const struct row {
    const char *file;
    const struct view *view;
    const char *key; /* of the entry to show as a page; NULL: the table */
    bool color;
    unsigned width; /* of the terminal; 0: a pipe */
} rows[] = {
    {"daemons.txt", &view_daemons, NULL, false, 0},
    {"neighbors.txt", &view_neighbors, NULL, false, 0},
    {"neighbors-color.txt", &view_neighbors, NULL, true, 0},
    {"neighbor-up.txt", &view_neighbors, "198.51.100.4", false, 0},
    {"neighbor-down.txt", &view_neighbors, "198.51.100.5", false, 0},
    {"vips.txt", &view_vips, NULL, false, 0},
    {"vip.txt", &view_vips, "203.0.113.10/32", false, 0},
    {"checks.txt", &view_checks, NULL, false, 0},
    {"check.txt", &view_checks, "backend", false, 0},
    {"check-color.txt", &view_checks, "backend", true, 0},
    {"advertised.txt", &view_advertised, NULL, false, 0},
    {"received.txt", &view_received, NULL, false, 0},
    {"events.txt", &view_events, NULL, false, 0},
    {"neighbors-80.txt", &view_neighbors, NULL, false, 80},
    {"neighbors-100-color.txt", &view_neighbors, NULL, true, 100},
    {"neighbor-80.txt", &view_neighbors, "198.51.100.4", false, 80},
    {"vips-80.txt", &view_vips, NULL, false, 80},
    {"checks-80.txt", &view_checks, NULL, false, 80},
    {"events-100.txt", &view_events, NULL, false, 100},
};

static void write_view(struct writer *writer, const struct row *row, const struct json_node *state)
{
    if (!row->key)
        writer_list(writer, row->view);
    NODE_FOR_EACH(entry, state, row->view->list)
    {
        if (!row->key)
            writer_entry(writer, entry);
        else if (strcmp(node_key(entry), row->key) == 0)
            writer_page(writer, row->view, entry);
    }
    writer_end(writer);
}

static char *render(const struct row *row, const struct json_node *state, bool json)
{
    char *text = NULL;
    size_t size;
    struct style style = {
        .file = open_memstream(&text, &size), .width = row->width, .color = row->color, .now_us = GOLDEN_NOW};
    struct writer writer = writer_to(&style, json);

    write_view(&writer, row, state);
    fclose(style.file);
    return text;
}

static void assert_fits(const char *text, bool color, unsigned width)
{
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        char line[1024] = "";
        memcpy(line, text, (size_t)(end - text));
        assert_true(color || width == 0 || text_width(line) <= width);
        assert_true(end == text || end[-1] != ' ');
    }
    assert_string_equal(text, "");
}

static void test_each_view(void **state)
{
    (void)state;
    struct document document = golden_state();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = render(&rows[i], document.state, false);
        assert_fits(text, rows[i].color, rows[i].width);
        assert_int_equal(strchr(text, '\033') != NULL, rows[i].color);
        golden_compare(rows[i].file, text);
        free(text);
    }
    document_free(&document);
}

/* What --json prints of a list is as the schema has it, and read again it is the same. */
static void test_each_list_as_json(void **state)
{
    (void)state;
    struct document document = golden_state();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lyd_node *tree = NULL;
        char *text = render(&rows[i], document.state, true);
        assert_int_equal(lyd_parse_data_mem(context, text, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_PRESENT, &tree), 0);
        struct document again = document_of(text);
        char *same = render(&rows[i], again.state, true);
        assert_string_equal(text, same);
        lyd_free_all(tree);
        document_free(&again);
        free(same);
        free(text);
    }
    document_free(&document);
}

/* All of the sample at once, one list after another. */
static void test_the_whole_document(void **state)
{
    (void)state;
    struct document document = golden_state();
    char *text = NULL;
    size_t size;
    struct style style = {.file = open_memstream(&text, &size)};
    struct writer writer = writer_to(&style, true);

    for (const struct json_node *child = document.state->child; child; child = child->next)
        writer_json(&writer, child->name, child);
    writer_end(&writer);
    fclose(style.file);
    golden_compare("state-printed.json", text);
    free(text);
    document_free(&document);
}

static void test_an_empty_list_says_so(void **state)
{
    (void)state;
    char *text = render(&(struct row){.view = &view_vips}, NULL, false);
    assert_string_equal(text, "no VIP is configured\n");
    free(text);
    text = render(&(struct row){.view = &view_vips}, NULL, true);
    assert_string_equal(text, "{\n  \"vipgate:state\": {}\n}\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_view),
        cmocka_unit_test(test_each_list_as_json),
        cmocka_unit_test(test_the_whole_document),
        cmocka_unit_test(test_an_empty_list_says_so),
    };
    return cmocka_run_group_tests(tests, context_open, context_close);
}
