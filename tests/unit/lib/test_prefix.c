#include "lib/prefix.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* What TEXT reads as, written again; "-" where it is no address. */
static void test_addresses(void **state)
{
    static const struct {
        const char *text, *written;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"255.255.255.255", "255.255.255.255"},
        {"2001:DB8::1", "2001:db8::1"},
        {"fe80::1", "fe80::1"},
        {"fe80::1%lo", "fe80::1%lo"},
        {"febf::1%lo", "febf::1%lo"},
        {"", "-"},
        {"192.0.2", "-"},
        {"192.0.2.256", "-"},
        {"2001:db8::g", "-"},
        {"fe80::1%", "-"},
        {"fe80::1%no-such-link", "-"},
        {"2001:db8::1%lo", "-"}, /* a scope belongs to a link-local address */
        {"192.0.2.1%lo", "-"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct address address;
        char written[ADDRESS_TEXT_SIZE] = "-";
        if (address_parse(&address, rows[i].text))
            address_format(&address, written);
        if (strcmp(written, rows[i].written) != 0)
            fail_msg("%s: %s instead of %s", rows[i].text, written, rows[i].written);
    }
}

/* Each row is before those that follow. */
static void test_prefixes_in_order(void **state)
{
    static const char *const rows[] = {
        "0.0.0.0/0", "192.0.2.0/24",  "192.0.2.0/25",   "192.0.2.1/32",   "192.0.2.128/25",  "203.0.113.9/32",
        "::/0",      "2001:db8::/32", "2001:db8::/127", "2001:db8::/128", "2001:db8::1/128",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prefix prefix, other;
        char written[PREFIX_TEXT_SIZE];
        assert_true(prefix_parse(&prefix, rows[i]));
        assert_string_equal(prefix_format(&prefix, written), rows[i]);
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            assert_true(prefix_parse(&other, rows[k]));
            int order = prefix_compare(&prefix, &other);
            if ((order < 0) != (i < k) || (order == 0) != (i == k))
                fail_msg("%s and %s: %d", rows[i], rows[k], order);
        }
    }
}

static void test_what_is_no_prefix(void **state)
{
    static const char *const rows[] = {
        "",
        "/",
        "192.0.2.0/",
        "192.0.2.0/33",
        "192.0.2.0/+24",
        "192.0.2.0/ 24",
        "192.0.2.0/24x",
        "192.0.2.1/31", /* host bits */
        "192.0.2.128/24",
        "2001:db8::/129",
        "2001:db8::1/127",
        "2001:db8::1:0/111",
        "fe80::1%lo/128",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee", /* longer than any address */
    };
    struct prefix prefix;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (prefix_parse(&prefix, rows[i]))
            fail_msg("%s is a prefix", rows[i]);
    }
}

static void test_covers(void **state)
{
    static const struct {
        const char *outer, *inner;
        bool covers;
    } rows[] = {
        {"0.0.0.0/0", "192.0.2.1", true},           {"192.0.2.0/24", "192.0.2.0/24", true},
        {"192.0.2.0/24", "192.0.2.255", true},      {"192.0.2.0/24", "192.0.3.0/24", false},
        {"192.0.2.0/25", "192.0.2.0/24", false},    {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.128/25", "192.0.2.127", false},   {"192.0.2.4/31", "192.0.2.5", true},
        {"192.0.2.4/31", "192.0.2.6", false},       {"::/0", "192.0.2.1", false},
        {"2001:db8::/33", "2001:db8:7fff::", true}, {"2001:db8::/33", "2001:db8:8000::", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prefix outer, inner;
        assert_true(prefix_parse(&outer, rows[i].outer) && prefix_parse(&inner, rows[i].inner));
        if (prefix_covers(&outer, &inner) != rows[i].covers)
            fail_msg("%s and %s", rows[i].outer, rows[i].inner);
        assert_int_equal(prefix_is_host(&inner), !strchr(rows[i].inner, '/'));
    }
}

/* To a socket address and back; what the kernel says of an IPv4 peer on an IPv6 socket is IPv4. */
static void test_socket_addresses(void **state)
{
    static const char *const rows[] = {"192.0.2.1", "2001:db8::1", "fe80::1%lo"};
    struct sockaddr_storage storage;
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = htons(179), .sin6_scope_id = 1};
    struct address address, again;
    char written[ADDRESS_TEXT_SIZE];
    uint16_t port;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(address_parse(&address, rows[i]));
        socklen_t size = address_to_socket(&address, 179, &storage);
        assert_int_equal(size, i == 0 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
        again = address_from_socket((struct sockaddr *)&storage, &port);
        if (!address_equal(&address, &again) || port != 179)
            fail_msg("%s: %s port %u", rows[i], address_format(&again, written), port);
    }
    memcpy(&mapped.sin6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
    again = address_from_socket((struct sockaddr *)&mapped, NULL);
    assert_string_equal(address_format(&again, written), "192.0.2.1");
    assert_int_equal(again.scope, 0);
    storage.ss_family = AF_UNIX;
    again = address_from_socket((struct sockaddr *)&storage, &port);
    assert_int_equal(again.family, FAMILY_NONE);
    assert_string_equal(address_format(&again, written), "-");
    assert_int_equal(port, 0);
}

static void test_what_an_address_is(void **state)
{
    static const struct {
        const char *text;
        bool unspecified, link_local;
    } rows[] = {
        {"0.0.0.0", true, false},  {"0.0.0.1", false, false},     {"::", true, false},       {"::1", false, false},
        {"fe80::", false, true},   {"febf::1", false, true},      {"fec0::1", false, false}, {"fe7f::1", false, false},
        {"ff80::1", false, false}, {"254.128.0.1", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct address address;
        assert_true(address_parse(&address, rows[i].text));
        if (address_is_unspecified(&address) != rows[i].unspecified ||
            address_is_link_local(&address) != rows[i].link_local)
            fail_msg("%s", rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),         cmocka_unit_test(test_prefixes_in_order),
        cmocka_unit_test(test_what_is_no_prefix), cmocka_unit_test(test_covers),
        cmocka_unit_test(test_socket_addresses),  cmocka_unit_test(test_what_an_address_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
