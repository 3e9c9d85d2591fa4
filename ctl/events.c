/* show events: what both daemons remember, by time, and with --follow what happens from now on. */
#include "ctl/handlers.h"
#include "ctl/show.h"

#include "lib/clock.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

enum { DAEMONS = 2 };

static const char *const daemons[DAEMONS] = {"bgpd", "healthd"};

/* ---- by time ---- */

static const char *text_of(const struct json_node *event, const char *name)
{
    const char *text = node_text(event, name);

    return text ? text : "";
}

/* RFC 3339 in UTC sorts as text. In the same microsecond healthd's comes first: it is the cause. */
static int compare_events(const void *a, const void *b)
{
    const struct json_node *left = *(const struct json_node *const *)a, *right = *(const struct json_node *const *)b;
    int order = strcmp(text_of(left, "time"), text_of(right, "time"));

    return order ? order : strcmp(text_of(right, "daemon"), text_of(left, "daemon"));
}

const struct json_node **show_events_sorted(const struct collection *collection, uint64_t last, size_t *count)
{
    const struct json_node **events = NULL, *event = NULL;
    size_t size = 0;

    *count = 0;
    while ((event = collection_next(collection, "event", event))) {
        if (*count == size) {
            size = size ? size * 2 : 64;
            events = realloc(events, size * sizeof(struct json_node *));
            if (!events)
                abort();
        }
        events[(*count)++] = event;
    }
    if (*count > 0)
        mergesort(events, *count, sizeof(struct json_node *), compare_events);
    if (*count > last) {
        memmove(events, events + (*count - last), last * sizeof(struct json_node *));
        *count = last;
    }
    return events;
}

void show_events(struct writer *writer, const struct collection *collection, uint64_t last)
{
    size_t count;
    const struct json_node **events = show_events_sorted(collection, last, &count);

    writer_list(writer, &view_events);
    for (size_t i = 0; i < count; i++)
        writer_entry(writer, events[i]);
    free(events);
}

static uint64_t last_of(const struct invocation *invocation)
{
    const char *last = command_argument(invocation, "--last");

    return last ? strtoull(last, NULL, 10) : UINT32_MAX;
}

static char *request(const struct invocation *invocation, bool follow)
{
    const struct member members[] = {{"last", command_argument(invocation, "--last"), true},
                                     {"follow", follow ? "true" : NULL, true}};

    return request_get("event", members, sizeof members / sizeof *members);
}

/* ---- --follow ---- */

/* What bgpd did may be heard before what healthd saw: an event is shown when it is so old, or nothing follows for so
 * long. */
enum { HOLD_MS = 100 };

/* Both daemons' streams, and the writer they come together in. */
struct following {
    struct control_client *clients[DAEMONS];
    struct writer writer;
    struct collection held; /* what was not yet shown; at first what was before, up to an answer without events */
    bool listed;            /* that answer came */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* Ctrl-C ends the table or the document properly. The signals come only while ppoll() waits, so that none is missed
 * between a look at the flag and the wait. */
static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal};

    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool follow_document(const char *json, size_t size, void *user)
{
    struct following *following = user;
    struct document document;

    if (!document_read(&document, json, size))
        return false;
    following->listed = !node_child(document.state, "event");
    return collection_add(&document, &following->held);
}

/* Keeps the COUNT events at EVENTS alone of what is held. */
static void hold_only(struct following *following, const struct json_node *const *events, size_t count)
{
    struct collection held = {0};
    struct document document;
    struct json json = control_state();

    for (size_t i = 0; i < count; i++)
        node_write(&json, "event", events[i]);
    json_finish(&json);
    if (json.failed || !document_read(&document, json.text, json.length))
        abort();
    collection_add(&document, &held);
    free(json.text);
    collection_free(&following->held);
    following->held = held;
}

/* Shows and forgets what happened until the time UNTIL. */
static void show_held(struct following *following, const char *until)
{
    size_t count, shown = 0;
    const struct json_node **events = show_events_sorted(&following->held, UINT64_MAX, &count);

    for (; shown < count && strcmp(text_of(events[shown], "time"), until) <= 0; shown++)
        writer_entry(&following->writer, events[shown]);
    if (shown > 0)
        hold_only(following, events + shown, count - shown);
    free(events);
    writer_flush(&following->writer);
}

static void show_old(struct following *following)
{
    char until[CLOCK_TEXT_SIZE];

    show_held(following, clock_format(clock_real_us() - HOLD_MS * 1000, until));
}

static void show_all(struct following *following)
{
    show_held(following, "\x7f");
}

/* Takes one answer of a daemon; one that has no more is let go. */
static void follow_step(struct following *following, size_t i)
{
    char error[512] = "";

    enum control_result result =
        control_client_wait(following->clients[i], ANSWER_TIMEOUT_MS, follow_document, following, error, sizeof error);
    if (result == CONTROL_MORE)
        return;
    query_outcome(result, daemons[i], error);
    control_client_close(following->clients[i]);
    following->clients[i] = NULL;
}

static void follow_open(struct following *following, const struct invocation *invocation)
{
    for (size_t i = 0; i < DAEMONS; i++) {
        char error[512], *text = request(invocation, true);
        following->clients[i] =
            control_client_open(query_directory(invocation), daemons[i], text, ANSWER_TIMEOUT_MS, error, sizeof error);
        free(text);
        if (!following->clients[i])
            query_outcome(CONTROL_UNREACHABLE, daemons[i], error);
        following->listed = false;
        while (following->clients[i] && !following->listed)
            follow_step(following, i);
    }
}

/* Waits until one of the daemons has said something, or, where events are held, *QUIET: it has not for HOLD_MS. False
 * where there is nothing more to wait for. */
static bool follow_wait(const struct following *following, struct pollfd *fds, bool *quiet)
{
    static const struct timespec at_once, hold = {.tv_nsec = HOLD_MS * 1000000L};
    const struct timespec *timeout = collection_next(&following->held, "event", NULL) ? &hold : NULL;
    bool any = false;

    sigset_t none;

    sigemptyset(&none);
    for (size_t i = 0; i < DAEMONS; i++) {
        const struct control_client *client = following->clients[i];
        fds[i] = (struct pollfd){.fd = client ? control_client_fd(client) : -1, .events = POLLIN};
        any |= client != NULL;
        if (client && control_client_has_answer(client))
            timeout = &at_once;
    }
    if (!any || interrupted)
        return false;
    int ready = ppoll(fds, DAEMONS, timeout, &none);
    *quiet = ready == 0 && timeout == &hold;
    return ready >= 0 || errno == EINTR;
}

static bool follow_both(struct following *following)
{
    struct pollfd fds[DAEMONS];
    bool quiet;

    if (!follow_wait(following, fds, &quiet))
        return false;
    for (size_t i = 0; i < DAEMONS; i++) {
        if (following->clients[i] && (fds[i].revents || control_client_has_answer(following->clients[i])))
            follow_step(following, i);
    }
    if (quiet)
        show_all(following);
    else
        show_old(following);
    return true;
}

static int follow(const struct invocation *invocation)
{
    struct following following = {.writer = show_writer(invocation)};

    catch_signals();
    follow_open(&following, invocation);
    bool reached = following.clients[0] || following.clients[1];
    if (reached) {
        show_events(&following.writer, &following.held, last_of(invocation));
        collection_free(&following.held);
        writer_expect_more(&following.writer);
        writer_flush(&following.writer);
        while (follow_both(&following))
            continue;
        show_all(&following);
        writer_end(&following.writer);
    }
    writer_drop(&following.writer);
    collection_free(&following.held);
    for (size_t i = 0; i < DAEMONS; i++)
        control_client_close(following.clients[i]);
    return interrupted ? STATUS_DONE : STATUS_UNREACHABLE;
}

/* ---- the command ---- */

int handle_show_events(const struct invocation *invocation)
{
    struct collection answers = {0};
    int worst = STATUS_DONE;
    size_t reached = 0;

    if (command_argument(invocation, "--follow"))
        return follow(invocation);
    for (size_t i = 0; i < DAEMONS; i++) {
        int status =
            query(invocation, daemons[i], request(invocation, false), ANSWER_TIMEOUT_MS, collection_add, &answers);
        reached += status == STATUS_DONE;
        worst = status > worst ? status : worst;
    }
    /* One daemon's events are worth showing while the other is down, which was told on standard error. */
    if (reached > 0) {
        struct writer writer = show_writer(invocation);
        show_events(&writer, &answers, last_of(invocation));
        writer_end(&writer);
    }
    collection_free(&answers);
    return reached > 0 ? STATUS_DONE : worst;
}
