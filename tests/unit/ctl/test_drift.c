/* Which daemons run what their configuration file does not hold. */
#include "ctl/status_check.h"

#include "lib/conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/vipgate-test-XXXXXX";
static char digest[CONF_DIGEST_SIZE];

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* The file a.conf, which includes b.conf and all of the folder c. */
static int make_files(void **state)
{
    (void)state;
    if (!mkdtemp(folder) || chmod(folder, 0755) < 0 || chdir(folder) < 0 || mkdir("c", 0755) < 0)
        return -1;
    write_file("a.conf", "include b.conf;\ninclude \"c/*\";\n");
    write_file("b.conf", "site north;\n");
    write_file("c/one", "log { level debug; }\n");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    return conf_digest("a.conf", digest) == 0 ? 0 : -1;
}

static int remove_files(void **state)
{
    (void)state;
    const char *const names[] = {"c/one", "c", "b.conf", "a.conf", "pipe", folder};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove(names[i]);
    return 0;
}

/* What healthd and bgpd are found to run wrong, where they run what has these digests, of the file NAME (NULL: they say
 * nothing of it): "FROM FROM", with - for nothing. */
static void assert_drift(const char *name, const char *health, const char *bgp, const char *expected)
{
    char text[1024], found[256] = "";
    struct collection answers = {0};
    struct document document;
    const char *names[] = {"healthd", "bgpd"}, *digests[] = {health, bgp};
    size_t length = (size_t)snprintf(text, sizeof text, "{\"vipgate:state\": {\"daemon\": [");

    for (size_t i = 0; i < 2; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s{\"name\": \"%s\"", i ? ", " : "", names[i]);
        if (name)
            length += (size_t)snprintf(text + length, sizeof text - length,
                                       ", \"configuration-file\": \"%s/%s\", \"configuration-digest\": \"%s\"", folder,
                                       name, digests[i]);
        length += (size_t)snprintf(text + length, sizeof text - length, "}");
    }
    snprintf(text + length, sizeof text - length, "]}}");
    assert_true(document_read(&document, text, strlen(text)) && collection_add(&document, &answers));
    struct drifts drifts = drift_find(&answers);
    for (size_t i = 0; i < 2; i++) {
        const char *from = drift_from(&drifts, names[i]), *slash = from ? strrchr(from, '/') : NULL;
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i ? " " : "",
                 slash  ? slash + 1
                 : from ? from
                        : "-");
    }
    assert_string_equal(found, expected);
    collection_free(&answers);
}

static void test_the_file(void **state)
{
    (void)state;
    assert_drift("a.conf", digest, digest, "- -");
    assert_drift("a.conf", digest, "other", "- a.conf");
    assert_drift("a.conf", "other", digest, "a.conf -");
    assert_drift("a.conf", "other", "other", "a.conf a.conf");
    assert_drift("a.conf", "other", "another", "a.conf a.conf");
    assert_drift(NULL, NULL, NULL, "- -");
}

static void test_what_it_includes(void **state)
{
    (void)state;
    write_file("b.conf", "site south;\n");
    assert_drift("a.conf", digest, digest, "a.conf a.conf");
    remove("b.conf");
    assert_drift("a.conf", digest, digest, "a.conf a.conf");
    write_file("b.conf", "site north;\n");
    write_file("c/two", "");
    assert_drift("a.conf", digest, digest, "a.conf a.conf");
    remove("c/two");
    assert_drift("a.conf", digest, digest, "- -");
}

/* Errors are the reload's to tell. */
static void test_a_file_with_errors(void **state)
{
    (void)state;
    write_file("b.conf", "site north {\n");
    assert_drift("a.conf", digest, digest, "a.conf a.conf");
    write_file("b.conf", "site north;\n");
}

/* Then the daemons are compared with each other alone. */
static void test_what_cannot_be_read(void **state)
{
    static const char *const unread[] = {"a.conf", "b.conf", "c"};
    bool root = geteuid() == 0;

    (void)state;
    for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
        chmod(unread[i], 0);
        assert_int_equal(root ? seteuid(65534) : 0, 0);
        assert_drift("a.conf", digest, digest, "- -");
        assert_drift("a.conf", "other", "other", "- -");
        assert_drift("a.conf", digest, "other", "- healthd");
        assert_int_equal(root ? seteuid(0) : 0, 0);
        chmod(unread[i], 0755);
    }
    assert_drift("none.conf", digest, "other", "- healthd");
    assert_drift("none.conf", digest, digest, "- -");
    assert_drift("pipe", digest, digest, "- -");
    assert_drift("a.conf", digest, digest, "- -");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_file),
        cmocka_unit_test(test_what_it_includes),
        cmocka_unit_test(test_a_file_with_errors),
        cmocka_unit_test(test_what_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
