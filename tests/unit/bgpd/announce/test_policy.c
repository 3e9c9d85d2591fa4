#include "bgpd/announce/policy.h"

#include <bsd/string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct path_attributes primary = {.prepend = 0}, secondary = {.prepend = 2};

static const struct profile_config profiles[] = {{"primary", &primary}, {"secondary", &secondary}};
static const struct vip_config plain = {.profile = &profiles[0]};
static const struct vip_config graded = {.profile = &profiles[0], .degraded_profile = &profiles[1]};

/* One step of a story: at AT_MS the gate is GATE, and the VIP is then STATE. Gate letters: U up, G degraded, D down,
 * P pending, L lost. */
struct step {
    uint64_t at_ms;
    char gate;
    enum vip_state state;
};

static struct gate_result gate_of(char letter)
{
    static const char letters[] = "PUGDL";
    struct gate_result gate = {.standing = (enum gate_standing)(strchr(letters, letter) - letters),
                               .healthy_percent = 100};

    gate.degraded = gate.standing == GATE_DEGRADED;
    snprintf(gate.reason, sizeof gate.reason, "gate %c", letter);
    return gate;
}

static void run(const struct vip_config *vip, const struct step *steps, size_t count)
{
    struct vip_memory memory = {0};

    for (size_t i = 0; i < count; i++) {
        struct gate_result gate = gate_of(steps[i].gate);
        struct vip_decision decision;
        policy_decide(&memory, vip, &gate, steps[i].at_ms, &decision);
        if (decision.state != steps[i].state)
            fail_msg("step %zu at %llu ms: %s instead of %s (%s)", i, (unsigned long long)steps[i].at_ms,
                     vip_state_name(decision.state), vip_state_name(steps[i].state), decision.reason);
        assert_int_equal(decision.profile != NULL, decision.state == VIP_ANNOUNCED || decision.state == VIP_DEGRADED);
        if (decision.profile)
            assert_ptr_equal(decision.profile, decision.state == VIP_DEGRADED ? vip->degraded_profile : vip->profile);
    }
}

#define RUN(vip, ...)                                                                                                  \
    do {                                                                                                               \
        const struct step story[] = {__VA_ARGS__};                                                                     \
        run(vip, story, sizeof story / sizeof *story);                                                                 \
    } while (0)

static void test_follows_its_gate(void **state)
{
    (void)state;
    RUN(&plain, {0, 'P', VIP_PENDING}, {10, 'U', VIP_ANNOUNCED}, {20, 'D', VIP_WITHDRAWN}, {30, 'U', VIP_ANNOUNCED});
    RUN(&plain, {0, 'P', VIP_PENDING}, {10, 'D', VIP_WITHDRAWN}, {20, 'U', VIP_ANNOUNCED});
    RUN(&graded, {0, 'G', VIP_DEGRADED}, {1, 'U', VIP_ANNOUNCED}, {2, 'G', VIP_DEGRADED}, {3, 'D', VIP_WITHDRAWN});
    /* Without a degraded profile, degraded is as down. */
    RUN(&plain, {0, 'U', VIP_ANNOUNCED}, {1, 'G', VIP_WITHDRAWN}, {2, 'U', VIP_ANNOUNCED});
}

/* For the hysteresis of the gate: as it was when it was last known. */
static void test_remembers_whether_the_gate_was_degraded(void **state)
{
    static const char gates[] = "UGPLGUDG";
    static const bool degraded[] = {false, true, true, true, true, false, false, true};
    struct vip_memory memory = {0};

    (void)state;
    for (size_t i = 0; gates[i]; i++) {
        struct gate_result gate = gate_of(gates[i]);
        struct vip_decision decision;
        policy_decide(&memory, &graded, &gate, i, &decision);
        assert_int_equal(memory.gate_degraded, degraded[i]);
    }
}

static void test_stays_while_the_gate_is_pending(void **state)
{
    (void)state;
    RUN(&graded, {0, 'U', VIP_ANNOUNCED}, {1, 'P', VIP_ANNOUNCED}, {2, 'U', VIP_ANNOUNCED});
    RUN(&graded, {0, 'G', VIP_DEGRADED}, {1, 'P', VIP_DEGRADED}, {2, 'D', VIP_WITHDRAWN}, {3, 'P', VIP_WITHDRAWN});
}

static void test_on_health_loss(void **state)
{
    (void)state;
    struct vip_config vip = graded;

    vip.on_health_loss = HEALTH_LOSS_WITHDRAW;
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {1, 'L', VIP_WITHDRAWN}, {2, 'P', VIP_WITHDRAWN}, {3, 'U', VIP_ANNOUNCED});
    vip.on_health_loss = HEALTH_LOSS_HOLD;
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {1, 'L', VIP_ANNOUNCED}, {2, 'P', VIP_ANNOUNCED}, {3, 'D', VIP_WITHDRAWN});
    RUN(&vip, {0, 'G', VIP_DEGRADED}, {1, 'L', VIP_DEGRADED});
    vip.on_health_loss = HEALTH_LOSS_DEGRADE;
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {1, 'L', VIP_DEGRADED}, {2, 'P', VIP_DEGRADED}, {3, 'U', VIP_ANNOUNCED});
    vip.degraded_profile = NULL;
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {1, 'L', VIP_WITHDRAWN});
}

static void test_health_loss_never_announces(void **state)
{
    (void)state;
    for (int loss = HEALTH_LOSS_WITHDRAW; loss <= HEALTH_LOSS_HOLD; loss++) {
        struct vip_config vip = graded;
        vip.on_health_loss = (enum health_loss)loss;
        RUN(&vip, {0, 'P', VIP_PENDING}, {1, 'L', VIP_WITHDRAWN}, {2, 'P', VIP_WITHDRAWN}, {3, 'U', VIP_ANNOUNCED});
        RUN(&vip, {0, 'D', VIP_WITHDRAWN}, {1, 'L', VIP_WITHDRAWN});
    }
}

static void test_hold_down(void **state)
{
    (void)state;
    struct vip_config vip = graded;

    vip.hold_down_ms = 1000;
    /* Not at the first start; nor after a start without a health daemon. */
    RUN(&vip, {0, 'P', VIP_PENDING}, {1, 'U', VIP_ANNOUNCED});
    RUN(&vip, {0, 'L', VIP_WITHDRAWN}, {1, 'U', VIP_ANNOUNCED});
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {10, 'D', VIP_WITHDRAWN}, {20, 'U', VIP_WITHDRAWN}, {1019, 'U', VIP_WITHDRAWN},
        {1020, 'U', VIP_ANNOUNCED});
    RUN(&vip, {0, 'D', VIP_WITHDRAWN}, {20, 'U', VIP_WITHDRAWN}, {1020, 'G', VIP_DEGRADED});
    /* Down in between: it begins again. Degraded and back is healthy all the time, and never held. */
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {10, 'D', VIP_WITHDRAWN}, {20, 'U', VIP_WITHDRAWN}, {900, 'D', VIP_WITHDRAWN},
        {910, 'G', VIP_WITHDRAWN}, {1909, 'U', VIP_WITHDRAWN}, {1910, 'U', VIP_ANNOUNCED}, {1911, 'G', VIP_DEGRADED},
        {1912, 'U', VIP_ANNOUNCED});
    /* A loss of health in between: it begins again too. */
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {10, 'L', VIP_WITHDRAWN}, {20, 'U', VIP_WITHDRAWN}, {1020, 'U', VIP_ANNOUNCED});
}

static void test_damping(void **state)
{
    (void)state;
    struct vip_config vip = plain;

    vip.damping = (struct damping_config){.enabled = true, .half_life_ms = 1000, .suppress = 1900, .reuse = 1000};
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {1, 'D', VIP_WITHDRAWN}, {2, 'U', VIP_ANNOUNCED}, {3, 'D', VIP_WITHDRAWN},
        /* 1999 at 3 ms: under 1000 one half-life later. */
        {4, 'U', VIP_WITHDRAWN}, {1000, 'U', VIP_WITHDRAWN}, {1003, 'U', VIP_ANNOUNCED});
    /* It flaps on while it is suppressed, and is for longer. */
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {1, 'D', VIP_WITHDRAWN}, {2, 'U', VIP_ANNOUNCED}, {3, 'D', VIP_WITHDRAWN},
        {4, 'U', VIP_WITHDRAWN}, {5, 'D', VIP_WITHDRAWN}, {6, 'U', VIP_WITHDRAWN}, {1500, 'U', VIP_WITHDRAWN},
        {2000, 'U', VIP_ANNOUNCED});
    /* A loss of health is no flap. */
    RUN(&vip, {0, 'U', VIP_ANNOUNCED}, {1, 'L', VIP_WITHDRAWN}, {2, 'U', VIP_ANNOUNCED}, {3, 'L', VIP_WITHDRAWN},
        {4, 'U', VIP_ANNOUNCED});
}

static void decide(struct vip_memory *memory, const struct vip_config *vip, char letter, uint64_t now_ms,
                   struct vip_decision *decision)
{
    struct gate_result gate = gate_of(letter);

    policy_decide(memory, vip, &gate, now_ms, decision);
}

static void test_reason_and_next_look(void **state)
{
    (void)state;
    struct vip_config vip = plain;
    struct vip_memory memory = {0};
    struct vip_decision decision;

    vip.hold_down_ms = 30000;
    decide(&memory, &vip, 'U', 5, &decision);
    assert_string_equal(decision.reason, "gate U");
    assert_true(decision.next_ms == POLICY_NEVER);
    decide(&memory, &vip, 'L', 6, &decision);
    assert_string_equal(decision.reason, "on-health-loss withdraw: gate L");
    decide(&memory, &vip, 'U', 7, &decision);
    assert_string_equal(decision.reason, "healthy for less than the hold-down of 30s: gate U");
    assert_int_equal(decision.next_ms, 30007);
    decide(&memory, &vip, 'U', 30007, &decision);
    assert_int_equal(decision.state, VIP_ANNOUNCED);
    decide(&memory, &vip, 'P', 30008, &decision);
    assert_string_equal(decision.reason, "unchanged: gate P");
    decide(&memory, &vip, 'G', 30009, &decision);
    assert_string_equal(decision.reason, "no degraded-profile configured: gate G");
}

/* xorshift32: the same sequences in each run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* What holds after any step of any story. */
static void check_step(const struct vip_config *vip, char gate, enum vip_state before, bool returning,
                       uint64_t open_for_ms, uint64_t now_ms, const struct vip_decision *decision)
{
    bool announced = decision->state == VIP_ANNOUNCED || decision->state == VIP_DEGRADED;
    bool was = before == VIP_ANNOUNCED || before == VIP_DEGRADED;

    if (gate == 'D')
        assert_int_equal(decision->state, VIP_WITHDRAWN);
    if (gate == 'P')
        assert_int_equal(decision->state, before);
    if (gate == 'L')
        assert_true(was || !announced);
    if (gate == 'U')
        assert_int_not_equal(decision->state, VIP_DEGRADED);
    if (returning && announced && !was)
        assert_true(open_for_ms >= vip->hold_down_ms);
    assert_int_not_equal(decision->state == VIP_PENDING, gate != 'P' || before != VIP_PENDING);
    assert_true(decision->next_ms > now_ms);
    assert_true(decision->reason[0] != '\0');
    if (decision->state == VIP_DEGRADED)
        assert_non_null(vip->degraded_profile);
}

static void test_any_sequence(void **state)
{
    (void)state;
    uint32_t seed = 20261120;

    for (unsigned story = 0; story < 2000; story++) {
        struct vip_config vip = story & 1 ? plain : graded;
        struct vip_memory memory = {0};
        uint64_t now_ms = 1, open_since_ms = 0;
        bool open = false, returning = false;

        vip.on_health_loss = (enum health_loss)(story % 3);
        vip.hold_down_ms = story % 5 * 100;
        vip.damping = (struct damping_config){story % 7 == 0, 500, 2500, 800};
        for (unsigned i = 0; i < 60; i++) {
            enum vip_state before = memory.state;
            struct vip_decision decision;
            char gate = "PUGDLUUD"[next_random(&seed) % 8];

            now_ms += next_random(&seed) % 200;
            if (gate == 'U' || gate == 'G') {
                open_since_ms = open ? open_since_ms : now_ms;
                open = true;
            } else if (gate != 'P') {
                open = false;
            }
            decide(&memory, &vip, gate, now_ms, &decision);
            check_step(&vip, gate, before, returning, open ? now_ms - open_since_ms : 0, now_ms, &decision);
            returning |= gate == 'D' || decision.profile;
            if (decision.next_ms != POLICY_NEVER) {
                /* Time alone brings it back, at the moment that was said and not before. */
                struct vip_memory later = memory;
                decide(&later, &vip, gate, decision.next_ms - 1, &decision);
                assert_int_equal(decision.state, VIP_WITHDRAWN);
                decide(&later, &vip, gate, decision.next_ms, &decision);
                assert_int_not_equal(decision.state, VIP_WITHDRAWN);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follows_its_gate),
        cmocka_unit_test(test_remembers_whether_the_gate_was_degraded),
        cmocka_unit_test(test_stays_while_the_gate_is_pending),
        cmocka_unit_test(test_on_health_loss),
        cmocka_unit_test(test_health_loss_never_announces),
        cmocka_unit_test(test_hold_down),
        cmocka_unit_test(test_damping),
        cmocka_unit_test(test_reason_and_next_look),
        cmocka_unit_test(test_any_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
