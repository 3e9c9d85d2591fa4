/* healthd's answers on the control socket. */
#include "healthd/command.h"

#include "healthd/show.h"

#include <stdlib.h>
#include <string.h>

/* A client that waits for a probe to end. */
struct wait {
    struct check_run run; /* first: the callback gets its address */
    struct control_request *request;
};

static void on_run_finished(struct check_run *run, const struct check *check)
{
    struct wait *wait = (struct wait *)run;
    struct json state;

    if (check) {
        state = control_state();
        show_check(&state, check);
        control_reply(wait->request, &state);
    } else {
        control_refuse(wait->request, "a reload removed this check while its probe was running");
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

static void answer_check_run(void *user, struct control_request *request, const struct json_node *rpc)
{
    struct healthd *healthd = user;
    const char *name = node_text(rpc, "name");
    struct check *check = checks_find(healthd->checks, name);
    struct wait *wait = check ? calloc(1, sizeof *wait) : NULL;

    if (!wait) {
        control_refuse(request, check ? "out of memory" : "no check %s is configured; see 'vipgate show checks'", name);
        return;
    }
    wait->run.finished = on_run_finished;
    wait->request = request;
    control_on_gone(request, on_client_gone, wait);
    check_run_now(check, &wait->run);
}

const struct daemon_command healthd_commands[] = {
    {"get", show_get},
    {"check-run", answer_check_run},
    {NULL, NULL},
};
