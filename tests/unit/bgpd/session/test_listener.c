/* A listener that is out of descriptors: the connection waits, and the loop does not turn for nothing meanwhile. */
#include "puppet.h"
#include "shifted_clock.h"

#include <sys/resource.h>

static struct puppet puppet;
static struct rlimit usual;

/* No further descriptor from now on. */
static void use_up_descriptors(void)
{
    int next = dup(STDERR_FILENO);
    assert_true(next >= 0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    struct rlimit full = {.rlim_cur = (rlim_t)next, .rlim_max = usual.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &full), 0);
}

static void test_out_of_descriptors(void **state)
{
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    enum { TURNS = 100 };
    struct pair *pair = *state;
    size_t size;
    clock_stop(); /* the pause does not end by itself */
    puppet_connect(&puppet, pair, 0);
    use_up_descriptors();
    for (unsigned i = 0; i < TURNS; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    assert_int_equal(uv_backend_timeout(&pair->loop), 500);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    for (unsigned i = 0; i < TURNS; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    assert_int_equal(pair_status(&pair->a).sent.open, 0); /* nobody looks until the pause is over */
    clock_advance(500);
    clock_go();
    puppet_expect(&puppet, MESSAGE_OPEN, body, &size);
    puppet_close(&puppet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_out_of_descriptors, puppet_setup, pair_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
