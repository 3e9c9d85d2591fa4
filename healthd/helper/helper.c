#include "healthd/helper/helper.h"

#include "healthd/helper/process.h"

#include <bsd/sys/tree.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum {
    /* A look that takes longer than this may be stuck: others need somebody else to look. */
    STUCK_MS = 50,
    /* Processes that look at files, each of which a dead file system may hold. */
    EYES_MAX = 128,
    EYES_AT_ONCE = 8,
    /* Of them, so many may be held by files of one directory. */
    DIRECTORY_MAX = 8,
};

/* What was asked for. It outlives who asked, until it is answered. */
struct errand {
    RB_ENTRY(errand) link;    /* while the process has it */
    TAILQ_ENTRY(errand) next; /* while it waits for its turn */
    uint32_t id;
    struct helper_look *look; /* NULL: nobody waits for it, or a run */
    struct helper_run *run;
    bool queued;
    uint64_t sent_ms;
    size_t wanted;
    size_t directory; /* length of the directory's name in path; 0: a run */
    char path[];
};

RB_HEAD(errand_tree, errand);

struct helper {
    struct helper_process process;
    uint32_t last_id;
    unsigned eyes;
    struct errand_tree sent;
    TAILQ_HEAD(, errand) queue;
    uv_timer_t timer;
};

static int compare_errands(const struct errand *a, const struct errand *b)
{
    return a->id < b->id ? -1 : a->id > b->id;
}

RB_GENERATE_INTERNAL(errand_tree, errand, link, compare_errands, __attribute__((unused)) static)

/* ---- errands ---- */

static struct errand *errand_new(struct helper *helper, const char *path)
{
    struct errand *errand = calloc(1, sizeof *errand + strlen(path) + 1);
    const char *slash = strrchr(path, '/');

    if (!errand)
        return NULL;
    errand->id = ++helper->last_id;
    errand->directory = slash ? (size_t)(slash - path) + 1 : 0;
    strcpy(errand->path, path);
    return errand;
}

static void errand_end(struct helper *helper, struct errand *errand)
{
    if (errand->queued)
        TAILQ_REMOVE(&helper->queue, errand, next);
    else
        RB_REMOVE(errand_tree, &helper->sent, errand);
    free(errand);
}

/* The process cannot be asked any more: whoever waits is told so with ERROR. */
static void fail(struct helper *helper, struct errand *errand, int error)
{
    struct helper_look *look = errand->look;
    struct helper_run *run = errand->run;

    errand_end(helper, errand);
    if (look) {
        look->errand = NULL;
        look->done(look, error, NULL, 0);
    } else if (run) {
        run->errand = NULL;
        run->events->not_run(run, error);
    }
}

/* The process has ended: whoever waits is told so. */
static void on_lost(void *user)
{
    struct helper *helper = user;
    struct errand *errand;

    while ((errand = RB_MIN(errand_tree, &helper->sent)))
        fail(helper, errand, -ECANCELED);
    while ((errand = TAILQ_FIRST(&helper->queue)))
        fail(helper, errand, -ECANCELED);
}

static int be_there(struct helper *helper)
{
    bool fresh;
    int error = helper_process_be_there(&helper->process, &fresh);

    if (fresh)
        helper->eyes = 1;
    return error;
}

/* ---- looks ---- */

static bool is_look(const struct errand *errand)
{
    return errand->directory > 0;
}

/* Looks under way, those older than AGE_MS. */
static unsigned looks_under_way(struct helper *helper, uint64_t age_ms)
{
    uint64_t now = uv_now(helper->process.loop);
    struct errand *errand;
    unsigned count = 0;

    RB_FOREACH(errand, errand_tree, &helper->sent)
    {
        count += is_look(errand) && now - errand->sent_ms >= age_ms;
    }
    return count;
}

/* Whether WANTED has to wait: its file is being looked at, or as many of its directory as may be. */
static bool is_place_taken(struct helper *helper, const struct errand *wanted)
{
    struct errand *errand;
    unsigned beside = 0;

    RB_FOREACH(errand, errand_tree, &helper->sent)
    {
        if (is_look(errand) && strcmp(errand->path, wanted->path) == 0)
            return true;
        beside += errand->directory == wanted->directory && memcmp(errand->path, wanted->path, wanted->directory) == 0;
    }
    return beside >= DIRECTORY_MAX;
}

/* Where everybody who looks may be stuck, somebody else is to. */
static void on_timer(uv_timer_t *timer)
{
    struct helper *helper = timer->data;
    const struct helper_request more = {.order = HELPER_MORE};
    unsigned stuck = looks_under_way(helper, STUCK_MS);

    if (looks_under_way(helper, 0) == 0)
        uv_timer_stop(timer);
    for (unsigned i = 0; i < EYES_AT_ONCE && helper->eyes <= stuck && helper->eyes < EYES_MAX; i++) {
        if (helper_process_send(&helper->process, &more, NULL, 0, -1))
            return;
        helper->eyes++;
    }
}

static int put(struct helper *helper, struct errand *errand)
{
    const struct helper_request request = {.id = errand->id, .order = HELPER_LOOK, .wanted = (uint32_t)errand->wanted};
    int error = helper_process_send(&helper->process, &request, errand->path, strlen(errand->path) + 1, -1);

    if (error)
        return error;
    errand->sent_ms = uv_now(helper->process.loop);
    RB_INSERT(errand_tree, &helper->sent, errand);
    if (!uv_is_active((uv_handle_t *)&helper->timer))
        uv_timer_start(&helper->timer, on_timer, STUCK_MS, STUCK_MS);
    return 0;
}

/* Puts the questions whose turn has come. */
static void put_queued(struct helper *helper)
{
    struct errand *errand, *next;

    for (errand = TAILQ_FIRST(&helper->queue); errand; errand = next) {
        next = TAILQ_NEXT(errand, next);
        if (looks_under_way(helper, 0) >= EYES_MAX || is_place_taken(helper, errand))
            continue;
        TAILQ_REMOVE(&helper->queue, errand, next);
        errand->queued = false;
        if (put(helper, errand)) {
            TAILQ_INSERT_HEAD(&helper->queue, errand, next);
            errand->queued = true;
            return;
        }
    }
}

int helper_look_start(struct helper *helper, struct helper_look *look, const char *path, size_t wanted,
                      helper_looked *done)
{
    int error = be_there(helper);
    struct errand *errand = error ? NULL : errand_new(helper, path);

    if (!errand)
        return error ? error : -ENOMEM;
    errand->look = look;
    errand->wanted = wanted;
    *look = (struct helper_look){.done = done, .errand = errand};
    errand->queued = true;
    TAILQ_INSERT_TAIL(&helper->queue, errand, next);
    put_queued(helper);
    return 0;
}

void helper_look_cancel(struct helper *helper, struct helper_look *look)
{
    struct errand *errand = look->errand;

    look->errand = NULL;
    if (!errand)
        return;
    errand->look = NULL;
    if (errand->queued)
        errand_end(helper, errand);
}

/* ---- runs ---- */

/* USER and the words of COMMAND, each with its NUL, into TEXT; 0 where they do not fit. */
static size_t write_words(char *const *command, const char *user, char *text, size_t size, uint16_t *count)
{
    size_t at = 0;

    *count = 0;
    for (const char *word = user ? user : ""; word; word = command[(*count)++]) {
        size_t length = strlen(word) + 1;
        if (length > size - at)
            return 0;
        memcpy(text + at, word, length);
        at += length;
    }
    (*count)--;
    return at;
}

int helper_run_start(struct helper *helper, struct helper_run *run, char *const *command, const char *user, int output,
                     const struct helper_run_events *events)
{
    static char text[HELPER_MESSAGE_MAX - sizeof(struct helper_request)];
    struct helper_request request = {.order = HELPER_RUN};
    size_t size = write_words(command, user, text, sizeof text, &request.count);
    int error = size ? be_there(helper) : -E2BIG;
    struct errand *errand = error ? NULL : errand_new(helper, "");

    if (!errand)
        return error ? error : -ENOMEM;
    request.id = errand->id;
    error = helper_process_send(&helper->process, &request, text, size, output);
    if (error) {
        free(errand);
        return error;
    }
    errand->run = run;
    RB_INSERT(errand_tree, &helper->sent, errand);
    *run = (struct helper_run){.events = events, .errand = errand};
    return 0;
}

void helper_run_cancel(struct helper *helper, struct helper_run *run)
{
    struct errand *errand = run->errand;

    run->errand = NULL;
    if (!errand)
        return;
    errand->run = NULL;
    const struct helper_request request = {.id = errand->id, .order = HELPER_KILL};
    if (helper_process_send(&helper->process, &request, NULL, 0, -1))
        helper_process_lose(&helper->process); /* it has not read for long: all that it runs ends with it */
}

/* ---- replies ---- */

static void tell_look(struct helper_look *look, const struct helper_reply *reply)
{
    look->errand = NULL;
    look->done(look, reply->error, reply->text, reply->size);
}

static void tell_run(struct helper_run *run, const struct helper_reply *reply)
{
    const struct helper_run_events *events = run->events;

    if (reply->news == HELPER_RUNNING)
        return events->running(run);
    run->errand = NULL;
    if (reply->news == HELPER_NO_USER)
        events->no_user(run, reply->error);
    else if (reply->news == HELPER_NOT_RUN)
        events->not_run(run, reply->error);
    else
        events->ended(run, reply->status);
}

static void on_reply(const struct helper_reply *reply, void *user)
{
    struct helper *helper = user;
    struct errand wanted = {.id = reply->id}, *errand = RB_FIND(errand_tree, &helper->sent, &wanted);

    if (!errand) /* it could not be run, and now has ended */
        return;
    struct helper_look *look = errand->look;
    struct helper_run *run = errand->run;
    bool was_look = is_look(errand);
    if (reply->news != HELPER_RUNNING)
        errand_end(helper, errand);
    if (was_look)
        put_queued(helper);
    if (look)
        tell_look(look, reply);
    else if (run)
        tell_run(run, reply);
}

/* ---- life ---- */

struct helper *helper_new(uv_loop_t *loop, struct watcher *watcher, const char *program)
{
    struct helper *helper = calloc(1, sizeof *helper);

    if (!helper)
        return NULL;
    helper->process = (struct helper_process){
        .loop = loop, .watcher = watcher, .program = program, .replied = on_reply, .lost = on_lost, .user = helper};
    helper_process_init(&helper->process);
    RB_INIT(&helper->sent);
    TAILQ_INIT(&helper->queue);
    uv_timer_init(loop, &helper->timer);
    helper->timer.data = helper;
    return helper;
}

static void timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void helper_free(struct helper *helper)
{
    struct errand *errand;

    if (!helper)
        return;
    helper_process_close(&helper->process);
    while ((errand = RB_MIN(errand_tree, &helper->sent)))
        errand_end(helper, errand);
    uv_close((uv_handle_t *)&helper->timer, timer_closed);
}
