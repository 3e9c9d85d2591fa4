/* Asking the daemons: requests as JSON, answers as trees, failures as exit statuses with one line on standard error. */
#ifndef VIPGATE_CTL_QUERY_H
#define VIPGATE_CTL_QUERY_H

#include "ctl/command.h"
#include "lib/control/control.h"

#include <stdint.h>

enum { ANSWER_TIMEOUT_MS = 10 * 1000 };

/* A member of a request's input. */
struct member {
    const char *name;
    const char *value; /* NULL: the member is left out */
    bool bare;         /* JSON as it stands: numbers, booleans, lists */
};

/* The request RPC with its members, COUNT of them, as JSON. The caller frees it. */
char *request_build(const char *rpc, const struct member *members, size_t count);

/* The request 'get' of the lists in WHAT, such as "vip,event", with further members. The caller frees it. */
char *request_get(const char *what, const struct member *members, size_t count);

/* One answer, or a piece of it. */
struct document {
    struct arena arena;
    struct json_node *state; /* the container */
};

/* Reads the JSON of an answer. False with a line on standard error. */
bool document_read(struct document *document, const char *json, size_t size);
void document_free(struct document *document);

/* Takes one answer, which is freed afterwards, unless it was moved and zeroed. False stops. */
typedef bool query_answer(struct document *document, void *user);

/* Sends REQUEST, which is freed, to DAEMON and hands over its answers. The exit status; every failure was told. */
int query(const struct invocation *invocation, const char *daemon, char *request, uint64_t timeout_ms,
          query_answer *answer, void *user);

/* For requests whose answer is that it was done. */
query_answer query_ignore;

/* The socket directory that was asked for. */
const char *query_directory(const struct invocation *invocation);

/* Tells on standard error what a call to DAEMON came to, and answers with the exit status. */
int query_outcome(enum control_result result, const char *daemon, const char *error);

/* ---- answers kept, where they are not too many ---- */

/* All that was said, as one document. */
struct collection {
    struct document *documents;
    size_t count;
    struct json_node *first, *last;
};

/* A query_answer; USER is the struct collection. A leaf that was said before is passed over. */
query_answer collection_add;
void collection_free(struct collection *collection);

/* The next entry of LIST after AFTER (NULL: the first) in the order they were said. NULL at the end. */
const struct json_node *collection_next(const struct collection *collection, const char *list,
                                        const struct json_node *after);

/* The entry of LIST whose first key is KEY, or NULL. */
const struct json_node *collection_find(const struct collection *collection, const char *list, const char *key);

/* ---- standard error ---- */

/* One line, with the program's name before it. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
