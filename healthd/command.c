/* healthd's answers on the control socket. */
#include "healthd/command.h"

#include "healthd/get.h"
#include "healthd/state.h"
#include "lib/model.h"

#include <stdlib.h>
#include <string.h>

/* ---- the configuration ---- */

static void answer_get_config(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc)
{
    (void)rpc;
    reload_answer_config(daemon->reload, request);
}

static void answer_reload(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc)
{
    reload_answer(daemon->reload, request, rpc);
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
    struct lyd_node *state = check ? get_new_state(wait->daemon) : NULL;

    if (check) {
        state_append_check(state, check);
        control_reply(wait->request, state);
    } else {
        control_refuse(wait->request, "a reload has removed this check before the probe had ended");
    }
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
    {"get", get_answer},
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
