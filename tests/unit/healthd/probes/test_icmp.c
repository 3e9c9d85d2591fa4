#include "tests/unit/healthd/probes/probe_stage.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void run_against(const char *target, const char *detail)
{
    struct stage stage;
    char json[64];

    snprintf(json, sizeof json, "{\"target\":\"%s\"}", target);
    stage_open(&stage, "icmp", json);
    for (int i = 0; i < 3; i++) {
        const struct probe_result *result = stage_run(&stage);
        if (may_send_echo()) {
            assert_int_equal(result->outcome, OUTCOME_OK);
            assert_non_null(strstr(result->detail, detail));
        } else {
            assert_int_equal(result->outcome, OUTCOME_UNABLE);
            assert_non_null(strstr(result->detail, "ping_group_range"));
        }
    }
    stage_close(&stage);
}

static void test_loopback_replies(void **state)
{
    (void)state;
    run_against("127.0.0.1", "127.0.0.1 replied");
    run_against("localhost", "1 replied"); /* 127.0.0.1 or ::1, as this machine's hosts file has it */
}

static void test_two_at_once_take_their_own_replies(void **state)
{
    (void)state;
    struct stage first, second;

    stage_open(&first, "icmp", "{\"target\":\"127.0.0.1\"}");
    stage_open(&second, "icmp", "{\"target\":\"127.0.0.2\"}");
    probe_start(first.probe);
    probe_start(second.probe);
    stage_wait(&second, &second.finished, 0);
    stage_wait(&first, &first.finished, 0);
    if (may_send_echo()) {
        assert_string_equal(first.probe->result.detail, "127.0.0.1 replied");
        assert_string_equal(second.probe->result.detail, "127.0.0.2 replied");
    }
    stage_close(&second);
    stage_close(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loopback_replies),
        cmocka_unit_test(test_two_at_once_take_their_own_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
