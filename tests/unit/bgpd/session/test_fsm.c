/*
 * Every state with every event. A cell is the next state (I C A S O E: idle, connect, active, open-sent, open-confirm,
 * established), then the actions in the order in which they are carried out:
 *
 *     N notification   d session down   D drop     T stop timers     R reset retry counter   + count a retry
 *     i idle hold      a start again    c connect  r connect retry   O send OPEN             L large hold timer
 *     K KEEPALIVE      t start timers   h restart hold   k restart keepalive   s send hold timer
 *     U session up     u take UPDATE    f take ROUTE-REFRESH
 *
 * N is followed by code.subcode where the FSM decides upon them itself; else the error is the event's own.
 */
#include "bgpd/session/fsm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct row {
    enum fsm_event event;
    const char *name;
    const char *cells[SESSION_STATE_COUNT];
} table[] = {
    /*                                   idle      connect    active     open-sent      open-confirm   established */
    {1, "ManualStart", {"C Rcr", "C", "A", "S", "O", "E"}},
    {2, "ManualStop", {"I", "I DTR", "I DTR", "I NDTR", "I NDTR", "I NdDTR"}},
    {3, "AutomaticStart", {"C cr", "C", "A", "S", "O", "E"}},
    {4, "ManualStart_with_PassiveTcpEstablishment", {"A R", "C", "A", "S", "O", "E"}},
    {5, "AutomaticStart_with_PassiveTcpEstablishment", {"A", "C", "A", "S", "O", "E"}},
    {8, "AutomaticStop", {"I", "I DT+i", "I DT+i", "I NDT+i", "I NDT+i", "I NdDT+i"}},
    {9, "ConnectRetryTimer_Expires", {"I", "C Dcr", "C cr", "I N5.0DT+i", "I N5.0DT+i", "I N5.0dDT+i"}},
    {10, "HoldTimer_Expires", {"I", "I DT+i", "I DT+i", "I N4.0DT+i", "I N4.0DT+i", "I N4.0dDT+i"}},
    {11, "KeepaliveTimer_Expires", {"I", "I DT+i", "I DT+i", "I N5.0DT+i", "O Kk", "E Kk"}},
    {13, "IdleHoldTimer_Expires", {"I a", "I DT+i", "I DT+i", "I N5.0DT+i", "I N5.0DT+i", "I N5.0dDT+i"}},
    {16, "Tcp_CR_Acked", {"I", "S TOL", "S TOL", "S", "O", "E"}},
    {17, "TcpConnectionConfirmed", {"I", "S TOL", "S TOL", "S", "O", "E"}},
    {18, "TcpConnectionFails", {"I", "A DTr", "A DTr", "A DTr", "I DT+i", "I dDT+i"}},
    {19, "BGPOpen", {"I", "I DT+i", "I DT+i", "O TKt", "I N5.2DT+i", "I N5.3dDT+i"}},
    {21, "BGPHeaderErr", {"I", "I DT+i", "I DT+i", "I NDT+i", "I NDT+i", "I NdDT+i"}},
    {22, "BGPOpenMsgErr", {"I", "I DT+i", "I DT+i", "I NDT+i", "I NDT+i", "I N5.3dDT+i"}},
    {23, "OpenCollisionDump", {"I", "I DT+i", "I DT+i", "I N6.7DT+i", "I N6.7DT+i", "I N6.7dDT+i"}},
    {24, "NotifMsgVerErr", {"I", "I DT+i", "I DT+i", "I DT+i", "I DT+i", "I dDT+i"}},
    {25, "NotifMsg", {"I", "I DT+i", "I DT+i", "I DT+i", "I DT+i", "I dDT+i"}},
    {26, "KeepAliveMsg", {"I", "I DT+i", "I DT+i", "I N5.1DT+i", "E hsU", "E h"}},
    {27, "UpdateMsg", {"I", "I DT+i", "I DT+i", "I N5.1DT+i", "I N5.2DT+i", "E hu"}},
    {28, "UpdateMsgErr", {"I", "I DT+i", "I DT+i", "I N5.1DT+i", "I N5.2DT+i", "I NdDT+i"}},
    {29, "SendHoldTimer_Expires", {"I", "I DT+i", "I DT+i", "I N5.0DT+i", "I N5.0DT+i", "I N8.0dDT+i"}},
    {30, "RouteRefreshMsg", {"I", "I DT+i", "I DT+i", "I N5.1DT+i", "I N5.2DT+i", "E hf"}},
};

enum { ROWS = sizeof table / sizeof table[0] };

static const char state_letters[] = "ICASOE";
static const char action_letters[] = "NdDTR+iacrOLKthksUuf";

/* Writes a step in the notation of the table. */
static void describe(const struct fsm_step *step, char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "%c%s", state_letters[step->next], step->actions ? " " : "");
    for (unsigned bit = 0; action_letters[bit]; bit++) {
        if (!(step->actions & (1u << bit)))
            continue;
        length += (size_t)snprintf(text + length, size - length, "%c", action_letters[bit]);
        if (bit == 0 && step->code)
            length += (size_t)snprintf(text + length, size - length, "%u.%u", step->code, step->subcode);
    }
}

static void test_every_state_with_every_event(void **unused)
{
    (void)unused;
    for (size_t row = 0; row < ROWS; row++) {
        assert_string_equal(fsm_event_name(table[row].event), table[row].name);
        for (unsigned state = 0; state < SESSION_STATE_COUNT; state++) {
            struct fsm_step step = fsm_step((enum session_state)state, table[row].event);
            char text[64];
            describe(&step, text, sizeof text);
            if (strcmp(text, table[row].cells[state]) != 0)
                fail_msg("%s in %s: \"%s\", not \"%s\"", table[row].name, session_state_name((enum session_state)state),
                         text, table[row].cells[state]);
        }
    }
}

/* What holds for the whole table, whatever its cells say. */
static void test_invariants(void **unused)
{
    (void)unused;
    for (unsigned state = 0; state < SESSION_STATE_COUNT; state++) {
        for (unsigned row = 0; row < ROWS; row++) {
            enum fsm_event event = table[row].event;
            struct fsm_step step = fsm_step((enum session_state)state, event);
            bool falls = step.next < state && state >= SESSION_OPEN_SENT;
            assert_true(!falls || (step.actions & ACTION_DROP));
            assert_int_equal(state == SESSION_ESTABLISHED && step.next != SESSION_ESTABLISHED,
                             (step.actions & ACTION_SESSION_DOWN) != 0);
            assert_true(!step.code || (step.actions & ACTION_SEND_NOTIFICATION));
            assert_true(state >= SESSION_OPEN_SENT || !(step.actions & ACTION_SEND_NOTIFICATION));
            /* Whatever throws us back to Idle but the operator's will starts again some time. */
            if (step.next == SESSION_IDLE && state != SESSION_IDLE && event != EVENT_MANUAL_STOP)
                assert_true(step.actions & ACTION_START_IDLE_HOLD);
        }
    }
}

static void test_documented_names(void **unused)
{
    (void)unused;
    const char *names[] = {"idle", "connect", "active", "open-sent", "open-confirm", "established"};
    for (unsigned state = 0; state < SESSION_STATE_COUNT; state++)
        assert_string_equal(session_state_name((enum session_state)state), names[state]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_with_every_event),
        cmocka_unit_test(test_invariants),
        cmocka_unit_test(test_documented_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
