/* What 'config check' and 'config convert' print, and their exit status. */
#include "ctl/handlers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_SIZE = 4096 };

struct output {
    int status;
    char out[TEXT_SIZE], err[TEXT_SIZE];
};

/* Points DESCRIPTOR at a new temporary file; SAVED is what it was. */
static FILE *redirect(int descriptor, int *saved)
{
    FILE *file = tmpfile();

    assert_non_null(file);
    *saved = dup(descriptor);
    assert_true(*saved >= 0 && dup2(fileno(file), descriptor) >= 0);
    return file;
}

static void restore(FILE *file, int descriptor, int saved, char *text)
{
    assert_true(dup2(saved, descriptor) >= 0);
    close(saved);
    rewind(file);
    text[fread(text, 1, TEXT_SIZE - 1, file)] = '\0';
    fclose(file);
}

/* What LINE, a command, comes to. */
static struct output run(const char *line)
{
    struct output output;
    struct invocation invocation;
    char text[256], *rest = text, *words[8], error[256];
    int count = 0, saved_out, saved_err;

    snprintf(text, sizeof text, "%s", line);
    while ((words[count] = strsep(&rest, " ")))
        count++;
    assert_int_equal(command_read(&invocation, count, words, error, sizeof error), 0);

    fflush(stdout);
    FILE *out = redirect(STDOUT_FILENO, &saved_out), *err = redirect(STDERR_FILENO, &saved_err);
    output.status = invocation.command->handler(&invocation);
    fflush(stdout);
    restore(err, STDERR_FILENO, saved_err, output.err);
    restore(out, STDOUT_FILENO, saved_out, output.out);
    return output;
}

static void test_check_of_a_valid_file(void **state)
{
    (void)state;
    struct output output = run("config check ../etc/examples/primary.conf");

    assert_int_equal(output.status, 0);
    assert_string_equal(output.err, "");
    assert_string_equal(output.out, "../etc/examples/primary.conf: valid; 2 neighbors, 1 vip, 2 checks\n");
}

static void test_check_with_a_warning(void **state)
{
    (void)state;
    struct output output = run("config check golden/diagnostics/azure-warnings.conf");

    assert_int_equal(output.status, 0);
    assert_non_null(strstr(output.err, "azure-warnings.conf:11:25: warning: platform azure-route-server"));
    assert_non_null(strstr(output.out, "valid"));
}

static void test_check_of_what_this_machine_lacks(void **state)
{
    (void)state;
    static const char text[] = "check a { http { url \"https://192.0.2.1/\"; ca-file /nowhere/ca.pem; } }\n";
    char path[] = "/tmp/vipgate-test-XXXXXX";
    int file = mkstemp(path);

    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    char line[64];
    snprintf(line, sizeof line, "config check %s", path);
    struct output output = run(line);
    assert_int_equal(output.status, 0);
    assert_string_equal(output.err, "");
    strcat(line, " --here");
    output = run(line);
    assert_int_equal(output.status, 1);
    assert_non_null(strstr(output.err, ":1:52: warning: ca-file /nowhere/ca.pem: No such file"));
    unlink(path);
}

static void test_check_with_errors(void **state)
{
    (void)state;
    struct output output = run("config check golden/diagnostics/references-to-nothing.conf");

    assert_int_equal(output.status, 2);
    assert_string_equal(output.err,
                        "golden/diagnostics/references-to-nothing.conf:2:30: unknown profile 'primary': none is "
                        "defined\n"
                        "golden/diagnostics/references-to-nothing.conf:2:52: unknown check 'backend': none is "
                        "defined\n");
    assert_string_equal(output.out, "");
}

static void test_convert(void **state)
{
    (void)state;
    struct output output = run("config convert ../etc/examples/minimal.conf --to xml");

    assert_int_equal(output.status, 0);
    assert_non_null(strstr(output.out, "<remote-address>198.51.100.4</remote-address>"));
    assert_string_equal(output.err, "");

    output = run("config convert golden/diagnostics/errors.json --to text");
    assert_int_equal(output.status, 2);
    assert_string_equal(output.out, "");
}

static void test_a_file_that_is_not_there(void **state)
{
    (void)state;
    struct output output = run("config convert none.conf --to text");

    assert_int_equal(output.status, 2);
    assert_string_equal(output.err, "none.conf:1:1: cannot read 'none.conf': No such file or directory\n");
}

static int setup(void **state)
{
    (void)state;
    return chdir(TEST_SOURCE_DIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_of_a_valid_file),
        cmocka_unit_test(test_check_with_a_warning),
        cmocka_unit_test(test_check_of_what_this_machine_lacks),
        cmocka_unit_test(test_check_with_errors),
        cmocka_unit_test(test_convert),
        cmocka_unit_test(test_a_file_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
