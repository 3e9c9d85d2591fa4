/*
 * reload: one transaction of all daemons that run.
 *
 *     prepare: all at once, each reads the file     ->  every answer is here, of the same bytes  ->  apply: one after
 * the other
 *
 * Until the first applies, closing the connections leaves everything as it was. bgpd applies first: a check that goes
 * away has then left the gates before healthd forgets it.
 */
#include "ctl/reload.h"

#include "ctl/handlers.h"
#include "ctl/query.h"
#include "lib/clock.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTIES = 2, RELOAD_TIMEOUT_MS = 30 * 1000 };

/* A daemon that takes part. */
struct party {
    const char *daemon;
    struct control_client
        *client;       /* open for as long as the daemon is to keep what it prepared; NULL: it does not run */
    char absence[512]; /* how that was found */
    struct document answer;
};

struct transaction {
    const struct invocation *invocation;
    uint64_t timeout_ms;
    struct party parties[PARTIES]; /* in the order in which they apply */
    char token[40];
};

static char *request(const struct transaction *transaction, const char *phase)
{
    const struct member members[] = {{"phase", phase, false}, {"token", transaction->token, false}};

    return request_build("reload", members, sizeof members / sizeof *members);
}

static const struct json_node *plan_of(const struct party *party)
{
    return node_child(party->answer.state, "reload");
}

/* ---- prepare ---- */

/* Asks PARTY to prepare. One that does not run reads the file when it starts, and is no hindrance. */
static int ask(const struct transaction *transaction, struct party *party)
{
    char *prepare = request(transaction, "prepare");

    party->client = control_client_open(query_directory(transaction->invocation), party->daemon, prepare,
                                        transaction->timeout_ms, party->absence, sizeof party->absence);
    bool absent = !party->client && (errno == ENOENT || errno == ECONNREFUSED);
    free(prepare);
    if (party->client || absent)
        return STATUS_DONE;
    complain("%s: %s", party->daemon, party->absence);
    return STATUS_UNREACHABLE;
}

static void complain_of_absence(const struct party *parties)
{
    for (int i = 0; i < PARTIES; i++)
        complain("%s: %s", parties[i].daemon, parties[i].absence);
}

static bool keep_answer(const char *json, size_t size, void *user)
{
    struct party *party = user;

    return document_read(&party->answer, json, size);
}

static int await_answer(struct party *party, uint64_t deadline_ms)
{
    char error[64 * 1024] = ""; /* a file may have many errors */
    uint64_t now_ms = clock_monotonic_ms();

    if (!party->client)
        return STATUS_DONE;
    enum control_result result = control_client_wait(party->client, deadline_ms > now_ms ? deadline_ms - now_ms : 1,
                                                     keep_answer, party, error, sizeof error);
    if (result == CONTROL_MORE && plan_of(party))
        return STATUS_DONE;
    if (result == CONTROL_MORE || result == CONTROL_DONE)
        complain("%s: invalid answer; is the daemon another version?", party->daemon);
    int status = query_outcome(result, party->daemon, error);
    return status == STATUS_USAGE ? STATUS_USAGE : STATUS_REFUSED;
}

static bool read_the_same(const struct party *parties)
{
    const char *one = node_text(plan_of(&parties[0]), "digest"), *other = node_text(plan_of(&parties[1]), "digest");

    return !one || !other || strcmp(one, other) == 0;
}

static int prepare(struct transaction *transaction)
{
    uint64_t deadline_ms = clock_monotonic_ms() + transaction->timeout_ms;
    int status = STATUS_DONE;
    bool anybody = false;

    for (int i = 0; i < PARTIES && status == STATUS_DONE; i++)
        status = ask(transaction, &transaction->parties[i]);
    for (int i = 0; i < PARTIES && status == STATUS_DONE; i++) {
        anybody |= transaction->parties[i].client != NULL;
        status = await_answer(&transaction->parties[i], deadline_ms);
    }
    if (status != STATUS_DONE)
        return status;
    if (!anybody) {
        complain_of_absence(transaction->parties);
        return STATUS_UNREACHABLE;
    }
    if (read_the_same(transaction->parties))
        return STATUS_DONE;
    complain("the file changed while the daemons were reading it; nothing was applied, try again");
    return STATUS_REFUSED;
}

/* ---- apply ---- */

static int apply(const struct transaction *transaction)
{
    const char *applied = NULL;

    for (int i = 0; i < PARTIES; i++) {
        const struct party *party = &transaction->parties[i];
        if (!party->client)
            continue;
        int status = query(transaction->invocation, party->daemon, request(transaction, "apply"),
                           transaction->timeout_ms, query_ignore, NULL);
        if (status != STATUS_DONE && applied)
            complain("%s has the new configuration, %s keeps its old one", applied, party->daemon);
        if (status != STATUS_DONE)
            return status;
        applied = party->daemon;
    }
    return STATUS_DONE;
}

/* ---- what it did ---- */

static bool has_warning(const struct json_node *plan, const char *text)
{
    NODE_FOR_EACH(warning, plan, "warning")
    {
        if (strcmp(warning->text, text) == 0)
            return true;
    }
    return false;
}

/* Prints the warnings of PLAN that are not in SAID. */
static void print_warnings(const struct json_node *plan, const struct json_node *said)
{
    NODE_FOR_EACH(warning, plan, "warning")
    {
        if (!has_warning(said, warning->text))
            fprintf(stderr, "%s\n", warning->text);
    }
}

static void print_changes(const struct json_node *plan)
{
    uint64_t count = node_number(plan, "changes", 0), shown = 0;

    NODE_FOR_EACH(change, plan, "change")
    {
        printf("%s\n", change->text);
        shown++;
    }
    if (count > shown)
        printf("… and %" PRIu64 " more\n", count - shown);
    else if (count == 0)
        printf("nothing has changed\n");
}

/* One that was restarted since the file changed has less to change. */
static void report(const struct party *parties)
{
    const struct json_node *first = plan_of(&parties[0]), *second = plan_of(&parties[1]);
    bool second_has_more = node_number(second, "changes", 0) > node_number(first, "changes", 0);

    for (int i = 0; i < PARTIES; i++) {
        if (!parties[i].client)
            complain("%s does not run: it reads the file when it starts", parties[i].daemon);
    }
    print_warnings(first, NULL);
    print_warnings(second, first);
    print_changes(second_has_more ? second : first);
}

int reload_run(const struct invocation *invocation, uint64_t timeout_ms)
{
    struct transaction transaction = {
        .invocation = invocation, .timeout_ms = timeout_ms, .parties = {{.daemon = "bgpd"}, {.daemon = "healthd"}}};

    snprintf(transaction.token, sizeof transaction.token, "%08x%08x%08x", arc4random(), arc4random(), arc4random());
    int status = prepare(&transaction);
    if (status == STATUS_DONE)
        status = apply(&transaction);
    if (status == STATUS_DONE)
        report(transaction.parties);
    for (int i = 0; i < PARTIES; i++) {
        control_client_close(transaction.parties[i].client);
        document_free(&transaction.parties[i].answer);
    }
    return status;
}

int handle_reload(const struct invocation *invocation)
{
    return reload_run(invocation, RELOAD_TIMEOUT_MS);
}
