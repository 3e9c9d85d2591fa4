/* What sockets are told to let through and to send: read back from the kernel. */
#include "bgpd/session/socket.h"

#include <linux/in6.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t length = sizeof value;
    assert_int_equal(getsockopt(fd, level, name, &value, &length), 0);
    return value;
}

/* HOPS 0: no GTSM, sent with TTL. */
static const struct row {
    uint8_t hops, ttl;
    int minimum, sent;
} rows[] = {{1, 1, 255, 255}, {2, 1, 254, 255}, {64, 1, 192, 255}, {254, 1, 2, 255}, {0, 1, 0, 1}, {0, 64, 0, 64}};

static void expect(const char *remote, int level, int minimum_option, int ttl_option)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct neighbor_config options = {.ttl = rows[i].ttl, .ttl_security = rows[i].hops};
        char error[128] = "";
        assert_true(address_parse(&options.address, remote));
        int fd = socket(options.address.family == FAMILY_IPV4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(fd >= 0);
        if (!socket_prepare(fd, &options, error, sizeof error))
            fail_msg("%s", error);
        if (option(fd, level, minimum_option) != rows[i].minimum)
            fail_msg("%s, %u hops: minimum %d", remote, rows[i].hops, option(fd, level, minimum_option));
        assert_int_equal(option(fd, level, ttl_option), rows[i].sent);
        close(fd);
    }
}

/* RFC 5082: a neighbor so many hops away has passed one router less. */
static void test_ttl_security(void **state)
{
    (void)state;
    expect("192.0.2.1", IPPROTO_IP, IP_MINTTL, IP_TTL);
    expect("2001:db8::1", IPPROTO_IPV6, IPV6_MINHOPCOUNT, IPV6_UNICAST_HOPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ttl_security),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
