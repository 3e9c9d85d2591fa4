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

/* The diagnostics of CONF as lines, for the caller to free. */
static char *lines_of(const struct conf *conf)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    conf_write_diagnostics(conf, stream);
    fclose(stream);
    return text;
}

/* The diagnostics of the file at PATH. Its digest does not depend on what is made of it. */
static char *lines_of_file(const char *path)
{
    struct conf conf = conf_load(context, path);
    char *text = lines_of(&conf), digest[CONF_DIGEST_SIZE];

    conf_digest(path, digest);
    assert_string_equal(digest, conf.digest);
    assert_true((conf.tree != NULL) == (conf.error_count == 0));
    if (conf.tree) /* libyang has nothing to add */
        assert_int_equal(lyd_validate_module(&conf.tree, model_module(context), LYD_VALIDATE_NO_STATE, NULL),
                         LY_SUCCESS);
    conf_clear(&conf);
    return text;
}

/* Answers whether the diagnostics of the file NAME are as expected. */
static bool check_file(const char *name)
{
    char path[512];
    char *actual = lines_of_file(name);

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

static void assert_lines(const char *path, const char *expected)
{
    char *text = lines_of_file(path);

    assert_string_equal(text, expected);
    free(text);
}

static void test_what_is_no_file_to_read(void **state)
{
    (void)state;
    char folder[] = "/tmp/vipgate-test-XXXXXX", pipe[64], expected[160];

    assert_lines("no-such-file.conf",
                 "no-such-file.conf:1:1: cannot read 'no-such-file.conf': No such file or directory\n");
    assert_lines("include", "include:1:1: cannot read 'include': is a directory\n");
    assert_lines("/dev/zero", "/dev/zero:1:1: cannot read '/dev/zero': the configuration is larger than 16 MiB\n");
    assert_non_null(mkdtemp(folder));
    snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    snprintf(expected, sizeof expected, "%s:1:1: cannot read '%s': pipe without a writer\n", pipe, pipe);
    assert_lines(pipe, expected);
    unlink(pipe);
    rmdir(folder);
}

/* Whatever is wrong with them: every secret of these files has "hunt" in it. */
static void test_no_secret_is_shown(void **state)
{
    (void)state;
    static const char *const names[] = {"secrets.conf", "secrets.json", "secrets.xml"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *text = lines_of_file(names[i]);
        assert_true(text[0]);
        assert_null(strstr(text, "hunt"));
        free(text);
    }
}

/* A daemon finds more when it makes structs of the tree, and says it at the same places. */
static void test_what_is_found_later(void **state)
{
    (void)state;
    static const char document[] = "site a;\nlog {\n    level debug;\n}\n";
    struct conf conf = conf_parse(context, "late.conf", document, strlen(document), CONF_TEXT);
    const struct lyd_node *log = model_sibling(conf.tree, "log");

    assert_int_equal(conf.error_count, 0);
    conf_error(&conf, model_child(log, "level"), "not level %d\n", 3);
    conf_error(&conf, model_child(log, "format"), "a default stands where its block does");
    conf_warning(&conf, NULL, "of the whole");
    conf_warning(&conf, NULL, "of the whole");
    assert_int_equal(conf.error_count, 2);
    char *text = lines_of(&conf);
    assert_string_equal(text, "late.conf:1:1: warning: of the whole\n"
                              "late.conf:2:1: a default stands where its block does\n"
                              "late.conf:3:11: not level 3?\n");
    free(text);
    conf_clear(&conf);
}

static void test_file_of_more_than_the_bound(void **state)
{
    (void)state;
    size_t size = 16 * 1024 * 1024 + 1;
    char *text = malloc(size);

    assert_non_null(text);
    memset(text, '\n', size);
    struct conf conf = conf_parse(context, "large.conf", text, size, CONF_TEXT);
    assert_int_equal(conf.error_count, 1);
    assert_non_null(strstr(conf.diagnostics[0].message, "larger than 16 MiB"));
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
    size_t size = 16 * 1024 * 1024;
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
        cmocka_unit_test(test_what_is_no_file_to_read),
        cmocka_unit_test(test_no_secret_is_shown),
        cmocka_unit_test(test_what_is_found_later),
        cmocka_unit_test(test_file_of_more_than_the_bound),
        cmocka_unit_test(test_file_of_too_many_statements),
    };
    return cmocka_run_group_tests(tests, setup, context_close);
}
