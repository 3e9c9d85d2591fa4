/* healthd's answers on the control socket. */
#include "healthd/daemon.h"
#include "healthd/state.h"
#include "lib/conf/conf.h"
#include "lib/model.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- get ---- */

static void append_daemon(const struct daemon *daemon, struct lyd_node *state)
{
    struct lyd_node *node = model_list(state, "daemon", "healthd", NULL);

    model_leaf(node, "version", VIPGATE_VERSION);
    model_leaf_number(node, "pid", (uint64_t)getpid());
    model_leaf_time(node, "since", daemon->since_us);
}

/* All checks, or the one that RPC names. */
static void append_checks(const struct daemon *daemon, struct lyd_node *state, const struct lyd_node *rpc)
{
    const char *name = model_text(rpc, "check");
    const struct check *one = name ? checks_find(daemon->checks, name) : NULL;

    if (one)
        state_append_check(state, one);
    for (size_t i = 0; !name && i < checks_count(daemon->checks); i++)
        state_append_check(state, checks_at(daemon->checks, i));
}

static struct lyd_node *new_state(const struct daemon *daemon)
{
    struct lyd_node *state = model_top(daemon->context, "state");

    model_leaf(state, "site", checks_config(daemon->checks)->site);
    return state;
}

static bool asks_for(const struct lyd_node *rpc, const char *what)
{
    const struct lyd_node *node;

    LY_LIST_FOR(lyd_child(rpc), node)
    {
        if (strcmp(node->schema->name, "what") == 0 && strcmp(lyd_get_value(node), what) == 0)
            return true;
    }
    return false;
}

static void answer_get(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc)
{
    const char *name = model_text(rpc, "check");

    if (asks_for(rpc, "check") && name && !checks_find(daemon->checks, name)) {
        control_refuse(request, "there is no check %s; 'vipgate show checks' lists them", name);
        return;
    }
    struct lyd_node *state = new_state(daemon);
    if (asks_for(rpc, "daemon"))
        append_daemon(daemon, state);
    if (asks_for(rpc, "check"))
        append_checks(daemon, state, rpc);
    if (asks_for(rpc, "event"))
        event_feed_append(daemon->feed, state, (uint32_t)model_number(rpc, "last", UINT32_MAX));
    if (asks_for(rpc, "event") && model_boolean(rpc, "follow", false))
        event_feed_follow(daemon->feed, request, state);
    else
        control_reply(request, state);
}

/* ---- get-config ---- */

static void answer_get_config(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc)
{
    char *text = conf_print(checks_config(daemon->checks)->tree, CONF_JSON, false);
    struct lyd_node *document = NULL;

    (void)rpc;
    LY_ERR result = text ? lyd_parse_data_mem(daemon->context, text, LYD_JSON, LYD_PARSE_ONLY, 0, &document) : LY_EMEM;
    free(text);
    if (result == LY_SUCCESS)
        control_reply(request, document);
    else
        control_refuse(request, "the running configuration cannot be printed");
}

/* ---- reload ---- */

static void answer_reload(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc)
{
    char *lines = NULL;

    (void)rpc;
    enum reload_result result = daemon_reload(daemon, &lines);
    control_reply_reload(request, result, lines);
    free(lines);
}

/* ---- check-run ---- */

/* A client that waits for a probe to end. */
struct wait {
    struct check_run run; /* first: the callback gets its address */
    struct daemon *daemon;
    struct control_request *request;
};

static void on_run_finished(struct check_run *run, const struct check *check)
{
    struct wait *wait = (struct wait *)run;
    struct lyd_node *state = new_state(wait->daemon);

    state_append_check(state, check);
    control_reply(wait->request, state);
    free(wait);
}

static void on_client_gone(struct control_request *request, void *user)
{
    struct wait *wait = user;

    (void)request;
    check_run_cancel(&wait->run);
    free(wait);
}

static void answer_check_run(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc)
{
    const char *name = model_text(rpc, "name");
    struct check *check = checks_find(daemon->checks, name);
    struct wait *wait = check ? calloc(1, sizeof *wait) : NULL;

    if (!wait) {
        control_refuse(request, check ? "out of memory" : "there is no check %s; 'vipgate show checks' lists them",
                       name);
        return;
    }
    wait->run.finished = on_run_finished;
    wait->daemon = daemon;
    wait->request = request;
    control_on_gone(request, on_client_gone, wait);
    check_run_now(check, &wait->run);
}

/* ---- which is it ---- */

static const struct {
    const char *rpc;
    void (*answer)(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc);
} commands[] = {
    {"get", answer_get},
    {"get-config", answer_get_config},
    {"reload", answer_reload},
    {"check-run", answer_check_run},
};

void daemon_answer(struct control_request *request, const struct lyd_node *rpc, void *user)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].rpc, rpc->schema->name) == 0) {
            commands[i].answer(user, request, rpc);
            return;
        }
    }
    control_refuse(request, "vipgate-healthd does not know %s; ask vipgate-bgpd", rpc->schema->name);
}
