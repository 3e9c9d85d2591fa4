/* Tables that are longer or wider than their page; what ordinary ones look like is in test_views.c. */
#include "ctl/table.h"

#include "golden.h"

static const struct column columns[] = {
    {"PREFIX", "prefix", cell_text, false, false},
    {"MED", "med", cell_text, true, false},
    {"AS PATH", "as-path", cell_text, false, true},
};

static void add_route(struct table *table, unsigned number, const char *as_path)
{
    char json[256];

    snprintf(json, sizeof json, "{\"vipgate:state\":{\"prefix\":\"%u.%u.%u.0/24\",\"med\":%u,\"as-path\":\"%s\"}}",
             number < 300 ? 1 : 101, number / 256 % 256, number % 256, number, as_path);
    struct document document = document_of(json);
    table_add(table, document.state);
    document_free(&document);
}

static char *render(unsigned count, const char *as_path, unsigned width)
{
    char *text = NULL;
    size_t size;
    const struct style style = {.file = open_memstream(&text, &size), .width = width};
    struct table table = table_begin(&style, columns, sizeof columns / sizeof *columns);

    for (unsigned i = 0; i < count; i++)
        add_route(&table, i, as_path);
    table_end(&table);
    fclose(style.file);
    return text;
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (; (text = strchr(text, '\n')); text++)
        lines++;
    return lines;
}

static void test_a_long_table_flows_and_stays_aligned(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, TABLE_ROWS_KEPT - 1, TABLE_ROWS_KEPT, TABLE_ROWS_KEPT + 1, 5000};

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char *text = render(counts[i], "65515 64999", 0);
        const char *header = strstr(text, "AS PATH");
        assert_int_equal(count_lines(text), counts[i] + 1);
        for (const char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1)
            assert_int_equal(strstr(line, "65515") - line, header - text);
        free(text);
    }
}

static const char long_path[] = "65001 65002 65003 65004 65005 65006 65007 65008 65009 65010 65011 65012 65013 65014";

static void test_a_pipe_gets_all_of_it(void **state)
{
    (void)state;
    char *text = render(1, long_path, 0);

    assert_string_equal(text,
                        "PREFIX      MED  AS PATH\n"
                        "1.0.0.0/24    0  65001 65002 65003 65004 65005 65006 65007 65008 65009 65010 65011 65012 "
                        "65013 65014\n");
    free(text);
}

static void test_a_terminal_gets_what_it_has_room_for(void **state)
{
    (void)state;
    char *text = render(1, long_path, 40);

    assert_string_equal(text, "PREFIX      MED  AS PATH\n"
                              "1.0.0.0/24    0  65001 65002 65003 6500…\n");
    free(text);
    for (unsigned width = 30; width < 120; width++) { /* as narrow as it goes: what cannot be cut is not */
        text = render(300, long_path, width);
        assert_int_equal(count_lines(text), 301);
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
            assert_true(text_width(line) <= width);
        free(text);
    }
}

/* The rows before it stand as they were. */
static void test_a_wider_row_makes_room_for_those_after_it(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    const struct style style = {.file = open_memstream(&text, &size), .width = 60};
    struct table table = table_begin(&style, columns, sizeof columns / sizeof *columns);

    add_route(&table, 1, "65515");
    table_expect(&table, (const unsigned char[]){12, 0, 0});
    table_flush(&table);
    add_route(&table, 2, "65515");
    add_route(&table, 100000, "65515");
    add_route(&table, 3, "65515");
    table_end(&table);
    fclose(style.file);
    assert_string_equal(text, "PREFIX        MED  AS PATH\n"
                              "1.0.1.0/24      1  65515\n"
                              "1.0.2.0/24      2  65515\n"
                              "101.134.160.0/24  100000  65515\n"
                              "1.0.3.0/24             3  65515\n");
    free(text);
}

static void test_no_rows_no_header(void **state)
{
    (void)state;
    char *text = render(0, "", 0);

    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_table_flows_and_stays_aligned),
        cmocka_unit_test(test_a_pipe_gets_all_of_it),
        cmocka_unit_test(test_a_terminal_gets_what_it_has_room_for),
        cmocka_unit_test(test_a_wider_row_makes_room_for_those_after_it),
        cmocka_unit_test(test_no_rows_no_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
