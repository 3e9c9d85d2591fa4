/*
 * RFC 4271 section 8.2.2 as a table: a row for each event, a cell for each state, and what "any other event" does
 * there.
 *
 * Deliberate differences from the letter of the RFC:
 * - DelayOpen is not supported, and DampPeerOscillations is always on: the events of either do not exist.
 * - TcpConnectionFails in Connect and Active goes to Active, not to Idle, and the neighbor can still connect to us:
 *   Idle followed at once by an automatic start, which is what all implementations do.
 * - A passive start does not start the ConnectRetryTimer: passive means that we never connect.
 * - AutomaticStart keeps the ConnectRetryCounter, from which the IdleHoldTimer takes its length.
 * - NotifMsg in OpenSent is not answered with a NOTIFICATION (section 6 forbids what section 8.2.2 asks for there), and
 *   NotifMsgVerErr is followed by the IdleHoldTimer, as we always start again.
 * - BGPHeaderErr in Established sends the header error (section 6.1), not an FSM error.
 * - A second connection of the neighbor is an event of its own FSM: events 16 and 17 do nothing once OPEN was sent.
 */
#include "bgpd/session/fsm.h"

#include "bgpd/codec/notification.h"

enum {
    /* "Releases all BGP resources, drops the TCP connection, increments ConnectRetryCounter, damps, goes to Idle." */
    FALL = ACTION_DROP | ACTION_STOP_TIMERS | ACTION_COUNT_RETRY | ACTION_START_IDLE_HOLD,
    STOP = ACTION_DROP | ACTION_STOP_TIMERS | ACTION_RESET_RETRY_COUNTER,
    RETRY = ACTION_DROP | ACTION_STOP_TIMERS | ACTION_START_CONNECT_RETRY,
    OPEN = ACTION_STOP_TIMERS | ACTION_SEND_OPEN | ACTION_START_LARGE_HOLD,
    CONFIRM = ACTION_STOP_TIMERS | ACTION_SEND_KEEPALIVE | ACTION_START_TIMERS,
    CONNECT = ACTION_CONNECT | ACTION_START_CONNECT_RETRY,
    KEEP = ACTION_SEND_KEEPALIVE | ACTION_RESTART_KEEPALIVE,
    UP = ACTION_RESTART_HOLD | ACTION_START_SEND_HOLD | ACTION_SESSION_UP,
    NOTIFY = ACTION_SEND_NOTIFICATION,
};

/* Cells. That leaving Established ends the session is said once, in fsm_step. */
/* clang-format off */
#define OTHER            {SESSION_IDLE, 0, 0, 0} /* any other event */
#define TO(state, what)  {SESSION_##state, 0, 0, what}
#define STAY(what)       {SESSION_STATE_COUNT, 0, 0, what}
#define FAIL(code, what) {SESSION_IDLE, code, what, NOTIFY | FALL}
/* clang-format on */
#define UNEXPECTED(in) FAIL(ERROR_FSM, FSM_UNEXPECTED_IN_##in) /* RFC 6608: a message that has no business there */
#define EARLY          OTHER, OTHER, OTHER                     /* Idle, Connect, Active */
#define ALL(cell)      cell, cell, cell                        /* OpenSent, OpenConfirm, Established */
#define STARTED        STAY(0), STAY(0), ALL(STAY(0))          /* all but Idle */

static const struct row {
    const char *name;
    struct fsm_step cells[SESSION_STATE_COUNT];
} rows[FSM_EVENT_COUNT] = {
    [EVENT_MANUAL_START] = {"ManualStart", {TO(CONNECT, ACTION_RESET_RETRY_COUNTER | CONNECT), STARTED}},
    [EVENT_MANUAL_STOP] = {"ManualStop", {OTHER, TO(IDLE, STOP), TO(IDLE, STOP), ALL(TO(IDLE, NOTIFY | STOP))}},
    [EVENT_AUTOMATIC_START] = {"AutomaticStart", {TO(CONNECT, CONNECT), STARTED}},
    [EVENT_MANUAL_START_WITH_PASSIVE_TCP_ESTABLISHMENT] = {"ManualStart_with_PassiveTcpEstablishment",
                                                           {TO(ACTIVE, ACTION_RESET_RETRY_COUNTER), STARTED}},
    [EVENT_AUTOMATIC_START_WITH_PASSIVE_TCP_ESTABLISHMENT] = {"AutomaticStart_with_PassiveTcpEstablishment",
                                                              {TO(ACTIVE, 0), STARTED}},
    [EVENT_AUTOMATIC_STOP] = {"AutomaticStop", {EARLY, ALL(TO(IDLE, NOTIFY | FALL))}},
    [EVENT_CONNECT_RETRY_TIMER_EXPIRES] = {"ConnectRetryTimer_Expires",
                                           {OTHER, STAY(ACTION_DROP | CONNECT), TO(CONNECT, CONNECT)}},
    [EVENT_HOLD_TIMER_EXPIRES] = {"HoldTimer_Expires", {EARLY, ALL(FAIL(ERROR_HOLD_TIMER, 0))}},
    [EVENT_KEEPALIVE_TIMER_EXPIRES] = {"KeepaliveTimer_Expires", {EARLY, OTHER, STAY(KEEP), STAY(KEEP)}},
    [EVENT_IDLE_HOLD_TIMER_EXPIRES] = {"IdleHoldTimer_Expires", {STAY(ACTION_AUTOMATIC_START)}},
    [EVENT_TCP_CR_ACKED] = {"Tcp_CR_Acked", {OTHER, TO(OPEN_SENT, OPEN), TO(OPEN_SENT, OPEN), ALL(STAY(0))}},
    [EVENT_TCP_CONNECTION_CONFIRMED] = {"TcpConnectionConfirmed",
                                        {OTHER, TO(OPEN_SENT, OPEN), TO(OPEN_SENT, OPEN), ALL(STAY(0))}},
    [EVENT_TCP_CONNECTION_FAILS] = {"TcpConnectionFails",
                                    {OTHER, ALL(TO(ACTIVE, RETRY)), TO(IDLE, FALL), TO(IDLE, FALL)}},
    [EVENT_BGP_OPEN] = {"BGPOpen",
                        {EARLY, TO(OPEN_CONFIRM, CONFIRM), UNEXPECTED(OPEN_CONFIRM), UNEXPECTED(ESTABLISHED)}},
    [EVENT_BGP_HEADER_ERR] = {"BGPHeaderErr", {EARLY, ALL(TO(IDLE, NOTIFY | FALL))}},
    [EVENT_BGP_OPEN_MSG_ERR] = {"BGPOpenMsgErr",
                                {EARLY, TO(IDLE, NOTIFY | FALL), TO(IDLE, NOTIFY | FALL), UNEXPECTED(ESTABLISHED)}},
    [EVENT_OPEN_COLLISION_DUMP] = {"OpenCollisionDump", {EARLY, ALL(FAIL(ERROR_CEASE, CEASE_COLLISION_RESOLUTION))}},
    [EVENT_NOTIF_MSG_VER_ERR] = {"NotifMsgVerErr", {EARLY, ALL(TO(IDLE, FALL))}},
    [EVENT_NOTIF_MSG] = {"NotifMsg", {EARLY, ALL(TO(IDLE, FALL))}},
    [EVENT_KEEPALIVE_MSG] = {"KeepAliveMsg",
                             {EARLY, UNEXPECTED(OPEN_SENT), TO(ESTABLISHED, UP), STAY(ACTION_RESTART_HOLD)}},
    [EVENT_UPDATE_MSG] = {"UpdateMsg",
                          {EARLY, UNEXPECTED(OPEN_SENT), UNEXPECTED(OPEN_CONFIRM),
                           STAY(ACTION_RESTART_HOLD | ACTION_ACCEPT_UPDATE)}},
    [EVENT_UPDATE_MSG_ERR] = {"UpdateMsgErr",
                              {EARLY, UNEXPECTED(OPEN_SENT), UNEXPECTED(OPEN_CONFIRM), TO(IDLE, NOTIFY | FALL)}},
    [EVENT_SEND_HOLD_TIMER_EXPIRES] = {"SendHoldTimer_Expires", {EARLY, OTHER, OTHER, FAIL(ERROR_SEND_HOLD_TIMER, 0)}},
    [EVENT_ROUTE_REFRESH_MSG] = {"RouteRefreshMsg",
                                 {EARLY, UNEXPECTED(OPEN_SENT), UNEXPECTED(OPEN_CONFIRM),
                                  STAY(ACTION_RESTART_HOLD | ACTION_ACCEPT_REFRESH)}},
};

static const struct row any_other_event = {NULL, {OTHER, TO(IDLE, FALL), TO(IDLE, FALL), ALL(FAIL(ERROR_FSM, 0))}};

struct fsm_step fsm_step(enum session_state state, enum fsm_event event)
{
    struct fsm_step step = rows[event].cells[state];

    if (step.next == SESSION_IDLE && step.actions == 0)
        step = any_other_event.cells[state];
    if (step.next == SESSION_STATE_COUNT)
        step.next = (uint8_t)state;
    if (state == SESSION_ESTABLISHED && step.next != SESSION_ESTABLISHED)
        step.actions |= ACTION_SESSION_DOWN;
    return step;
}

const char *session_state_name(enum session_state state)
{
    static const char *const names[] = {"idle", "connect", "active", "open-sent", "open-confirm", "established"};

    return names[state];
}

const char *fsm_event_name(enum fsm_event event)
{
    return rows[event].name;
}
