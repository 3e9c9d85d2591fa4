#include "ctl/command.h"

#include <bsd/string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Splits LINE at its spaces; "_" stands for an empty word. */
static int split(char *line, char **words)
{
    int count = 0;

    for (char *word; line && (word = strsep(&line, " "));) {
        if (*word)
            words[count++] = strcmp(word, "_") == 0 ? word + 1 : word;
    }
    return count;
}

static int read_line(struct invocation *invocation, const char *text, char *error, size_t size)
{
    static char line[512];
    char *words[32];

    strlcpy(line, text, sizeof line);
    return command_read(invocation, split(line, words), words, error, size);
}

static void test_what_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *line, *words, *name, *value;
    } rows[] = {
        {"status", "status", NULL, NULL},
        {"show vip 203.0.113.9", "show vip", "PREFIX", "203.0.113.9/32"},
        {"show neighbor 2001:DB8::1", "show neighbor", "ADDRESS", "2001:db8::1"},
        {"-S /tmp/x show vips", "show vips", "-S", "/tmp/x"},
        {"show -S /tmp/x vips", "show vips", "-S", "/tmp/x"},
        {"show vips -S /tmp/x", "show vips", "-S", "/tmp/x"},
        {"show vips --json", "show vips", "--json", ""},
        {"show vips", "show vips", "--json", NULL},
        {"--color=never status", "status", "--color", "never"},
        {"show events --last 5 --follow", "show events", "--last", "5"},
        {"show events --follow --last=5", "show events", "--last", "5"},
        {"show events --follow", "show events", "--follow", ""},
        {"show received-routes", "show received-routes", "neighbor", NULL},
        {"show received-routes neighbor 192.0.2.1", "show received-routes", "neighbor", "192.0.2.1"},
        {"show received-routes 198.51.100.0/24", "show received-routes", "ADDRESS|PREFIX", "198.51.100.0/24"},
        {"show received-routes 198.51.100.9", "show received-routes", "ADDRESS|PREFIX", "198.51.100.9"},
        {"show received-routes 198.51.100.0/24 neighbor 192.0.2.1", "show received-routes", "neighbor", "192.0.2.1"},
        {"neighbor 192.0.2.1 down --message maintenance", "neighbor", "--message", "maintenance"},
        {"neighbor 192.0.2.1 --message --json down", "neighbor", "--message", "--json"},
        {"neighbor 192.0.2.1 down", "neighbor", "up|down|reset|refresh", "down"},
        {"check run web", "check run", "NAME", "web"},
        {"check run -- -web", "check run", "NAME", "-web"},
        {"config convert a.conf --to json", "config convert", "--to", "json"},
        {"run -c a.conf", "run", "-c", "a.conf"},
        {"show vip --help", "show vip", "--help", ""},
        {"show vip -h", "show vip", "--help", ""},
        {"--json help show vip", "show vip", "--help", ""},
        {"help show vip", "show vip", "--help", ""},
        {"status --watch", "status", "--watch", ""},
        {"status --watch --json", "status", "--watch", ""},
        {"status --watch 500ms", "status", "--watch", "500ms"},
        {"status --watch=500ms", "status", "--watch", "500ms"},
        {"show vip --watch 203.0.113.9", "show vip", "PREFIX", "203.0.113.9/32"},
        {"show vip 203.0.113.9 --watch 1m", "show vip", "--watch", "1m"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct invocation invocation;
        char error[512] = "";
        assert_int_equal(read_line(&invocation, rows[i].line, error, sizeof error), STATUS_DONE);
        assert_non_null(invocation.command);
        assert_string_equal(invocation.command->words, rows[i].words);
        const char *value = rows[i].name ? command_argument(&invocation, rows[i].name) : NULL;
        if (rows[i].value)
            assert_string_equal(value, rows[i].value);
        else
            assert_null(value);
    }
}

static void test_what_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *line, *error;
    } rows[] = {
        {"", "no command; see 'vipgate --help'"},
        {"stauts", "unknown command 'stauts'; did you mean 'status'?"},
        {"show vipz", "did you mean 'vips'"},
        {"show xyzzy", "unknown command 'show xyzzy'; see 'vipgate --help'"},
        {"show", "incomplete command; expected one of: neighbors, neighbor, advertised-routes"},
        {"show vip", "missing PREFIX; usage: vipgate show vip PREFIX"},
        {"show vip nonsense", "'nonsense' is not a prefix"},
        {"show vip 203.0.113.9 more", "unexpected argument 'more'; usage: vipgate show vip"},
        {"show neighbor", "missing ADDRESS"},
        {"show events --last", "--last requires a value"},
        {"show events --last many", "'many' is not a number"},
        {"show events --lats 3", "unknown option '--lats'; did you mean '--last'?"},
        {"show events --last 1 --last 2", "given more than once"},
        {"show vips --json=yes", "--json takes no value"},
        {"show received-routes neighbor", "neighbor requires a value"},
        {"neighbor 192.0.2.1", "missing up|down|reset|refresh"},
        {"neighbor 192.0.2.1 upp", "'upp' is not one of up|down|reset|refresh"},
        {"config convert a.conf", "missing --to"},
        {"config convert a.conf --to yaml", "'yaml' is not one of text|json|xml"},
        {"run", "missing -c; usage: vipgate run -c FILE"},
        {"--color blue status", "'blue' is not one of auto|always|never"},
        {"check run _", "'' is not a name"},
        {"status --watch=soon", "'soon' is not a duration"},
        {"version --watch", "unknown option '--watch'"},
        /* Not built yet, and not pretended. */
        {"drain all", "unknown command 'drain'"},
        {"restart bgpd", "unknown command 'restart'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct invocation invocation;
        char error[512] = "";
        assert_int_equal(read_line(&invocation, rows[i].line, error, sizeof error), STATUS_USAGE);
        assert_non_null(strstr(error, rows[i].error));
        assert_null(strchr(error, '\n'));
    }
}

static void test_long_words_are_only_unknown(void **state)
{
    (void)state;
    static char word[5000];
    char *words[] = {word, word};
    char error[512];
    struct invocation invocation;

    memset(word, 'x', sizeof word - 1);
    assert_int_equal(command_read(&invocation, 2, words, error, sizeof error), STATUS_USAGE);
    memcpy(word, "--", 2);
    assert_int_equal(command_read(&invocation, 2, words, error, sizeof error), STATUS_USAGE);
}

/* ---- help and completion ---- */

static char *help(const char *line)
{
    struct invocation invocation;
    char error[512], *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_int_equal(read_line(&invocation, line, error, sizeof error), STATUS_DONE);
    command_help(&invocation, file);
    fclose(file);
    return text;
}

static void test_help_names_every_command(void **state)
{
    (void)state;
    char *all = help("--help"), *show = help("show --help");

    for (const struct command *command = commands; command->words; command++) {
        char line[256], *one;
        snprintf(line, sizeof line, "\n  %s", command->words);
        assert_non_null(strstr(all, line));
        assert_int_equal(strstr(show, line) != NULL, strncmp(command->words, "show", 4) == 0);
        snprintf(line, sizeof line, "%s --help", command->words);
        one = help(line);
        assert_non_null(strstr(one, command->words));
        assert_non_null(strstr(one, command->syntax));
        assert_non_null(strstr(one, command->help));
        free(one);
    }
    free(all);
    free(show);
}

static void test_the_manual_names_every_command(void **state)
{
    (void)state;
    static char manual[65536];
    FILE *file = fopen(TEST_SOURCE_DIR "/../doc/man/vipgate.8", "r");

    assert_non_null(file);
    assert_true(fread(manual, 1, sizeof manual - 1, file) > 0);
    fclose(file);
    for (const struct command *command = commands; command->words; command++)
        assert_non_null(strstr(manual, command->words));
}

static void test_completion(void **state)
{
    (void)state;
    static const struct {
        const char *line, *candidates;
    } rows[] = {
        {"st", "status\n"},
        {"sh", "show\n"},
        {"config _", "check\nconvert\n"},
        {"show neighbo", "neighbors\nneighbor\n"},
        {"show vip _", "@vip\n"},
        {"show neighbor _", "@neighbor\n"},
        {"check run _", "@check\n"},
        {"show received-routes _", "neighbor\n@neighbor\n@vip\n--watch\n"},
        {"show received-routes neighbor _", "@neighbor\n"},
        {"show events --", "--last\n--follow\n--watch\n--json\n--color\n--help\n--version\n"},
        {"show events --follow --l", "--last\n"},
        {"neighbor 192.0.2.1 _", "up\ndown\nreset\nrefresh\n"},
        {"neighbor 192.0.2.1 down _", "--message\n"},
        {"neighbor 192.0.2.1 re", "reset\nrefresh\n"},
        {"config convert a.conf --to _", "text\njson\nxml\n"},
        {"--color a", "auto\nalways\n"},
        {"-S /tmp show vip", "vips\nvip\n"},
        {"nonsense _", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[256], *words[32], *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);
        strlcpy(line, rows[i].line, sizeof line);
        command_complete(split(line, words), words, file);
        fclose(file);
        assert_string_equal(text, rows[i].candidates);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_understood),
        cmocka_unit_test(test_what_is_not),
        cmocka_unit_test(test_long_words_are_only_unknown),
        cmocka_unit_test(test_help_names_every_command),
        cmocka_unit_test(test_the_manual_names_every_command),
        cmocka_unit_test(test_completion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
