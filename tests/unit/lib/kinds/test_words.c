#include "lib/kinds/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What TEXT is split into, each word in <>, or what is wrong with it. */
static void split(const char *text, char *result, size_t size)
{
    struct arena arena = {0};
    char **words;
    const char *wrong = words_split(&arena, text, &words);

    result[0] = '\0';
    for (size_t i = 0; !wrong && words[i]; i++) {
        strncat(result, "<", size - strlen(result) - 1);
        strncat(result, words[i], size - strlen(result) - 1);
        strncat(result, ">", size - strlen(result) - 1);
    }
    if (wrong)
        strncat(result, wrong, size - 1);
    arena_free(&arena);
}

static void test_split(void **state)
{
    (void)state;
    static const struct {
        const char *text, *result;
    } rows[] = {
        {"/bin/true", "</bin/true>"},
        {"/bin/echo a a a", "</bin/echo><a><a><a>"},
        {"  /bin/echo\ta \n b  ", "</bin/echo><a><b>"},
        {"a", "<a>"},
        {"", ""},
        {" \t\n", ""},
        {"/path arg 'one more' arg", "</path><arg><one more><arg>"},
        {"a '' \"\" b", "<a><><><b>"},
        {"a'b c'\"d e\"f", "<ab cd ef>"},
        {"'a\\b\"c'", "<a\\b\"c>"},
        {"\"a\\\"b\\\\c\\$d\\`e\\nf'g\"", "<a\"b\\c$d`e\\nf'g>"},
        {"a\\ b\\'c\\\"d\\\\e\\f", "<a b'c\"d\\ef>"},
        {"$HOME ${X} `id` $(id) * ? ~ a|b >c &", "<$HOME><${X}><`id`><$(id)><*><?><~><a|b><>c><&>"},
        {"a # b", "<a><#><b>"},
        {"a 'b", "unmatched '"},
        {"a \"b'", "unmatched \""},
        {"a \"b\\\"", "unmatched \""},
        {"a b\\", "trailing \\"},
    };
    char result[256];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        split(rows[i].text, result, sizeof result);
        assert_string_equal(result, rows[i].result);
    }
}

static void test_as_many_words_as_fit(void **state)
{
    (void)state;
    struct arena arena = {0};
    char text[4097], **words;
    size_t count = 0;

    for (size_t i = 0; i < 4096; i++)
        text[i] = i % 2 ? ' ' : 'a';
    text[4095] = 'a';
    text[4096] = '\0';
    assert_null(words_split(&arena, text, &words));
    while (words[count])
        assert_true(words[count++][0] == 'a');
    assert_int_equal(count, 2048);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_as_many_words_as_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
