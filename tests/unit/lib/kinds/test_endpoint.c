#include "lib/kinds/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LABEL_60 "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
#define LABEL    LABEL_60 "ccc"

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint16_t default_port;
        const char *host; /* NULL: refused */
        uint16_t port;
    } rows[] = {
        {"192.0.2.1:80", 0, "192.0.2.1", 80},
        {"www.example.com:65535", 0, "www.example.com", 65535},
        {"[2001:db8::1]:443", 0, "2001:db8::1", 443},
        {"192.0.2.53", 53, "192.0.2.53", 53},
        {"192.0.2.53:5353", 53, "192.0.2.53", 5353},
        {"2001:db8::53", 53, "2001:db8::53", 53},
        {"[2001:db8::53]", 53, "2001:db8::53", 53},
        {"[2001:db8::53]:5353", 53, "2001:db8::53", 5353},
        {"192.0.2.1", 0, NULL, 0},
        {"192.0.2.1:0", 0, NULL, 0},
        {"192.0.2.1:65536", 0, NULL, 0},
        {"192.0.2.1:", 0, NULL, 0},
        {"192.0.2.1:http", 0, NULL, 0},
        {":80", 0, NULL, 0},
        {"2001:db8::1:80", 0, NULL, 0},
        {"[2001:db8::1", 0, NULL, 0},
        {"[2001:db8::1]80", 0, NULL, 0},
        {"[fe80::1%eth0]:80", 0, "fe80::1%eth0", 80},
        {"[2001:db8::1%eth0]:80", 0, NULL, 0},
        {"[fe80::1%]:80", 0, NULL, 0},
        {"[192.0.2.1]:80", 0, NULL, 0},
        {"[www.example.com]:80", 0, NULL, 0},
        {"[:]:80", 0, NULL, 0},
        {"localhost.:80", 0, "localhost.", 80},
        {"_sip.example.com:80", 0, "_sip.example.com", 80},
        {"a..b:80", 0, NULL, 0},
        {".a:80", 0, NULL, 0},
        {"a b:80", 0, NULL, 0},
        {"192.0.2.300:80", 0, NULL, 0},
        {"192.0.2:80", 0, NULL, 0},
        {"1.example:80", 0, "1.example", 80},
        {LABEL "." LABEL "." LABEL "." LABEL_60 ":80", 0, LABEL "." LABEL "." LABEL "." LABEL_60, 80},
        {LABEL "." LABEL "." LABEL "." LABEL_60 "aa:80", 0, NULL, 0},
        {LABEL "a:80", 0, NULL, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct endpoint endpoint = {0};
        const char *wrong = endpoint_parse(&endpoint, rows[i].text, rows[i].default_port);
        assert_int_equal(!wrong, rows[i].host != NULL);
        if (wrong)
            continue;
        assert_string_equal(endpoint.host, rows[i].host);
        assert_int_equal(endpoint.port, rows[i].port);
    }
}

static void test_format(void **state)
{
    (void)state;
    char text[ENDPOINT_TEXT_SIZE];

    endpoint_format(&(struct endpoint){.host = "192.0.2.1", .port = 80}, text, sizeof text);
    assert_string_equal(text, "192.0.2.1:80");
    endpoint_format(&(struct endpoint){.host = "2001:db8::1", .port = 80}, text, sizeof text);
    assert_string_equal(text, "[2001:db8::1]:80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parse), cmocka_unit_test(test_format)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
