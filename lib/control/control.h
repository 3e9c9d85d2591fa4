/*
 * The control socket. A daemon listens on DIRECTORY/NAME.sock; a client sends one RPC of the YANG module as JSON and
 * gets answers: documents, or one refusal. A handler sees no request but those that the module allows.
 *
 *     request = length(4) JSON of the RPC, {"vipgate:get": {"what": ["vip"]}}
 *     answer  = length(4) kind(1) body        kind: last document, a document with more to follow, refusal (text)
 *
 * Only root and the group "vipgate" may connect: the socket's mode says so, and the server asks the kernel who it is.
 */
#ifndef VIPGATE_LIB_CONTROL_CONTROL_H
#define VIPGATE_LIB_CONTROL_CONTROL_H

#include "lib/control/rpc.h"
#include "lib/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum { CONTROL_REQUEST_MAX = 8 * 1024, CONTROL_CLIENTS_MAX = 64 };

struct control_server;
struct control_request;

/*
 * Answers one request. RPC is a node of the RPC's name with its input (lib/control/rpc.h); it lives until the request
 * ends. The handler, or code it leaves behind, must end the request with exactly one control_reply or
 * control_refuse, at once or later; where the client goes away first, what control_on_gone set is called, and the
 * request must not be used after it. Where nothing was set the request stays valid, and must still be ended.
 */
typedef void control_handler(struct control_request *request, const struct json_node *rpc, void *user);

/* Listens. DIRECTORY is made (0755) where it is missing; a stale socket is replaced. NULL with the reason and remedy in
 * ERROR. */
struct control_server *control_server_open(uv_loop_t *loop, const char *directory, const char *name,
                                           control_handler *handler, void *user, char *error, size_t size);

/* Closes and removes the socket; requests under way end as if their clients had gone. Memory is freed once the loop has
 * run on. NULL: nothing. */
void control_server_close(struct control_server *server);

/* A document whose top is the container 'state', begun, for what is to be in it. */
struct json control_state(void);

/* Ends the request with DOCUMENT, which is ended and taken over; NULL: done, with nothing to show. A client whose
 * answer there was no memory for is let go, here and below. */
void control_reply(struct control_request *request, struct json *document);

/* Sends DOCUMENT and keeps the request open, for answers in pieces and --follow. False when the client does not read:
 * more than 1 MiB is waiting for it; the caller ends the request then. */
bool control_reply_more(struct control_request *request, struct json *document);

/* Ends the request with one line that says why not (exit status 1 at the client). */
void control_refuse(struct control_request *request, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the request with a document that is JSON already. */
void control_reply_json(struct control_request *request, const char *json);

/* Ends the request: the configuration file is wrong. LINES has one line for each error (exit status 2 at the client);
 * NULL: memory ran out for them. */
void control_reply_invalid(struct control_request *request, const char *lines);

/* Calls READY once, when all that was sent with control_reply_more has left and it is this client's turn: the moment
 * for the next piece of a long answer. One piece, of whichever client, is made in a turn of the loop. The list it walks
 * may have changed since the last piece, so the handler keeps a key, not a pointer. */
void control_on_ready(struct control_request *request, void (*ready)(struct control_request *request, void *user),
                      void *user);

/* Whether the piece that is being made, by the handler or by READY, has taken the time that one may take: asked after
 * each entry, so that a piece has one at least. */
bool control_piece_is_full(const struct control_request *request);

/* Called when the client goes, or the server is closed, before the request has ended. */
void control_on_gone(struct control_request *request, void (*gone)(struct control_request *request, void *user),
                     void *user);

/* ---- client: blocking, for the command line only ---- */

enum control_result {
    CONTROL_DONE,
    CONTROL_MORE,        /* control_client_wait only: an answer came, and more will */
    CONTROL_REFUSED,     /* ERROR says why */
    CONTROL_INVALID,     /* a configuration file is wrong; ERROR has one line for each error */
    CONTROL_UNREACHABLE, /* ERROR says which socket and what to do */
    CONTROL_STOPPED,     /* the callback answered false, or a signal was handled */
};

/* Receives each answer's document as JSON text. False stops. */
typedef bool control_answer(const char *json, size_t size, void *user);

/* Sends the RPC in JSON to DIRECTORY/NAME.sock and hands each answer to ANSWER. TIMEOUT_MS bounds the wait for each
 * answer; 0: no bound. Never CONTROL_MORE. */
enum control_result control_call(const char *directory, const char *name, const char *rpc_json, uint64_t timeout_ms,
                                 control_answer *answer, void *user, char *error, size_t size);

/* The same in steps, for a command that listens to both daemons at once. */
struct control_client;

/* Connects and sends the RPC, waiting TIMEOUT_MS at most. NULL: unreachable, with ERROR and errno set. */
struct control_client *control_client_open(const char *directory, const char *name, const char *rpc_json,
                                           uint64_t timeout_ms, char *error, size_t size);

/* For poll(): readable when an answer, or a piece of one, has come. */
int control_client_fd(const struct control_client *client);

/* Whether an answer that came together with the last waits to be handed over: poll() does not tell of it. */
bool control_client_has_answer(const struct control_client *client);

/* Waits for one answer and hands it to ANSWER. */
enum control_result control_client_wait(struct control_client *client, uint64_t timeout_ms, control_answer *answer,
                                        void *user, char *error, size_t size);

void control_client_close(struct control_client *client);

#endif
