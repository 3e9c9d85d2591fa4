#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/kinds/url.h"

#include <string.h>

static void test_what_is_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *to, *host, *path;
        uint16_t port;
    } rows[] = {
        {"http://192.0.2.1/", "192.0.2.1", "192.0.2.1", "/", 80},
        {"http://www.example.com", "www.example.com", "www.example.com", "/", 80},
        {"http://www.example.com.:8080/a/b?c=d#e", "www.example.com.", "www.example.com.:8080", "/a/b?c=d", 8080},
        {"http://www.example.com?c=d", "www.example.com", "www.example.com", "/?c=d", 80},
        {"http://h#f/x", "h", "h", "/", 80},
        {"http://h/@:x", "h", "h", "/@:x", 80},
        {"http://[2001:db8::1]/", "2001:db8::1", "[2001:db8::1]", "/", 80},
        {"http://[2001:db8::1]:8080/", "2001:db8::1", "[2001:db8::1]:8080", "/", 8080},
        {"http://[fe80::1%25eth0]:81/", "fe80::1%eth0", "[fe80::1]:81", "/", 81},
        {"http://[fe80::1%eth0]/", "fe80::1%eth0", "[fe80::1]", "/", 80},
        {"http://a_b-c.example/%41", "a_b-c.example", "a_b-c.example", "/%41", 80},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct url url;
        assert_null(url_parse(&url, rows[i].text, 80));
        assert_string_equal(url.target.host, rows[i].to);
        assert_int_equal(url.target.port, rows[i].port);
        assert_string_equal(url.host, rows[i].host);
        assert_string_equal(url.path, rows[i].path);
    }
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"http://h:99999/", "port must be a number"},
        {"http://h:0/", "port must be a number"},
        {"http://h:/", "port must be a number"},
        {"http://h:80x/", "port must be a number"},
        {"http://:80/", "host name is empty"},
        {"http:///x", "host name is empty"},
        {"http://me:hunter2@h/", "credentials are not allowed in the URL"},
        {"http://me@h/", "credentials are not allowed in the URL"},
        {"http://h/a\r\nX: y", "visible ASCII"},
        {"http://h/a b", "visible ASCII"},
        {"http://h/\x7f", "visible ASCII"},
        {"http://h/\xc3\xa4", "visible ASCII"},
        {"http://2001:db8::1/", "an IPv6 address must be in brackets"},
        {"http://[192.0.2.1]/", "only an IPv6 address may be in brackets"},
        {"http://[www.example.com]/", "only an IPv6 address may be in brackets"},
        {"http://[fe80::1%]/", "a zone (%eth0) is valid"},
        {"http://[fe80::1%25]/", "the zone of an IPv6 address is empty"},
        {"http://[2001:db8::1]x/", "expected :PORT after the address in brackets"},
        {"http://a..b/", "each label of a name"},
        {"http://.a/", "each label of a name"},
        {"http://a,b/", "neither a host name nor an address"},
        {"http://a%41/", "neither a host name nor an address"},
        {"http://0123456789012345678901234567890123456789012345678901234567890123.example/", "each label of a name"},
        {"h", "not of the form SCHEME://HOST/PATH"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct url url;
        const char *wrong = url_parse(&url, rows[i].text, 80);
        assert_non_null(wrong);
        if (strncmp(wrong, rows[i].words, strlen(rows[i].words)) != 0 && !strstr(wrong, rows[i].words))
            fail_msg("%s: %s", rows[i].text, wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_taken_apart),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
