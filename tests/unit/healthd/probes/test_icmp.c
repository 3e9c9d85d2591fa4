#include "tests/unit/healthd/harness.h"

/* Whether the kernel lets this process send echos, by either way. */
static bool may_send_echo(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);

    if (fd < 0)
        fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void expect_reply(const struct probe_result *result, const char *words)
{
    if (may_send_echo())
        assert_result(result, OUTCOME_OK, REASON_NONE, words);
    else
        assert_result(result, OUTCOME_UNABLE, REASON_NO_PERMISSION, "ping_group_range");
}

static void test_loopback_replies(void **state)
{
    (void)state;
    static const struct {
        const char *target, *words;
    } rows[] = {
        {"127.0.0.1", "127.0.0.1: replied"},
        {"localhost", "1: replied"}, /* 127.0.0.1 or ::1, as this machine's hosts file has it */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct harness harness;
        harness_open(&harness, "\"icmp\":{\"target\":\"%s\"}", rows[i].target);
        for (int run = 0; run < 3; run++)
            expect_reply(harness_run(&harness), rows[i].words);
        harness_close(&harness);
    }
}

static void test_two_at_once_take_their_own_replies(void **state)
{
    (void)state;
    struct harness first, second;

    harness_open(&first, "\"icmp\":{\"target\":\"127.0.0.1\"}");
    harness_open(&second, "\"icmp\":{\"target\":\"127.0.0.2\"}");
    probe_start(first.probe);
    probe_start(second.probe);
    HARNESS_UNTIL(&second, second.finished);
    HARNESS_UNTIL(&first, first.finished);
    expect_reply(&first.probe->result, "127.0.0.1: replied");
    expect_reply(&second.probe->result, "127.0.0.2: replied");
    harness_close(&second);
    harness_close(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loopback_replies),
        cmocka_unit_test(test_two_at_once_take_their_own_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
