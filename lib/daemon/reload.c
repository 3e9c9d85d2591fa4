#include "lib/daemon/reload.h"

#include "lib/daemon/beside.h"
#include "lib/log.h"

#include <bsd/string.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PREPARED_MS = 60 * 1000, TOKEN_SIZE = 65, ERROR_SIZE = 512 };

/* A file that is being read. It is the thread's, which does not look at RELOAD; RUNNING is only read. */
struct reading {
    struct reload *reload;
    const struct reload_owner *owner;
    const char *path;
    struct load *running, *load;
};

struct reload {
    uv_timer_t timer; /* the next piece of preparing; after that, how long it is kept */
    uv_loop_t *loop;
    const struct reload_owner *owner;
    void *user;
    const char *path;
    char *absolute; /* the same, for others */
    struct load *running;
    struct beside *thread;           /* reads; NULL: nothing is being read */
    struct load *prepared;           /* or being prepared; NULL: nothing */
    bool ready;                      /* to be applied */
    struct control_request *request; /* who asked; NULL: a signal, or a client that has gone */
    bool unwanted;                   /* the client has gone while the file was read */
    bool again;                      /* a signal came meanwhile */
    bool stopped;
    char token[TOKEN_SIZE];
};

static void begin(struct reload *reload);

/* ---- beside the loop ---- */

static void read_file(void *user)
{
    struct reading *reading = user;

    reading->load = load_file_apart(&reading->owner->load, reading->path);
    if (reading->load && reading->load->value)
        load_compare(reading->load, reading->running);
}

/* The daemon ended meanwhile. */
static void drop_reading(void *user)
{
    struct reading *reading = user;

    load_free(&reading->owner->load, reading->running);
    load_free(&reading->owner->load, reading->load);
    free(reading);
}

/* ---- what is said of it ---- */

/* Each finding is a line of its own. */
static void log_findings(const struct conf *findings)
{
    for (size_t i = 0; i < findings->diagnostic_count; i++) {
        const struct conf_diagnostic *diagnostic = &findings->diagnostics[i];
        char *text = conf_diagnostic_text(diagnostic);
        log_write(diagnostic->severity == CONF_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, NULL, "%s",
                  text ? text : "out of memory");
        free(text);
    }
}

static struct json describe(const struct reload *reload)
{
    const struct load *load = reload->prepared;
    const struct conf *findings = &load->findings;
    struct json json = control_state();

    json_begin(&json, "reload");
    json_text(&json, "digest", findings->digest);
    for (size_t i = 0; i < load->changes_kept; i++)
        json_item(&json, "change", load->changes[i]);
    json_number(&json, "changes", load->change_count);
    for (size_t i = 0; i < findings->diagnostic_count; i++) {
        char *text = conf_diagnostic_text(&findings->diagnostics[i]);
        json_item(&json, "warning", text ? text : "out of memory");
        free(text);
    }
    return json;
}

/* ---- its end ---- */

static void finish(struct reload *reload)
{
    uv_timer_stop(&reload->timer);
    reload->request = NULL;
    reload->unwanted = false;
    reload->token[0] = '\0';
    if (reload->again && !reload->stopped)
        begin(reload);
}

static void __attribute__((format(printf, 2, 3))) refuse(struct reload *reload, const char *format, ...)
{
    struct control_request *request = reload->request;
    char reason[ERROR_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    log_error(NULL, "reload refused, configuration unchanged: %s", reason);
    if (request)
        control_refuse(request, "%s", reason);
    finish(reload);
}

static void refuse_file(struct reload *reload, const struct load *load)
{
    struct control_request *request = reload->request;

    log_findings(&load->findings);
    log_error(NULL, "reload refused, configuration unchanged: the file has errors");
    if (request) {
        char *lines = load_lines(load);
        control_reply_invalid(request, lines);
        free(lines);
    }
    finish(reload);
}

static void forget_prepared(struct reload *reload)
{
    if (!reload->prepared)
        return;
    uv_timer_stop(&reload->timer);
    reload->owner->abandon(reload->user);
    load_free(&reload->owner->load, reload->prepared);
    reload->prepared = NULL;
    reload->ready = false;
}

static void apply(struct reload *reload)
{
    struct load *load = reload->prepared;

    void *value = load->value;

    load_free(&reload->owner->load, reload->running);
    reload->running = load;
    reload->prepared = NULL;
    reload->ready = false;
    load->value = NULL;
    reload->owner->apply(value, reload->user);
    log_findings(&load->findings);
    for (size_t i = 0; i < load->changes_kept; i++)
        log_info(NULL, "reload: %s", load->changes[i]);
    if (load->change_count > load->changes_kept)
        log_info(NULL, "reload: … and %zu more changes", load->change_count - load->changes_kept);
}

/* ---- preparing ---- */

static void on_expiry(uv_timer_t *timer)
{
    struct reload *reload = timer->data;

    forget_prepared(reload);
    refuse(reload, "not applied within %d s of being prepared", PREPARED_MS / 1000);
}

static bool is_acceptable(struct reload *reload, const struct load *load)
{
    if (!load) {
        refuse(reload, "out of memory");
        return false;
    }
    if (!load->value) {
        refuse_file(reload, load);
        return false;
    }
    if (strcmp(load->shared.control_directory, reload->running->shared.control_directory) == 0)
        return true;
    refuse(reload, "%s: changing the control directory requires a restart", reload->path);
    return false;
}

static void finish_preparing(struct reload *reload)
{
    reload->ready = true;
    if (reload->request) {
        struct json answer = describe(reload);
        uv_timer_start(&reload->timer, on_expiry, PREPARED_MS, 0);
        control_reply_more(reload->request, &answer); /* the first answer: there is room for it */
    } else {
        apply(reload);
        finish(reload);
    }
}

/* A piece of it in one turn of the loop. */
static void prepare(uv_timer_t *timer)
{
    struct reload *reload = timer->data;
    struct load *load = reload->prepared;
    char error[ERROR_SIZE];

    switch (reload->owner->prepare(load->value, reload->user, error, sizeof error)) {
    case STEP_MORE:
        uv_timer_start(timer, prepare, 1, 0);
        break;
    case STEP_DONE:
        finish_preparing(reload);
        break;
    case STEP_FAILED:
        reload->prepared = NULL;
        refuse(reload, "%s", error);
        load_free(&reload->owner->load, load);
        break;
    }
}

static void on_read(void *user)
{
    struct reading *reading = user;
    struct reload *reload = reading->reload;
    struct load *load = reading->load;

    reload->thread = NULL;
    free(reading);
    if (!reload->unwanted && is_acceptable(reload, load)) {
        reload->prepared = load;
        prepare(&reload->timer);
        return;
    }
    load_free(&reload->owner->load, load);
    if (reload->unwanted)
        finish(reload);
}

/* For the client that asked, or for a signal. */
static void begin(struct reload *reload)
{
    struct reading *reading = calloc(1, sizeof *reading);

    if (!reload->request)
        reload->again = false;
    if (reading) {
        *reading = (struct reading){reload, reload->owner, reload->path, reload->running, NULL};
        reload->thread = beside_start(reload->loop, read_file, on_read, reading);
    }
    if (reload->thread)
        return;
    free(reading);
    refuse(reload, "out of memory or threads");
}

static bool is_busy(const struct reload *reload)
{
    return reload->thread || reload->prepared;
}

void reload_now(struct reload *reload)
{
    reload->again = true;
    if (!is_busy(reload) && !reload->stopped)
        begin(reload);
}

/* ---- over the control socket ---- */

static void on_client_gone(struct control_request *request, void *user)
{
    struct reload *reload = user;

    (void)request;
    reload->request = NULL;
    if (reload->thread) {
        reload->unwanted = true;
        return;
    }
    if (!reload->stopped)
        log_info(NULL, "reload dropped: the client disconnected before applying it");
    forget_prepared(reload);
    finish(reload);
}

static void answer_prepare(struct reload *reload, struct control_request *request, const char *token)
{
    if (is_busy(reload)) {
        control_refuse(request, "another reload is in progress; try again");
        return;
    }
    reload->request = request;
    strlcpy(reload->token, token, sizeof reload->token);
    control_on_gone(request, on_client_gone, reload);
    begin(reload);
}

static void answer_apply(struct reload *reload, struct control_request *request, const char *token)
{
    struct control_request *first = reload->request;

    if (!reload->ready || strcmp(token, reload->token) != 0) {
        control_refuse(request, "this reload is no longer prepared here; try again");
        return;
    }
    apply(reload);
    control_reply(first, NULL);
    control_reply(request, NULL);
    finish(reload);
}

void reload_answer(struct reload *reload, struct control_request *request, const struct json_node *rpc)
{
    const char *token = node_text(rpc, "token");

    if (strcmp(node_text(rpc, "phase"), "prepare") == 0)
        answer_prepare(reload, request, token);
    else
        answer_apply(reload, request, token);
}

void reload_answer_config(const struct reload *reload, struct control_request *request)
{
    control_reply_json(request, reload->running->document);
}

const struct shared_config *reload_shared(const struct reload *reload)
{
    return &reload->running->shared;
}

void reload_describe(const struct reload *reload, struct json *daemon)
{
    json_text(daemon, "configuration-file", reload->absolute);
    json_text(daemon, "configuration-digest", reload->running->findings.digest);
}

/* ---- life ---- */

/* NULL when out of memory, or in a directory that has gone. */
static char *absolute_path(const char *path)
{
    char *directory = path[0] == '/' ? strdup("") : getcwd(NULL, 0), *text;

    if (!directory || asprintf(&text, "%s%s%s", directory, directory[0] ? "/" : "", path) < 0)
        text = NULL;
    free(directory);
    return text;
}

struct reload *reload_new(uv_loop_t *loop, const char *path, const struct reload_owner *owner, void *user,
                          struct load *load)
{
    struct reload *reload = calloc(1, sizeof *reload);

    if (!reload)
        return NULL;
    *reload = (struct reload){.loop = loop, .path = path, .owner = owner, .user = user, .running = load};
    reload->absolute = absolute_path(path);
    uv_timer_init(loop, &reload->timer);
    reload->timer.data = reload;
    return reload;
}

void reload_stop(struct reload *reload)
{
    reload->stopped = true;
    forget_prepared(reload);
    if (!reload->thread)
        return;
    /* The thread may still look at what runs, and may never end: it cleans up after itself. */
    beside_abandon(reload->thread, drop_reading);
    reload->thread = NULL;
    reload->running = NULL;
}

static void on_closed(uv_handle_t *handle)
{
    struct reload *reload = handle->data;

    free(reload->absolute);
    free(reload);
}

void reload_free(struct reload *reload)
{
    if (!reload)
        return;
    reload_stop(reload);
    load_free(&reload->owner->load, reload->running);
    uv_close((uv_handle_t *)&reload->timer, on_closed);
}
