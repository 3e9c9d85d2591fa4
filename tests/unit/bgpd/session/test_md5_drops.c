#include "bgpd/session/md5_drops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_read(void **state)
{
    (void)state;
    struct md5_drops drops;
    assert_true(md5_drops_parse("TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure TCPLast\n"
                                "TcpExt: 9 1 2 18446744073709551615 8\n"
                                "IpExt: InNoRoutes\nIpExt: 7\n",
                                &drops));
    assert_int_equal(drops.missing, 1);
    assert_int_equal(drops.unexpected, 2);
    assert_true(drops.wrong == UINT64_MAX);
}

static void test_not_what_it_should_be(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "TcpExt:",
        "TcpExt: TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure\n",
        "TcpExt: TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure\nTcpExt: 1 2\n",
        "TcpExt: TCPMD5NotFound TCPMD5Unexpected\nTcpExt: 1 2\n",
        "IpExt: TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure\nIpExt: 1 2 3\n",
    };
    struct md5_drops drops;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (md5_drops_parse(texts[i], &drops))
            fail_msg("%s", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_not_what_it_should_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
