/*
 * The finite state machine of one connection (RFC 4271 section 8, with RFC 6608 and RFC 9687) as a pure function: state
 * and event in, next state and actions out. It has no clock and no socket; connection_event.c carries out the actions.
 *
 * A neighbor has one of these for the connection that we make and one for a connection that it makes; which of the two
 * stays is decided elsewhere (collision.h) and arrives as OpenCollisionDump.
 */
#ifndef VIPGATE_BGPD_SESSION_FSM_H
#define VIPGATE_BGPD_SESSION_FSM_H

#include <stdint.h>

enum session_state {
    SESSION_IDLE,
    SESSION_CONNECT,
    SESSION_ACTIVE,
    SESSION_OPEN_SENT,
    SESSION_OPEN_CONFIRM,
    SESSION_ESTABLISHED,
};

enum { SESSION_STATE_COUNT = SESSION_ESTABLISHED + 1 };

/* The events that can happen, with their numbers and names in RFC 4271 section 8.1; 29 is of RFC 9687; RFC 2918 gave
 * its message no number, 30 is ours. */
enum fsm_event {
    EVENT_MANUAL_START = 1,
    EVENT_MANUAL_STOP = 2,
    EVENT_AUTOMATIC_START = 3,
    EVENT_MANUAL_START_WITH_PASSIVE_TCP_ESTABLISHMENT = 4,
    EVENT_AUTOMATIC_START_WITH_PASSIVE_TCP_ESTABLISHMENT = 5,
    EVENT_AUTOMATIC_STOP = 8,
    EVENT_CONNECT_RETRY_TIMER_EXPIRES = 9,
    EVENT_HOLD_TIMER_EXPIRES = 10,
    EVENT_KEEPALIVE_TIMER_EXPIRES = 11,
    EVENT_IDLE_HOLD_TIMER_EXPIRES = 13,
    EVENT_TCP_CR_ACKED = 16,
    EVENT_TCP_CONNECTION_CONFIRMED = 17,
    EVENT_TCP_CONNECTION_FAILS = 18,
    EVENT_BGP_OPEN = 19,
    EVENT_BGP_HEADER_ERR = 21,
    EVENT_BGP_OPEN_MSG_ERR = 22,
    EVENT_OPEN_COLLISION_DUMP = 23,
    EVENT_NOTIF_MSG_VER_ERR = 24,
    EVENT_NOTIF_MSG = 25,
    EVENT_KEEPALIVE_MSG = 26,
    EVENT_UPDATE_MSG = 27,
    EVENT_UPDATE_MSG_ERR = 28, /* also of a malformed ROUTE-REFRESH (RFC 7313 section 5) */
    EVENT_SEND_HOLD_TIMER_EXPIRES = 29,
    EVENT_ROUTE_REFRESH_MSG = 30,
};

enum { FSM_EVENT_COUNT = EVENT_ROUTE_REFRESH_MSG + 1 };

/* What is to be done, as a set; carried out in ascending order. */
enum fsm_action {
    ACTION_SEND_NOTIFICATION = 1 << 0, /* code and subcode of the step; code 0: the error that came with the event */
    ACTION_SESSION_DOWN = 1 << 1,      /* Established is left */
    ACTION_DROP = 1 << 2,              /* drop the TCP connection, after what was sent */
    ACTION_STOP_TIMERS = 1 << 3,       /* connect retry, hold, keepalive, send hold */
    ACTION_RESET_RETRY_COUNTER = 1 << 4,
    ACTION_COUNT_RETRY = 1 << 5,
    ACTION_START_IDLE_HOLD = 1 << 6, /* damp oscillation: start again when it has run */
    ACTION_AUTOMATIC_START = 1 << 7, /* feed event 3 or, where configured passive, 5 */
    ACTION_CONNECT = 1 << 8,         /* begin a TCP connection */
    ACTION_START_CONNECT_RETRY = 1 << 9,
    ACTION_SEND_OPEN = 1 << 10,
    ACTION_START_LARGE_HOLD = 1 << 11, /* hold timer with 4 minutes, until the neighbor's OPEN arrives */
    ACTION_SEND_KEEPALIVE = 1 << 12,
    ACTION_START_TIMERS = 1 << 13, /* hold and keepalive as negotiated; where the hold time is zero, no keepalive, and
                                      hold with 4 minutes until the session is established */
    ACTION_RESTART_HOLD = 1 << 14,
    ACTION_RESTART_KEEPALIVE = 1 << 15,
    ACTION_START_SEND_HOLD = 1 << 16,
    ACTION_SESSION_UP = 1 << 17,
    ACTION_ACCEPT_UPDATE = 1 << 18,
    ACTION_ACCEPT_REFRESH = 1 << 19,
};

struct fsm_step {
    uint8_t next;          /* enum session_state */
    uint8_t code, subcode; /* of the NOTIFICATION that the FSM itself decides on */
    uint32_t actions;      /* enum fsm_action */
};

/* What EVENT does in STATE. An event that is ignored there yields STATE and no action. */
struct fsm_step fsm_step(enum session_state state, enum fsm_event event);

/* The documented word: "idle" … "established". */
const char *session_state_name(enum session_state state);

/* The name in the RFC: "ManualStart" … */
const char *fsm_event_name(enum fsm_event event);

#endif
