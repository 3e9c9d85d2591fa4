/*
 * The golden files: what is wrong with each file in tests/golden/diagnostics, as its .expected file has it. To accept
 * what is said now, after reading it: VIPGATE_GOLDEN=write build/dev/unit/unit.lib.conf.diagnostics
 */
#include "lib/conf/conf.h"

#include "lib/model.h"
#include "tests/unit/context.h"
#include "tests/unit/file_text.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *diagnostics_text(const char *name, bool *valid)
{
    struct conf conf = conf_load(context, name);
    char line[4096], *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    for (size_t i = 0; i < conf.diagnostic_count; i++)
        fprintf(out, "%s\n", conf_diagnostic_format(&conf.diagnostics[i], line, sizeof line));
    fclose(out);
    *valid = conf.tree != NULL;
    assert_true(*valid == (conf.error_count == 0));
    conf_clear(&conf);
    return text;
}

/* Answers whether the diagnostics of the file NAME are as expected. */
static bool check_file(const char *name)
{
    char path[512];
    bool valid;
    char *actual = diagnostics_text(name, &valid);

    snprintf(path, sizeof path, "%s.expected", name);
    bool same = file_is(path, actual);
    free(actual);
    return same;
}

static bool is_document(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && (strcmp(dot, ".conf") == 0 || strcmp(dot, ".json") == 0 || strcmp(dot, ".xml") == 0);
}

static void test_golden_files(void **state)
{
    (void)state;
    DIR *folder = opendir(".");
    unsigned checked = 0, wrong = 0;

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!is_document(entry->d_name))
            continue;
        wrong += !check_file(entry->d_name);
        checked++;
    }
    closedir(folder);
    assert_true(checked >= 40);
    assert_int_equal(wrong, 0);
}

static void test_missing_file_is_a_diagnostic(void **state)
{
    (void)state;
    char line[512];
    struct conf conf = conf_load(context, "no-such-file.conf");

    assert_null(conf.tree);
    assert_int_equal(conf.error_count, 1);
    assert_string_equal(conf_diagnostic_format(&conf.diagnostics[0], line, sizeof line),
                        "no-such-file.conf:1:1: cannot read 'no-such-file.conf': No such file or directory");
    conf_clear(&conf);
}

/* Answers the one diagnostic of the file at PATH, in LINE. */
static const char *only_diagnostic(const char *path, char *line, size_t size)
{
    struct conf conf = conf_load(context, path);

    assert_null(conf.tree);
    assert_int_equal(conf.diagnostic_count, 1);
    conf_diagnostic_format(&conf.diagnostics[0], line, size);
    conf_clear(&conf);
    return line;
}

static void test_what_is_no_file_to_read(void **state)
{
    (void)state;
    char line[512], folder[] = "/tmp/vipgate-test-XXXXXX", pipe[64], expected[160];

    assert_string_equal(only_diagnostic("include", line, sizeof line),
                        "include:1:1: cannot read 'include': it is a directory; name a file");
    assert_string_equal(only_diagnostic("/dev/zero", line, sizeof line),
                        "/dev/zero:1:1: cannot read '/dev/zero': the configuration is larger than 4 MiB");
    assert_non_null(mkdtemp(folder));
    snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    snprintf(expected, sizeof expected, "%s:1:1: cannot read '%s': nothing comes from this pipe", pipe, pipe);
    assert_string_equal(only_diagnostic(pipe, line, sizeof line), expected);
    unlink(pipe);
    rmdir(folder);
}

static void test_file_of_more_than_the_bound(void **state)
{
    (void)state;
    size_t size = 4 * 1024 * 1024 + 1;
    char *text = malloc(size);

    assert_non_null(text);
    memset(text, '\n', size);
    struct conf conf = conf_parse(context, "large.conf", text, size, CONF_TEXT);
    assert_int_equal(conf.error_count, 1);
    assert_non_null(strstr(conf.diagnostics[0].message, "larger than 4 MiB"));
    conf_clear(&conf);
    conf = conf_parse(context, "large.conf", text, size - 1, CONF_TEXT);
    assert_int_equal(conf.error_count, 0);
    conf_clear(&conf);
    free(text);
}

/* A file within the bound can still hold more statements than memory should be spent on. */
static void test_file_of_too_many_statements(void **state)
{
    (void)state;
    size_t size = 4 * 1024 * 1024;
    char *text = malloc(size);

    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = i % 2 ? ';' : 'a';
    struct conf conf = conf_parse(context, "many.conf", text, size, CONF_TEXT);
    assert_null(conf.tree);
    assert_non_null(strstr(conf.diagnostics[0].message, "too large"));
    conf_clear(&conf);
    free(text);
}

static int setup(void **state)
{
    return context_open(state) == 0 ? chdir(TEST_SOURCE_DIR "/golden/diagnostics") : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_files),
        cmocka_unit_test(test_missing_file_is_a_diagnostic),
        cmocka_unit_test(test_what_is_no_file_to_read),
        cmocka_unit_test(test_file_of_more_than_the_bound),
        cmocka_unit_test(test_file_of_too_many_statements),
    };
    return cmocka_run_group_tests(tests, setup, context_close);
}
