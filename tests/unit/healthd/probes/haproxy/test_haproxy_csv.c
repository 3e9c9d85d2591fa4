#include "healthd/probes/haproxy/haproxy_csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER      "# pxname,svname,qcur,status,weight,type,\n"
#define ROW(status) "back,w,0," status ",1,2,\n"
#define BACKEND     "back,BACKEND,0,UP,1,1,\n"

static bool read_all(struct haproxy_csv *csv, const char *text, const char *server)
{
    haproxy_csv_begin(csv, "back", server);
    haproxy_csv_feed(csv, text, strlen(text));
    return haproxy_csv_end(csv);
}

static void test_each_status_is_one_of_four(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        unsigned up, down, draining, maintenance;
    } rows[] = {
        {"UP", 1, 0, 0, 0},
        {"UP 1/3", 1, 0, 0, 0}, /* failing, but HAProxy still uses it */
        {"no check", 1, 0, 0, 0},
        {"DOWN", 0, 1, 0, 0},
        {"DOWN 1/2", 0, 1, 0, 0},
        {"DOWN (agent)", 0, 1, 0, 0},
        {"DRAIN", 0, 0, 1, 0},
        {"DRAIN (agent)", 0, 0, 1, 0},
        {"NOLB", 0, 0, 1, 0},
        {"NOLB 1/2", 0, 0, 1, 0},
        {"MAINT", 0, 0, 0, 1},
        {"MAINT (via other/web1)", 0, 0, 0, 1},
        {"MAINT (resolution)", 0, 0, 0, 1},
        {"UPSIDE", 0, 1, 0, 0}, /* a word we do not know is not UP */
        {"", 0, 1, 0, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct haproxy_csv csv;
        char text[256] = HEADER "back,w,0,";
        strcat(strcat(text, rows[i].status), ",1,2,\n" BACKEND "\n");
        assert_true(read_all(&csv, text, NULL));
        assert_int_equal(csv.active.usable, rows[i].up);
        assert_int_equal(csv.active.down, rows[i].down);
        assert_int_equal(csv.active.draining, rows[i].draining);
        assert_int_equal(csv.active.maintenance, rows[i].maintenance);
    }
}

static void test_only_servers_of_the_backend_count(void **state)
{
    (void)state;
    struct haproxy_csv csv;
    static const char text[] = HEADER "back,FRONTEND,,OPEN,,0,\n"
                                      "back,sock-1,,OPEN,,3,\n"
                                      "back,w1,0,UP,1,2,\n"
                                      "back,w2,0,DOWN,1,2,\n"
                                      "back,BACKEND,0,UP,1,1,\n"
                                      "backup,w1,0,UP,1,2,\n"
                                      "backup,BACKEND,0,UP,1,1,\n\n";

    assert_true(read_all(&csv, text, NULL));
    assert_true(csv.backend_seen);
    assert_int_equal(haproxy_csv_up(&csv), 1);
    assert_int_equal(csv.active.down, 1);
    assert_true(read_all(&csv, text, "w2"));
    assert_int_equal(haproxy_csv_up(&csv), 0);
    assert_int_equal(csv.active.down, 1);
}

/* Rows as HAProxy 2.6 writes them: what it sends traffic to is up, and nothing else. */
static void test_what_gets_no_traffic_is_not_up(void **state)
{
    (void)state;
#define FULL           "# pxname,svname,status,weight,act,bck,type,\n"
#define ACTIVE(status) "back,a," status ",1,0,2,\n"
#define BACKUP(status) "back,k," status ",0,1,2,\n"
#define WHOLE(status)  "back,BACKEND," status ",1,1,1,\n"
    static const struct {
        const char *text;
        unsigned up, servers, standing_in;
    } rows[] = {
        {ACTIVE("no check,1") ACTIVE("no check,0") WHOLE("UP,1"), 1, 2, 0}, /* weight 0 */
        {ACTIVE("UP,0") WHOLE("DOWN,0"), 0, 1, 0},
        {ACTIVE("UP,1") WHOLE("DOWN,0"), 0, 1, 0}, /* HAProxy has the last word */
        {ACTIVE("UP,1") BACKUP("UP,1") WHOLE("UP,1"), 1, 1, 0},
        {ACTIVE("DOWN,1") ACTIVE("UP,1") BACKUP("UP,1") WHOLE("UP,1"), 1, 2, 0},
        {ACTIVE("DOWN,1") ACTIVE("MAINT,1") BACKUP("UP,1") BACKUP("UP,1") WHOLE("UP,1"), 1, 2, 1},
        {ACTIVE("DOWN,1") ACTIVE("MAINT,1") BACKUP("UP,1") BACKUP("UP,1") WHOLE("UP,2"), 2, 2, 2}, /* allbackups */
        {ACTIVE("DOWN,1") BACKUP("UP,10") BACKUP("UP,3") WHOLE("UP,13"), 2, 1, 2},
        {ACTIVE("DOWN,1") BACKUP("DOWN,1") BACKUP("UP,0") WHOLE("DOWN,0"), 0, 1, 0},
        {BACKUP("UP,1") BACKUP("UP,1") WHOLE("UP,1"), 1, 2, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct haproxy_csv csv;
        char text[512] = FULL;
        assert_true(read_all(&csv, strcat(text, rows[i].text), NULL));
        assert_int_equal(haproxy_csv_up(&csv), rows[i].up);
        assert_int_equal(haproxy_csv_servers(&csv), rows[i].servers);
        assert_int_equal(haproxy_csv_standing_in(&csv), rows[i].standing_in);
    }
}

static void test_a_backup_server_by_its_name(void **state)
{
    (void)state;
    struct haproxy_csv csv;

    assert_true(read_all(&csv, FULL ACTIVE("UP,1") BACKUP("UP,1") WHOLE("UP,1"), "k"));
    assert_int_equal(haproxy_csv_up(&csv), 1);
    assert_int_equal(haproxy_csv_servers(&csv), 1);
    assert_true(read_all(&csv, FULL ACTIVE("UP,1") BACKUP("UP,0") WHOLE("UP,1"), "k"));
    assert_int_equal(haproxy_csv_up(&csv), 0);
}

static void test_what_is_missing_is_told_with_what_is_there(void **state)
{
    (void)state;
    struct haproxy_csv csv;
    static const char others[] = HEADER "one,BACKEND,0,UP,1,1,\ntwo,BACKEND,0,UP,1,1,\nback,FRONTEND,,OPEN,,0,\n\n";

    assert_true(read_all(&csv, others, NULL));
    assert_false(csv.backend_seen);
    assert_string_equal(csv.backends, "one, two");

    assert_true(read_all(&csv, HEADER ROW("UP") BACKEND "\n", "web9"));
    assert_true(csv.backend_seen);
    assert_int_equal(haproxy_csv_servers(&csv), 0);
    assert_string_equal(csv.servers, "w");

    assert_true(read_all(&csv, HEADER BACKEND "\n", NULL));
    assert_true(csv.backend_seen);
    assert_int_equal(haproxy_csv_servers(&csv), 0);
}

static void test_columns_are_found_by_name(void **state)
{
    (void)state;
    struct haproxy_csv csv;

    assert_true(read_all(&csv, "# type,status,x,svname,pxname\n2,UP,,w,back\n1,UP,,BACKEND,back\n", NULL));
    assert_int_equal(haproxy_csv_up(&csv), 1);
    /* Without a type the names tell. */
    assert_true(read_all(&csv, "# pxname,svname,status\nback,FRONTEND,OPEN\nback,w,UP\nback,BACKEND,UP\n", NULL));
    assert_int_equal(haproxy_csv_up(&csv), 1);
    assert_int_equal(haproxy_csv_servers(&csv), 1);
}

static void test_quoted_fields(void **state)
{
    (void)state;
    struct haproxy_csv csv;

    assert_true(read_all(&csv, "# pxname,svname,desc,status,type,\nback,\"w,1\",\"a \"\"b\"\",\nc\",UP,2,\n", "w,1"));
    assert_int_equal(haproxy_csv_up(&csv), 1);
}

static void test_unsound_answers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"", "HAProxy closed without a response"},
        {"Unknown command: 'show stat'\n\n", "unexpected response to show stat: "},
        {"Permission denied", "unexpected response to show stat: "},
        {"# pxname,svname,qcur\n", "unexpected response to show stat: "},
        {"# pxname,svname,sta", "unexpected response to show stat: "},
        {HEADER ROW("UP") "back,w", "response ends in the middle of a line"},
        {HEADER "back,w,0,\"UP\n", "response ends in the middle of a line"},
        {HEADER ROW("UP") "back,w\n", "response line with too few fields"},
        {HEADER "half\n", "response line with too few fields"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct haproxy_csv csv;
        assert_false(read_all(&csv, rows[i].text, NULL));
        assert_string_equal(csv.error, rows[i].error);
        assert_int_equal(csv.said[0] != '\0', strstr(rows[i].error, "show stat") != NULL);
    }
}

static void test_rows_have_an_end(void **state)
{
    (void)state;
    struct haproxy_csv csv;
    char *text = malloc(HAPROXY_CSV_ROW_MAX + 1);

    memset(text, 'x', HAPROXY_CSV_ROW_MAX + 1);
    haproxy_csv_begin(&csv, "back", NULL);
    assert_true(haproxy_csv_feed(&csv, HEADER, strlen(HEADER)));
    assert_true(haproxy_csv_feed(&csv, text, HAPROXY_CSV_ROW_MAX));
    assert_false(haproxy_csv_feed(&csv, text, 1));
    assert_string_equal(csv.error, "response line too long");

    haproxy_csv_begin(&csv, "back", NULL);
    assert_false(haproxy_csv_feed(&csv, text, HAPROXY_CSV_ROW_MAX + 1));
    assert_string_equal(csv.error, "unexpected response to show stat: ");
    assert_int_equal(strlen(csv.said), sizeof csv.said - 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_status_is_one_of_four),
        cmocka_unit_test(test_only_servers_of_the_backend_count),
        cmocka_unit_test(test_what_gets_no_traffic_is_not_up),
        cmocka_unit_test(test_a_backup_server_by_its_name),
        cmocka_unit_test(test_what_is_missing_is_told_with_what_is_there),
        cmocka_unit_test(test_columns_are_found_by_name),
        cmocka_unit_test(test_quoted_fields),
        cmocka_unit_test(test_unsound_answers),
        cmocka_unit_test(test_rows_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
