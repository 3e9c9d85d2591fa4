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

/*
 * Where looks take turns: at a file, above that at its directory, above that at all files; first come, first served. A
 * look keeps its turns below while it waits for one above.
 */
struct place {
    RB_ENTRY(place) link;
    struct place *above; /* NULL: this is all files */
    TAILQ_HEAD(, errand) queue;
    unsigned turns, turns_max; /* at once */
    unsigned looks;            /* at it or below it, waiting ones too */
    size_t length;
    const char *name;
};

/* What was asked for. It outlives who asked, until it is answered. */
struct errand {
    RB_ENTRY(errand) link;
    TAILQ_ENTRY(errand) next; /* of a look: in the queue of a place, or among those under way */
    uint32_t id;
    struct helper_look *look; /* NULL: nobody waits for it, or a run */
    struct helper_run *run;
    struct place *file;     /* NULL: a run */
    struct place *waits_at; /* NULL: the process has it */
    uint64_t sent_ms;
    size_t wanted;
};

RB_HEAD(errand_tree, errand);
RB_HEAD(place_tree, place);

struct helper {
    struct helper_process process;
    uint32_t last_id;
    unsigned eyes;
    struct errand_tree errands;
    struct place_tree places; /* files and directories */
    struct place all;
    TAILQ_HEAD(, errand) looking; /* looks under way */
    uv_timer_t timer;
};

static int compare_errands(const struct errand *a, const struct errand *b)
{
    return a->id < b->id ? -1 : a->id > b->id;
}

/* A file may have the name of a directory. */
static int compare_places(const struct place *a, const struct place *b)
{
    int order = (a->turns_max > b->turns_max) - (a->turns_max < b->turns_max);

    if (order == 0)
        order = (a->length > b->length) - (a->length < b->length);
    return order ? order : memcmp(a->name, b->name, a->length);
}

RB_GENERATE_INTERNAL(errand_tree, errand, link, compare_errands, __attribute__((unused)) static)
RB_GENERATE_INTERNAL(place_tree, place, link, compare_places, __attribute__((unused)) static)

/* ---- turns ---- */

/* One look more at the place of that name. NULL when out of memory. */
static struct place *enter(struct helper *helper, const char *name, size_t length, unsigned turns_max,
                           struct place *above)
{
    struct place key = {.name = name, .length = length, .turns_max = turns_max, .above = above};
    struct place *place = RB_FIND(place_tree, &helper->places, &key);

    if (!place) {
        place = malloc(sizeof *place + length);
        if (!place)
            return NULL;
        *place = key;
        place->name = memcpy(place + 1, name, length);
        TAILQ_INIT(&place->queue);
        RB_INSERT(place_tree, &helper->places, place);
    }
    place->looks++;
    return place;
}

/* One look less at PLACE and those above. */
static void leave(struct helper *helper, struct place *place)
{
    while (place && place != &helper->all) {
        struct place *above = place->above;
        if (--place->looks == 0) {
            RB_REMOVE(place_tree, &helper->places, place);
            free(place);
        }
        place = above;
    }
}

static struct place *enter_file(struct helper *helper, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    struct place *directory = enter(helper, path, length, DIRECTORY_MAX, &helper->all);
    struct place *file = directory ? enter(helper, path, strlen(path), 1, directory) : NULL;

    if (!file)
        leave(helper, directory);
    return file;
}

static bool put(struct helper *helper, struct errand *errand);

/* ERRAND has its turns below PLACE: takes those that are free from there on. False where the process cannot be told. */
static bool take_turns(struct helper *helper, struct errand *errand, struct place *place)
{
    for (; place && place->turns < place->turns_max; place = place->above)
        place->turns++;
    errand->waits_at = place;
    if (place) {
        TAILQ_INSERT_TAIL(&place->queue, errand, next);
    } else if (!put(helper, errand)) {
        errand->waits_at = &helper->all;
        helper->all.turns--;
        TAILQ_INSERT_HEAD(&helper->all.queue, errand, next);
        return false;
    }
    return true;
}

static void end_turns(struct helper *helper, struct errand *errand)
{
    struct errand *first;

    if (errand->waits_at)
        TAILQ_REMOVE(&errand->waits_at->queue, errand, next);
    else
        TAILQ_REMOVE(&helper->looking, errand, next);
    for (struct place *place = errand->file; place != errand->waits_at; place = place->above) {
        place->turns--;
        do {
            first = place->turns < place->turns_max ? TAILQ_FIRST(&place->queue) : NULL;
            if (first)
                TAILQ_REMOVE(&place->queue, first, next);
        } while (first && take_turns(helper, first, place));
    }
    leave(helper, errand->file);
}

/* ---- errands ---- */

/* A look at PATH; NULL: a run. */
static struct errand *errand_new(struct helper *helper, const char *path)
{
    struct errand *errand = calloc(1, sizeof *errand);

    if (errand && path)
        errand->file = enter_file(helper, path);
    if (!errand || (path && !errand->file)) {
        free(errand);
        return NULL;
    }
    errand->id = ++helper->last_id;
    RB_INSERT(errand_tree, &helper->errands, errand);
    return errand;
}

static void errand_end(struct helper *helper, struct errand *errand)
{
    if (errand->file)
        end_turns(helper, errand);
    RB_REMOVE(errand_tree, &helper->errands, errand);
    free(errand);
}

static int be_there(struct helper *helper)
{
    int result = helper_process_be_there(&helper->process);

    if (result > 0)
        helper->eyes = 1;
    return result < 0 ? result : 0;
}

/* ---- looks ---- */

/* Where everybody who looks may be stuck, somebody else is to. */
static void on_timer(uv_timer_t *timer)
{
    struct helper *helper = timer->data;
    const struct helper_request more = {.order = HELPER_MORE};
    struct errand *errand;
    unsigned stuck = 0;

    TAILQ_FOREACH(errand, &helper->looking, next)
    {
        stuck += uv_now(timer->loop) - errand->sent_ms >= STUCK_MS;
    }
    if (TAILQ_EMPTY(&helper->looking))
        uv_timer_stop(timer);
    for (unsigned i = 0; i < EYES_AT_ONCE && helper->eyes <= stuck && helper->eyes < EYES_MAX; i++) {
        if (helper_process_send(&helper->process, &more, NULL, 0, -1))
            return;
        helper->eyes++;
    }
}

/* Asks the process. False: it cannot be asked now. */
static bool put(struct helper *helper, struct errand *errand)
{
    const struct helper_request request = {.id = errand->id, .order = HELPER_LOOK, .wanted = (uint32_t)errand->wanted};

    if (helper_process_send(&helper->process, &request, errand->file->name, errand->file->length, -1))
        return false;
    errand->sent_ms = uv_now(helper->process.loop);
    TAILQ_INSERT_TAIL(&helper->looking, errand, next);
    if (!uv_is_active((uv_handle_t *)&helper->timer))
        uv_timer_start(&helper->timer, on_timer, STUCK_MS, STUCK_MS);
    return true;
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
    take_turns(helper, errand, errand->file);
    return 0;
}

void helper_look_cancel(struct helper *helper, struct helper_look *look)
{
    struct errand *errand = look->errand;

    look->errand = NULL;
    if (!errand)
        return;
    errand->look = NULL;
    if (errand->waits_at)
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
                     helper_told *told)
{
    static char text[HELPER_MESSAGE_MAX - sizeof(struct helper_request)];
    struct helper_request request = {.order = HELPER_RUN};
    size_t size = write_words(command, user, text, sizeof text, &request.count);
    int error = size ? be_there(helper) : -E2BIG;
    struct errand *errand = error ? NULL : errand_new(helper, NULL);

    if (!errand)
        return error ? error : -ENOMEM;
    request.id = errand->id;
    error = helper_process_send(&helper->process, &request, text, size, output);
    if (error) {
        errand_end(helper, errand);
        return error;
    }
    errand->run = run;
    *run = (struct helper_run){.told = told, .errand = errand};
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

static void tell(struct helper *helper, struct errand *errand, const struct helper_reply *reply)
{
    struct helper_look *look = errand->look;
    struct helper_run *run = errand->run;
    bool over = reply->news != HELPER_RUNNING;

    if (over)
        errand_end(helper, errand);
    if (look) {
        look->errand = NULL;
        look->done(look, reply->result, reply->text, reply->size);
    } else if (run) {
        run->errand = over ? NULL : errand;
        run->told(run, reply->news, reply->result);
    }
}

static void on_reply(const struct helper_reply *reply, void *user)
{
    struct helper *helper = user;
    struct errand wanted = {.id = reply->id}, *errand = RB_FIND(errand_tree, &helper->errands, &wanted);

    if (errand) /* else it could not be run, and now has ended */
        tell(helper, errand, reply);
}

/* The process has ended: whoever waits is told so. */
static void on_lost(void *user)
{
    const struct helper_reply reply = {.news = HELPER_NOT_RUN, .result = -ECANCELED};
    struct helper *helper = user;
    struct errand *errand;

    while ((errand = RB_MIN(errand_tree, &helper->errands)))
        tell(helper, errand, &reply);
}

/* ---- life ---- */

struct helper *helper_new(uv_loop_t *loop, struct watcher *watcher, const char *program)
{
    struct helper *helper = calloc(1, sizeof *helper);

    if (!helper)
        return NULL;
    helper->process = (struct helper_process){
        .loop = loop, .watcher = watcher, .program = program, .replied = on_reply, .lost = on_lost, .user = helper};
    RB_INIT(&helper->errands);
    RB_INIT(&helper->places);
    helper->all.turns_max = EYES_MAX;
    TAILQ_INIT(&helper->all.queue);
    TAILQ_INIT(&helper->looking);
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
    while ((errand = RB_MIN(errand_tree, &helper->errands)))
        errand_end(helper, errand);
    uv_close((uv_handle_t *)&helper->timer, timer_closed);
}
