/* No document makes a reader recurse, read or open files without a bound: each row is the last that is read and the
 * first that is refused. */
#include "lib/conf/conf.h"

#include "tests/unit/context.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static bool says(const struct conf *conf, const char *words)
{
    for (size_t i = 0; i < conf->diagnostic_count; i++) {
        if (strstr(conf->diagnostics[i].message, words))
            return true;
    }
    return false;
}

/* ---- how deep what is nested may be ---- */

/* COUNT times OPEN, then COUNT times CLOSE. */
static char *nested(const char *head, const char *open, const char *close, unsigned count, const char *tail)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    fputs(head, out);
    for (unsigned i = 0; i < count; i++)
        fputs(open, out);
    for (unsigned i = 0; i < count; i++)
        fputs(close, out);
    fputs(tail, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_depth(void **state)
{
    static const struct {
        const char *name;
        enum conf_encoding encoding;
        const char *head, *open, *close, *tail;
        unsigned last; /* that is read */
        const char *words;
    } rows[] = {
        {"text: blocks", CONF_TEXT, "", "a{", "}", "", 32, "nested more than 32 deep"},
        {"JSON: objects", CONF_JSON, "{", "\"a\":{", "}", "}", 7, "nested too deeply"},
        {"JSON: objects in arrays", CONF_JSON, "{", "\"a\":[{", "}]", "}", 7, "nested too deeply"},
        {"XML: elements", CONF_XML, "", "<a xmlns=\"urn:x\">", "</a>", "", 32, "elements nested"},
        {"XML: what libyang gets", CONF_XML, "", "<a xmlns=\"urn:x\">", "</a>", "", 256, "nested too deeply"},
        {"XML: empty elements are not nested", CONF_XML, "<a xmlns=\"urn:x\">", "<b/><b></b>", "", "</a>", 400, NULL},
        {"XML: nor are comments", CONF_XML, "<a xmlns=\"urn:x\">", "<!-- -->", "", "</a>", 400, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].name);
        for (unsigned more = 0; more < 2; more++) {
            char *text = nested(rows[i].head, rows[i].open, rows[i].close, rows[i].last + more, rows[i].tail);
            struct conf conf = conf_parse(context, "deep", text, strlen(text), rows[i].encoding);
            assert_null(conf.tree); /* nobody knows an 'a' */
            assert_int_equal(says(&conf, rows[i].words ? rows[i].words : "deep"), rows[i].words && more == 1);
            conf_clear(&conf);
            free(text);
        }
    }
}

/* ---- what JSON writes without quotes ---- */

static void test_json_scalars(void **state)
{
    static const struct {
        const char *value, *words; /* NULL: it is read */
    } rows[] = {
        {"65010", NULL},
        {"6501e1", "bad value"},
        {"-1", "bad value"},
        {"0x10", "invalid JSON"},
        {"inf", "invalid JSON"},
        {"1-2", "invalid JSON"},
        {"tru", "invalid JSON"},
        {"", "invalid JSON"},
        {"true", "JSON writes"},
        {"null", "JSON writes"},
        {"\"1\"", "JSON writes"},
        {"[]", "takes one value"},
        {"[1]", "takes one value"},
        {"{}", "takes a value"},
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, "{\"vipgate:bgp\":{\"local-as\":%s,\"router-id\":\"192.0.2.1\"}}", rows[i].value);
        struct conf conf = conf_parse(context, "scalar", text, strlen(text), CONF_JSON);
        print_message("%s: %s\n", rows[i].value, conf.diagnostic_count ? conf.diagnostics[0].message : "read");
        assert_int_equal(conf.tree != NULL, rows[i].words == NULL);
        assert_true(!rows[i].words || says(&conf, rows[i].words));
        conf_clear(&conf);
    }
}

/* ---- white space alone in XML ---- */

static void test_xml_values(void **state)
{
    static const struct {
        const char *name, *content, *words; /* NULL: it is read */
    } rows[] = {
        {"site", "a", NULL},
        {"site", "", "'site' needs a value"},
        {"site", " ", "bad value ' ' for 'site'"},
        {"site", " <!-- x --> ", "'site' needs a value"},
        {"log", " ", NULL},
        {"vip", " ", "'vip' lacks its key 'prefix'"},
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, "<%s xmlns=\"urn:vipgate:vipgate\">%s</%s>", rows[i].name, rows[i].content,
                 rows[i].name);
        struct conf conf = conf_parse(context, "xml", text, strlen(text), CONF_XML);
        print_message("%s: %s\n", text, conf.diagnostic_count ? conf.diagnostics[0].message : "read");
        assert_int_equal(conf.tree != NULL, rows[i].words == NULL);
        assert_true(!rows[i].words || says(&conf, rows[i].words));
        conf_clear(&conf);
    }
}

/* ---- how much is said ---- */

/* Errors and warnings are bounded each; how many more there are is said behind all that has a place. */
static void test_many_diagnostics(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    fputs("bgp { local-as 65010; router-id 198.51.100.70; neighbor 198.51.100.4 { peer-as 65001; } }\n", out);
    for (int i = 0; i < 230; i++)
        fprintf(out, "nonsense%d;\nvip 10.0.%d.0/24;\n", i, i);
    assert_int_equal(fclose(out), 0);
    struct conf conf = conf_parse(context, "many", text, size, CONF_TEXT);
    assert_int_equal(conf.error_count, 230);
    assert_int_equal(conf.warning_count, 230);
    assert_int_equal(conf.diagnostic_count, 200 + 100 + 2);
    for (size_t i = 1; i < 300; i++)
        assert_true(conf.diagnostics[i].line > conf.diagnostics[i - 1].line);
    assert_string_equal(conf.diagnostics[300].message, "30 more errors not shown");
    assert_string_equal(conf.diagnostics[301].message, "130 more warnings not shown");
    char *line = conf_diagnostic_text(&conf.diagnostics[301]);
    assert_string_equal(line, "many: warning: 130 more warnings not shown");
    free(line);
    conf_clear(&conf);
    free(text);
}

/* ---- includes ---- */

static char folder[32];

static void write_file(const char *name, const char *text)
{
    char path[96];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct conf load(const char *name)
{
    char path[96];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return conf_load(context, path);
}

/* 16 files in a row, each of which includes the next; or 17. */
static void test_includes_in_a_row(void **state)
{
    (void)state;
    char name[16], text[64];

    for (unsigned last = 15; last < 17; last++) {
        for (unsigned i = 0; i <= last; i++) {
            snprintf(name, sizeof name, "row%u", i);
            snprintf(text, sizeof text, i < last ? "include \"row%u\";" : "site a;", i + 1);
            write_file(name, text);
        }
        struct conf conf = load("row0");
        assert_int_equal(conf.tree != NULL, last == 15);
        assert_int_equal(says(&conf, "includes nested more than 16 deep"), last == 16);
        assert_int_equal(conf.files.count, 16);
        conf_clear(&conf);
    }
}

/* 255 beside the one that includes them, then one more. */
static void test_many_files(void **state)
{
    (void)state;
    char name[32];

    assert_int_equal(mkdir((snprintf(name, sizeof name, "%s/d", folder), name), 0700), 0);
    write_file("many.conf", "include \"d/*\";");
    for (unsigned i = 0; i < 256; i++) {
        snprintf(name, sizeof name, "d/%03u.conf", i);
        write_file(name, "");
        if (i < 254)
            continue;
        struct conf conf = load("many.conf");
        assert_int_equal(conf.files.count, 256);
        assert_int_equal(says(&conf, "more than 256 files"), i == 255);
        assert_int_equal(conf.error_count, i == 255);
        conf_clear(&conf);
    }
}

/* What a file includes is counted with it. */
static void test_many_bytes(void **state)
{
    (void)state;
    static char blank[9 * 1024 * 1024];

    memset(blank, ' ', sizeof blank - 1);
    write_file("half.conf", blank);
    write_file("one.conf", "include \"half.conf\"; site a;");
    write_file("two.conf", "include \"half.conf\"; include \"half.conf\"; site a;");
    struct conf conf = load("one.conf");
    assert_int_equal(conf.error_count, 0);
    conf_clear(&conf);
    conf = load("two.conf");
    assert_int_equal(conf.error_count, 1);
    assert_true(says(&conf, "the configuration is larger than 16 MiB"));
    conf_clear(&conf);
}

static void test_what_cannot_be_included(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *words;
    } rows[] = {
        {"no path", "include;", "takes one path or pattern"},
        {"empty path", "include \"\";", "takes one path or pattern"},
        {"list", "include [ a b ];", "takes one path or pattern"},
        {"block", "include a { }", "takes one path or pattern"},
        {"in a block", "log { include a; }", "only at the top level"},
        {"not text", "include a.json;", "not in text form"},
        {"absent", "include /nowhere/a.conf;", "cannot read '/nowhere/a.conf': No such file"},
        {"itself", "include wrong.conf;", "includes itself"},
        {"pattern without a match", "include /nowhere/*.conf;", NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].name);
        write_file("wrong.conf", rows[i].text);
        struct conf conf = load("wrong.conf");
        assert_int_equal(conf.error_count, rows[i].words ? 1 : 0);
        assert_true(!rows[i].words || says(&conf, rows[i].words));
        conf_clear(&conf);
    }
}

static void test_long_paths(void **state)
{
    (void)state;
    char text[PATH_MAX + 16];

    for (int length = PATH_MAX - 1; length <= PATH_MAX; length++) {
        snprintf(text, sizeof text, "include /%0*d;", length - 1, 0);
        write_file("long.conf", text);
        struct conf conf = load("long.conf");
        assert_int_equal(says(&conf, "path too long"), length == PATH_MAX);
        assert_int_equal(says(&conf, "File name too long"), length < PATH_MAX);
        conf_clear(&conf);
    }
}

/* The digest tells whether the files are still those that were read. */
static void test_digest(void **state)
{
    (void)state;
    char path[96], digests[3][CONF_DIGEST_SIZE];

    snprintf(path, sizeof path, "%s/digest.conf", folder);
    assert_int_equal(conf_digest(path, digests[0]), -ENOENT);
    write_file("digest.conf", "include part.conf;");
    assert_int_equal(conf_digest(path, digests[0]), 0); /* what it includes may be absent: that is a change, too */
    write_file("part.conf", "");
    assert_int_equal(conf_digest(path, digests[1]), 0);
    write_file("part.conf", "site a;");
    assert_int_equal(conf_digest(path, digests[2]), 0);
    assert_string_not_equal(digests[0], digests[1]);
    assert_string_not_equal(digests[1], digests[2]);
}

/* One that is there and cannot be read counts for more than one that is absent. */
static void test_digest_of_what_cannot_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int error;
    } rows[] = {
        {"include /nowhere/a.conf;", 0},
        {"include /proc/self/mem;", -EIO},
        {"include /nowhere/a.conf; include /proc/self/mem;", -EIO},
        {"include /proc/self/mem; include /nowhere/a.conf;", -EIO},
    };
    char path[96], digest[CONF_DIGEST_SIZE];

    snprintf(path, sizeof path, "%s/unread.conf", folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].text);
        write_file("unread.conf", rows[i].text);
        assert_int_equal(conf_digest(path, digest), rows[i].error);
    }
}

/* Glob takes such a directory for an empty one. */
static void test_pattern_in_an_unreadable_directory(void **state)
{
    (void)state;
    char path[96], digest[CONF_DIGEST_SIZE];
    bool root = geteuid() == 0;

    snprintf(path, sizeof path, "%s/closed", folder);
    assert_int_equal(mkdir(path, 0), 0);
    write_file("closed.conf", "include \"closed/*.conf\";");
    snprintf(path, sizeof path, "%s/closed.conf", folder);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(root ? seteuid(65534) : 0, 0);
    struct conf conf = load("closed.conf");
    int error = conf_digest(path, digest);
    assert_int_equal(root ? seteuid(0) : 0, 0);
    assert_true(says(&conf, "cannot read the directory of this pattern"));
    assert_int_equal(error, -EACCES);
    conf_clear(&conf);
}

static int setup(void **state)
{
    strcpy(folder, "/tmp/vipgate-test-XXXXXX");
    return context_open(state) == 0 && mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    char command[64];

    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command) == 0 ? context_close(state) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_json_scalars),
        cmocka_unit_test(test_xml_values),
        cmocka_unit_test(test_many_diagnostics),
        cmocka_unit_test(test_includes_in_a_row),
        cmocka_unit_test(test_many_files),
        cmocka_unit_test(test_many_bytes),
        cmocka_unit_test(test_what_cannot_be_included),
        cmocka_unit_test(test_long_paths),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_digest_of_what_cannot_be_read),
        cmocka_unit_test(test_pattern_in_an_unreadable_directory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
