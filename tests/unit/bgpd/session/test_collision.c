#include "bgpd/session/collision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { YOUNG = 100, OLD = 60000 };

/* The OPEN has come on our connection (ours) or on theirs; the other one is in STATE. */
static const struct row {
    const char *what;
    struct collision collision;
    enum collision_verdict verdict;
} table[] = {
    {"no other", {true, SESSION_IDLE, OLD, false, 2, 1, 1, 1}, COLLISION_NONE},
    {"theirs is here, ours still tries", {false, SESSION_CONNECT, YOUNG, false, 2, 1, 1, 1}, COLLISION_DROP_OTHER},
    {"theirs is here, ours waits to try", {false, SESSION_ACTIVE, YOUNG, false, 1, 1, 2, 1}, COLLISION_DROP_OTHER},

    /* Ours stays where our identifier is higher, on whichever connection the OPEN came. */
    {"on ours, we are higher", {true, SESSION_OPEN_CONFIRM, YOUNG, false, 2, 1, 1, 1}, COLLISION_DROP_OTHER},
    {"on theirs, we are higher", {false, SESSION_OPEN_CONFIRM, YOUNG, false, 2, 1, 1, 1}, COLLISION_DROP_THIS},
    {"on ours, they are higher", {true, SESSION_OPEN_CONFIRM, YOUNG, false, 1, 1, 2, 1}, COLLISION_DROP_THIS},
    {"on theirs, they are higher", {false, SESSION_OPEN_CONFIRM, YOUNG, false, 1, 1, 2, 1}, COLLISION_DROP_OTHER},
    {"compared as unsigned",
     {true, SESSION_OPEN_CONFIRM, YOUNG, false, 0xc0000201, 1, 0x0a000001, 1},
     COLLISION_DROP_OTHER},

    /* RFC 6286: equal identifiers, the higher AS. */
    {"equal, our AS is higher", {true, SESSION_OPEN_CONFIRM, YOUNG, false, 1, 65515, 1, 65010}, COLLISION_DROP_OTHER},
    {"equal, their AS is higher", {true, SESSION_OPEN_CONFIRM, YOUNG, false, 1, 65010, 1, 65515}, COLLISION_DROP_THIS},

    /* Decided before the other OPEN has come, unless the one that should stay looks dead. */
    {"other in open-sent loses", {true, SESSION_OPEN_SENT, YOUNG, false, 2, 1, 1, 1}, COLLISION_DROP_OTHER},
    {"other in open-sent loses, old", {true, SESSION_OPEN_SENT, OLD, false, 2, 1, 1, 1}, COLLISION_DROP_OTHER},
    {"other in open-sent stays", {true, SESSION_OPEN_SENT, YOUNG, false, 1, 1, 2, 1}, COLLISION_DROP_THIS},
    {"other in open-sent is dead", {true, SESSION_OPEN_SENT, OLD, false, 1, 1, 2, 1}, COLLISION_NONE},

    {"other in open-confirm stays", {true, SESSION_OPEN_CONFIRM, YOUNG, false, 1, 1, 2, 1}, COLLISION_DROP_THIS},
    {"other in open-confirm is dead", {true, SESSION_OPEN_CONFIRM, OLD, false, 1, 1, 2, 1}, COLLISION_NONE},
    {"other in open-confirm loses, old", {true, SESSION_OPEN_CONFIRM, OLD, false, 2, 1, 1, 1}, COLLISION_DROP_OTHER},

    {"established stays, we are higher", {true, SESSION_ESTABLISHED, OLD, false, 2, 1, 1, 1}, COLLISION_DROP_THIS},
    {"established stays, they are higher", {false, SESSION_ESTABLISHED, OLD, false, 1, 1, 2, 1}, COLLISION_DROP_THIS},

    /* RFC 4724: with graceful restart theirs says that they have restarted, but not when the two have crossed. */
    {"graceful, theirs is new", {false, SESSION_ESTABLISHED, OLD, true, 2, 1, 1, 1}, COLLISION_DROP_OTHER},
    {"graceful, they have crossed", {false, SESSION_ESTABLISHED, YOUNG, true, 1, 1, 2, 1}, COLLISION_DROP_THIS},
    {"graceful, ours is new", {true, SESSION_ESTABLISHED, OLD, true, 2, 1, 1, 1}, COLLISION_DROP_THIS},
};

static void test_decisions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (collision_judge(&table[i].collision) != table[i].verdict)
            fail_msg("%s", table[i].what);
    }
}

/* Whatever the order of messages, both ends keep the same one of two connections whose OPENs have crossed. */
static void test_both_ends_agree(void **state)
{
    (void)state;
    const enum session_state states[] = {SESSION_OPEN_SENT, SESSION_OPEN_CONFIRM};
    for (unsigned on_ours = 0; on_ours < 2; on_ours++) {
        for (unsigned here = 0; here < 2; here++) {
            for (unsigned there = 0; there < 2; there++) {
                struct collision ours = {on_ours, states[here], YOUNG, false, 7, 1, 9, 2};
                struct collision theirs = {!on_ours, states[there], YOUNG, false, 9, 2, 7, 1};
                assert_int_equal(collision_judge(&ours), collision_judge(&theirs));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_both_ends_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
