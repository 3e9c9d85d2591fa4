#include "lib/daemon/daemon.h"

#include "lib/clock.h"
#include "lib/daemon/beside.h"
#include "lib/daemon/notify.h"
#include "lib/daemon/program.h"
#include "lib/log.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <bsd/unistd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool daemon_out_of_memory(char *error, size_t size)
{
    strlcpy(error, "out of memory", size);
    return false;
}

const struct shared_config *daemon_shared(const struct daemon *daemon)
{
    return reload_shared(daemon->reload);
}

/* ---- requests ---- */

static void answer_own(struct daemon *daemon, struct control_request *request, const struct json_node *rpc)
{
    const char *name = rpc->name;

    for (const struct daemon_command *command = daemon->commands; command->rpc; command++) {
        if (strcmp(command->rpc, name) == 0) {
            command->answer(daemon, request, rpc);
            return;
        }
    }
    control_refuse(request, "%s does not answer '%s'", daemon->kind->program, name);
}

static void answer(struct control_request *request, const struct json_node *rpc, void *user)
{
    struct daemon *daemon = user;

    if (daemon->stopping)
        control_refuse(request, "%s is stopping", daemon->kind->program);
    else if (strcmp(rpc->name, "get-config") == 0)
        reload_answer_config(daemon->reload, request);
    else if (strcmp(rpc->name, "reload") == 0)
        reload_answer(daemon->reload, request, rpc);
    else
        answer_own(daemon, request, rpc);
}

void daemon_describe(const struct daemon *daemon, struct json *state)
{
    json_entry(state, "daemon");
    json_text(state, "name", daemon->kind->name);
    json_text(state, "version", VIPGATE_VERSION);
    json_number(state, "pid", (uint64_t)getpid());
    json_time(state, "since", daemon->since_us);
    reload_describe(daemon->reload, state);
    if (daemon->kind->describe)
        daemon->kind->describe(daemon, state);
    json_end(state);
}

/* ---- from one configuration to the next ---- */

static void add_event(struct daemon *daemon, const char *what, const char *cause)
{
    journal_add(daemon->journal, clock_real_us(), "daemon", daemon->kind->name, "", what, "%s", cause);
}

static void configure_log(const struct daemon *daemon)
{
    const struct shared_config *shared = daemon_shared(daemon);

    log_configure(shared->log_level, shared->log_format, shared->site);
}

static void apply(struct daemon *daemon, void *value)
{
    const char *site = daemon_shared(daemon)->site;

    configure_log(daemon);
    setproctitle("%s%s%s", site ? site : "", site ? ", " : "", daemon->kind->extent(value));
    daemon->kind->config.apply(value, daemon);
}

static void apply_again(void *value, void *user)
{
    struct daemon *daemon = user;

    journal_add(daemon->journal, clock_real_us(), "config", daemon->kind->name, "", "reloaded", "%s",
                daemon->kind->extent(value));
    apply(daemon, value);
}

/* ---- life ---- */

/* Where another daemon has the control socket, nothing has been touched yet. */
static bool open_rooms(struct daemon *daemon, const void *value, char *error, size_t size)
{
    daemon->journal = journal_new(daemon->kind->name);
    daemon->feed = daemon->journal ? event_feed_new(daemon->journal) : NULL;
    if (!daemon->feed)
        return daemon_out_of_memory(error, size);
    daemon->control = control_server_open(daemon->loop, daemon_shared(daemon)->control_directory, daemon->kind->name,
                                          answer, daemon, error, size);
    return daemon->control && daemon->kind->open(daemon, value, error, size);
}

/* At the start there is nothing that could not wait. */
static bool prepare(struct daemon *daemon, void *value, char *error, size_t size)
{
    enum step step;

    while ((step = daemon->kind->config.prepare(value, daemon, error, size)) == STEP_MORE)
        ;
    return step == STEP_DONE;
}

/* LOAD is taken over. */
static bool start(struct daemon *daemon, struct load *load, char *error, size_t size)
{
    const struct daemon_kind *kind = daemon->kind;

    void *value = load->value;
    char cause[128];

    daemon->since_us = clock_real_us();
    daemon->config = kind->config;
    daemon->config.apply = apply_again;
    daemon->reload = reload_new(daemon->loop, daemon->path, &daemon->config, daemon, load);
    if (!daemon->reload) {
        load_free(&kind->config.load, load);
        return daemon_out_of_memory(error, size);
    }
    configure_log(daemon);
    if (!open_rooms(daemon, value, error, size) || !prepare(daemon, value, error, size))
        return false;
    load->value = NULL;
    snprintf(cause, sizeof cause, "version %s, %s", VIPGATE_VERSION, kind->extent(value));
    add_event(daemon, "started", cause);
    uv_update_time(daemon->loop); /* no timer counts the time that loading took */
    apply(daemon, value);
    notify_service_manager("READY=1");
    return true;
}

void daemon_end(struct daemon *daemon)
{
    if (daemon->ended)
        return;
    daemon->ended = true;
    program_release_signals();
    control_server_close(daemon->control);
    reload_free(daemon->reload);
    daemon->kind->close(daemon);
    event_feed_free(daemon->feed);
    journal_free(daemon->journal);
}

/* Asked twice, it waits for nobody. */
static void stop(struct daemon *daemon, const char *reason)
{
    bool again = daemon->stopping;

    daemon->stopping = true;
    if (!again) {
        reload_stop(daemon->reload);
        notify_service_manager("STOPPING=1");
        add_event(daemon, "stopping", reason);
    }
    if (again || !daemon->kind->stop)
        daemon_end(daemon);
    else
        daemon->kind->stop(daemon, reason);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;

    if (number == SIGHUP)
        reload_now(daemon->reload);
    else
        stop(daemon, number == SIGTERM ? "vipgate is stopping: SIGTERM" : "vipgate is stopping: SIGINT");
}

/* ---- the program ---- */

static int run(struct daemon *daemon, struct load *load, struct ly_ctx *context)
{
    char error[512];

    program_allow_fds();
    bool started = start(daemon, load, error, sizeof error);
    if (!started) {
        log_error(NULL, "%s", error);
        daemon_end(daemon);
    }
    /* That takes half a millisecond, in which the first announcements would wait. */
    if (!beside_start(daemon->loop, load_forget, NULL, context))
        load_forget(context);
    uv_run(daemon->loop, UV_RUN_DEFAULT);
    uv_loop_close(daemon->loop);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A daemon that starts must not wait until somebody reads what there is to say of its file; -n has nothing else to do.
 */
static void say_findings(const struct load *load, bool only_check)
{
    char *lines = load_lines(load);
    const char *text = lines ? lines : "out of memory\n";

    if (only_check)
        fputs(text, stderr);
    else
        log_lines(text);
    free(lines);
}

static int check_or_run(struct daemon *daemon, bool only_check)
{
    const struct load_kind *kind = &daemon->kind->config.load;
    char error[256];
    struct ly_ctx *context = model_open(error, sizeof error);

    if (!context) {
        log_error(NULL, "%s", error);
        return EXIT_FAILURE;
    }
    struct load *load = load_file(kind, context, daemon->path);
    if (!load) {
        log_error(NULL, "out of memory");
        ly_ctx_destroy(context);
        return EXIT_FAILURE;
    }
    say_findings(load, only_check);
    if (load->value && !only_check)
        return run(daemon, load, context);
    int status = load->value ? EXIT_SUCCESS : PROGRAM_MISUSED;
    load_free(kind, load);
    ly_ctx_destroy(context);
    return status;
}

static int exit_status;

/* A file system that hangs may hold a thread for good. What takes the program's libraries down, or looks for leaks in a
 * test, does not wait for it. */
static void leave_threads_behind(void)
{
    if (beside_under_way())
        _exit(exit_status);
}

int daemon_main(struct daemon *daemon, const struct daemon_kind *kind, const struct daemon_command *commands, int argc,
                char **argv)
{
    struct program program;
    int status;

    atexit(leave_threads_behind); /* the first, so that it is the last: the log is written by then */
    if (!program_begin(&program, kind->program, argc, argv, &status))
        return status;
    daemon->kind = kind;
    daemon->commands = commands;
    daemon->path = program.path;
    daemon->loop = uv_default_loop();
    /* Before anything else: what comes while the daemon starts is acted on when it has started. */
    if (!program.only_check)
        program_catch_signals(daemon->loop, on_signal, daemon);
    exit_status = check_or_run(daemon, program.only_check);
    return exit_status;
}
