/*
 * RFC 4271 section 8.2.2 as a table: a row for each state, a cell for each event, and what "any other event" does
 * there.
 *
 * Where it differs from the letter of the RFC, it is on purpose:
 * - DelayOpen is not supported; its two events never happen and count as "any other event".
 * - TcpConnectionFails in Connect and Active goes to Active, not to Idle, and the neighbor can still connect to us:
 *   Idle followed at once by an automatic start, which is what all implementations do.
 * - A passive start does not start the ConnectRetryTimer: passive means that we never connect.
 * - AutomaticStart keeps the ConnectRetryCounter, from which the IdleHoldTimer takes its length.
 * - NotifMsg in OpenSent is not answered with a NOTIFICATION (section 6 forbids what section 8.2.2 asks for there), and
 *   NotifMsgVerErr is followed by the IdleHoldTimer, as we always start again.
 * - BGPHeaderErr in Established sends the header error (section 6.1), not an FSM error.
 * - A second connection of the neighbor is an event of its own FSM: events 14 to 17 do nothing once OPEN was sent.
 */
#include "bgpd/session/fsm.h"

#include "bgpd/codec/notification.h"

#include <stdbool.h>

enum {
    /* "Releases all BGP resources, drops the TCP connection, increments ConnectRetryCounter, damps, goes to Idle." */
    FALL = ACTION_DROP | ACTION_STOP_TIMERS | ACTION_COUNT_RETRY | ACTION_START_IDLE_HOLD,
    STOP = ACTION_DROP | ACTION_STOP_TIMERS | ACTION_RESET_RETRY_COUNTER,
    RETRY = ACTION_DROP | ACTION_STOP_TIMERS | ACTION_START_CONNECT_RETRY,
    OPEN = ACTION_STOP_TIMERS | ACTION_SEND_OPEN | ACTION_START_LARGE_HOLD,
    NOTIFY = ACTION_SEND_NOTIFICATION,
    DOWN = ACTION_SESSION_DOWN,
};

struct cell {
    bool given; /* else: any other event */
    struct fsm_step step;
};

#define CELL(...)                                                                                                      \
    {                                                                                                                  \
        true,                                                                                                          \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }
#define STAY(actions) CELL(STATE, 0, 0, actions)
#define IGNORE        STAY(0)

#define STATE SESSION_IDLE
static const struct cell idle[FSM_EVENT_COUNT] = {
    [EVENT_MANUAL_START] =
        CELL(SESSION_CONNECT, 0, 0, ACTION_RESET_RETRY_COUNTER | ACTION_CONNECT | ACTION_START_CONNECT_RETRY),
    [EVENT_AUTOMATIC_START] = CELL(SESSION_CONNECT, 0, 0, ACTION_CONNECT | ACTION_START_CONNECT_RETRY),
    [EVENT_MANUAL_START_WITH_PASSIVE_TCP_ESTABLISHMENT] = CELL(SESSION_ACTIVE, 0, 0, ACTION_RESET_RETRY_COUNTER),
    [EVENT_AUTOMATIC_START_WITH_PASSIVE_TCP_ESTABLISHMENT] = CELL(SESSION_ACTIVE, 0, 0, 0),
    [EVENT_AUTOMATIC_START_WITH_DAMP_PEER_OSCILLATIONS] = STAY(ACTION_START_IDLE_HOLD),
    [EVENT_AUTOMATIC_START_WITH_DAMP_PEER_OSCILLATIONS_AND_PASSIVE_TCP_ESTABLISHMENT] = STAY(ACTION_START_IDLE_HOLD),
    [EVENT_IDLE_HOLD_TIMER_EXPIRES] = STAY(ACTION_AUTOMATIC_START),
};
#undef STATE

/* The events that do nothing in any state but Idle: it is started already. */
#define STARTED                                                                                                        \
    [EVENT_MANUAL_START] = IGNORE, [EVENT_AUTOMATIC_START] = IGNORE,                                                   \
    [EVENT_MANUAL_START_WITH_PASSIVE_TCP_ESTABLISHMENT] = IGNORE,                                                      \
    [EVENT_AUTOMATIC_START_WITH_PASSIVE_TCP_ESTABLISHMENT] = IGNORE,                                                   \
    [EVENT_AUTOMATIC_START_WITH_DAMP_PEER_OSCILLATIONS] = IGNORE,                                                      \
    [EVENT_AUTOMATIC_START_WITH_DAMP_PEER_OSCILLATIONS_AND_PASSIVE_TCP_ESTABLISHMENT] = IGNORE

/* What Connect and Active have in common. */
#define WAITING_FOR_TCP                                                                                                \
    STARTED, [EVENT_MANUAL_STOP] = CELL(SESSION_IDLE, 0, 0, STOP), [EVENT_TCP_CONNECTION_VALID] = IGNORE,              \
             [EVENT_TCP_CR_INVALID] = IGNORE, [EVENT_TCP_CR_ACKED] = CELL(SESSION_OPEN_SENT, 0, 0, OPEN),              \
             [EVENT_TCP_CONNECTION_CONFIRMED] = CELL(SESSION_OPEN_SENT, 0, 0, OPEN),                                   \
             [EVENT_TCP_CONNECTION_FAILS] = CELL(SESSION_ACTIVE, 0, 0, RETRY)

#define STATE SESSION_CONNECT
static const struct cell connect[FSM_EVENT_COUNT] = {
    WAITING_FOR_TCP,
    [EVENT_CONNECT_RETRY_TIMER_EXPIRES] = STAY(ACTION_DROP | ACTION_CONNECT | ACTION_START_CONNECT_RETRY),
};
#undef STATE

#define STATE SESSION_ACTIVE
static const struct cell active[FSM_EVENT_COUNT] = {
    WAITING_FOR_TCP,
    [EVENT_CONNECT_RETRY_TIMER_EXPIRES] = CELL(SESSION_CONNECT, 0, 0, ACTION_CONNECT | ACTION_START_CONNECT_RETRY),
};
#undef STATE

/* What the three states with a connection have in common; EXTRA is what leaving Established adds. */
#define CONNECTED(extra)                                                                                               \
    STARTED, [EVENT_MANUAL_STOP] = CELL(SESSION_IDLE, 0, 0, NOTIFY | STOP | (extra)),                                  \
             [EVENT_AUTOMATIC_STOP] = CELL(SESSION_IDLE, 0, 0, NOTIFY | FALL | (extra)),                               \
             [EVENT_HOLD_TIMER_EXPIRES] = CELL(SESSION_IDLE, ERROR_HOLD_TIMER, 0, NOTIFY | FALL | (extra)),            \
             [EVENT_TCP_CONNECTION_VALID] = IGNORE, [EVENT_TCP_CR_INVALID] = IGNORE, [EVENT_TCP_CR_ACKED] = IGNORE,    \
             [EVENT_TCP_CONNECTION_CONFIRMED] = IGNORE,                                                                \
             [EVENT_BGP_HEADER_ERR] = CELL(SESSION_IDLE, 0, 0, NOTIFY | FALL | (extra)),                               \
             [EVENT_OPEN_COLLISION_DUMP] =                                                                             \
                 CELL(SESSION_IDLE, ERROR_CEASE, CEASE_COLLISION_RESOLUTION, NOTIFY | FALL | (extra)),                 \
             [EVENT_NOTIF_MSG_VER_ERR] = CELL(SESSION_IDLE, 0, 0, FALL | (extra)),                                     \
             [EVENT_NOTIF_MSG] = CELL(SESSION_IDLE, 0, 0, FALL | (extra))

/* RFC 6608: a message that has no business in this state. The other unexpected events have no subcode. */
#define UNEXPECTED(subcode, extra) CELL(SESSION_IDLE, ERROR_FSM, subcode, NOTIFY | FALL | (extra))

#define STATE SESSION_OPEN_SENT
static const struct cell open_sent[FSM_EVENT_COUNT] = {
    CONNECTED(0),
    [EVENT_TCP_CONNECTION_FAILS] = CELL(SESSION_ACTIVE, 0, 0, RETRY),
    [EVENT_BGP_OPEN] =
        CELL(SESSION_OPEN_CONFIRM, 0, 0, ACTION_STOP_TIMERS | ACTION_SEND_KEEPALIVE | ACTION_START_TIMERS),
    [EVENT_BGP_OPEN_WITH_DELAY_OPEN_TIMER_RUNNING] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_SENT, 0),
    [EVENT_BGP_OPEN_MSG_ERR] = CELL(SESSION_IDLE, 0, 0, NOTIFY | FALL),
    [EVENT_KEEPALIVE_MSG] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_SENT, 0),
    [EVENT_UPDATE_MSG] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_SENT, 0),
    [EVENT_UPDATE_MSG_ERR] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_SENT, 0),
    [EVENT_ROUTE_REFRESH_MSG] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_SENT, 0),
};
#undef STATE

#define STATE SESSION_OPEN_CONFIRM
static const struct cell open_confirm[FSM_EVENT_COUNT] = {
    CONNECTED(0),
    [EVENT_KEEPALIVE_TIMER_EXPIRES] = STAY(ACTION_SEND_KEEPALIVE | ACTION_RESTART_KEEPALIVE),
    [EVENT_TCP_CONNECTION_FAILS] = CELL(SESSION_IDLE, 0, 0, FALL),
    [EVENT_BGP_OPEN] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_CONFIRM, 0),
    [EVENT_BGP_OPEN_WITH_DELAY_OPEN_TIMER_RUNNING] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_CONFIRM, 0),
    [EVENT_BGP_OPEN_MSG_ERR] = CELL(SESSION_IDLE, 0, 0, NOTIFY | FALL),
    [EVENT_KEEPALIVE_MSG] =
        CELL(SESSION_ESTABLISHED, 0, 0, ACTION_RESTART_HOLD | ACTION_START_SEND_HOLD | ACTION_SESSION_UP),
    [EVENT_UPDATE_MSG] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_CONFIRM, 0),
    [EVENT_UPDATE_MSG_ERR] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_CONFIRM, 0),
    [EVENT_ROUTE_REFRESH_MSG] = UNEXPECTED(FSM_UNEXPECTED_IN_OPEN_CONFIRM, 0),
};
#undef STATE

#define STATE SESSION_ESTABLISHED
static const struct cell established[FSM_EVENT_COUNT] = {
    CONNECTED(DOWN),
    [EVENT_KEEPALIVE_TIMER_EXPIRES] = STAY(ACTION_SEND_KEEPALIVE | ACTION_RESTART_KEEPALIVE),
    [EVENT_TCP_CONNECTION_FAILS] = CELL(SESSION_IDLE, 0, 0, FALL | DOWN),
    [EVENT_BGP_OPEN] = UNEXPECTED(FSM_UNEXPECTED_IN_ESTABLISHED, DOWN),
    [EVENT_BGP_OPEN_WITH_DELAY_OPEN_TIMER_RUNNING] = UNEXPECTED(FSM_UNEXPECTED_IN_ESTABLISHED, DOWN),
    [EVENT_BGP_OPEN_MSG_ERR] = UNEXPECTED(FSM_UNEXPECTED_IN_ESTABLISHED, DOWN),
    [EVENT_KEEPALIVE_MSG] = STAY(ACTION_RESTART_HOLD),
    [EVENT_UPDATE_MSG] = STAY(ACTION_RESTART_HOLD | ACTION_ACCEPT_UPDATE),
    [EVENT_UPDATE_MSG_ERR] = CELL(SESSION_IDLE, 0, 0, NOTIFY | FALL | DOWN),
    [EVENT_SEND_HOLD_TIMER_EXPIRES] = CELL(SESSION_IDLE, ERROR_SEND_HOLD_TIMER, 0, NOTIFY | FALL | DOWN),
    [EVENT_ROUTE_REFRESH_MSG] = STAY(ACTION_RESTART_HOLD | ACTION_ACCEPT_REFRESH),
};
#undef STATE

static const struct state_row {
    const char *name;
    const struct cell *cells;
    struct fsm_step any_other_event;
} states[SESSION_STATE_COUNT] = {
    [SESSION_IDLE] = {"idle", idle, {SESSION_IDLE, 0, 0, 0}},
    [SESSION_CONNECT] = {"connect", connect, {SESSION_IDLE, 0, 0, FALL}},
    [SESSION_ACTIVE] = {"active", active, {SESSION_IDLE, 0, 0, FALL}},
    [SESSION_OPEN_SENT] = {"open-sent", open_sent, {SESSION_IDLE, ERROR_FSM, 0, NOTIFY | FALL}},
    [SESSION_OPEN_CONFIRM] = {"open-confirm", open_confirm, {SESSION_IDLE, ERROR_FSM, 0, NOTIFY | FALL}},
    [SESSION_ESTABLISHED] = {"established", established, {SESSION_IDLE, ERROR_FSM, 0, NOTIFY | FALL | DOWN}},
};

struct fsm_step fsm_step(enum session_state state, enum fsm_event event)
{
    const struct cell *cell = &states[state].cells[event];
    return cell->given ? cell->step : states[state].any_other_event;
}

const char *session_state_name(enum session_state state)
{
    return states[state].name;
}

const char *fsm_event_name(enum fsm_event event)
{
    static const char *const names[FSM_EVENT_COUNT] = {
        [EVENT_MANUAL_START] = "ManualStart",
        [EVENT_MANUAL_STOP] = "ManualStop",
        [EVENT_AUTOMATIC_START] = "AutomaticStart",
        [EVENT_MANUAL_START_WITH_PASSIVE_TCP_ESTABLISHMENT] = "ManualStart_with_PassiveTcpEstablishment",
        [EVENT_AUTOMATIC_START_WITH_PASSIVE_TCP_ESTABLISHMENT] = "AutomaticStart_with_PassiveTcpEstablishment",
        [EVENT_AUTOMATIC_START_WITH_DAMP_PEER_OSCILLATIONS] = "AutomaticStart_with_DampPeerOscillations",
        [EVENT_AUTOMATIC_START_WITH_DAMP_PEER_OSCILLATIONS_AND_PASSIVE_TCP_ESTABLISHMENT] =
            "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment",
        [EVENT_AUTOMATIC_STOP] = "AutomaticStop",
        [EVENT_CONNECT_RETRY_TIMER_EXPIRES] = "ConnectRetryTimer_Expires",
        [EVENT_HOLD_TIMER_EXPIRES] = "HoldTimer_Expires",
        [EVENT_KEEPALIVE_TIMER_EXPIRES] = "KeepaliveTimer_Expires",
        [EVENT_DELAY_OPEN_TIMER_EXPIRES] = "DelayOpenTimer_Expires",
        [EVENT_IDLE_HOLD_TIMER_EXPIRES] = "IdleHoldTimer_Expires",
        [EVENT_TCP_CONNECTION_VALID] = "TcpConnection_Valid",
        [EVENT_TCP_CR_INVALID] = "Tcp_CR_Invalid",
        [EVENT_TCP_CR_ACKED] = "Tcp_CR_Acked",
        [EVENT_TCP_CONNECTION_CONFIRMED] = "TcpConnectionConfirmed",
        [EVENT_TCP_CONNECTION_FAILS] = "TcpConnectionFails",
        [EVENT_BGP_OPEN] = "BGPOpen",
        [EVENT_BGP_OPEN_WITH_DELAY_OPEN_TIMER_RUNNING] = "BGPOpen with DelayOpenTimer running",
        [EVENT_BGP_HEADER_ERR] = "BGPHeaderErr",
        [EVENT_BGP_OPEN_MSG_ERR] = "BGPOpenMsgErr",
        [EVENT_OPEN_COLLISION_DUMP] = "OpenCollisionDump",
        [EVENT_NOTIF_MSG_VER_ERR] = "NotifMsgVerErr",
        [EVENT_NOTIF_MSG] = "NotifMsg",
        [EVENT_KEEPALIVE_MSG] = "KeepAliveMsg",
        [EVENT_UPDATE_MSG] = "UpdateMsg",
        [EVENT_UPDATE_MSG_ERR] = "UpdateMsgErr",
        [EVENT_SEND_HOLD_TIMER_EXPIRES] = "SendHoldTimer_Expires",
        [EVENT_ROUTE_REFRESH_MSG] = "RouteRefreshMsg",
    };
    return names[event] ? names[event] : "none";
}
