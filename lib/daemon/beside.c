#include "lib/daemon/beside.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>

/* The loop comes first, where there are fewer processors than work. */
enum { NICE = 10 };

struct beside {
    uv_async_t async;
    pthread_mutex_t mutex;
    pthread_t thread;
    bool returned, abandoned; /* under the mutex */
    unsigned holders;         /* under the mutex: the thread and the handle */
    void (*work)(void *user);
    void (*done)(void *user); /* or what beside_abandon named */
    void *user;
};

static void release(struct beside *beside)
{
    pthread_mutex_lock(&beside->mutex);
    bool last = --beside->holders == 0;
    pthread_mutex_unlock(&beside->mutex);
    if (!last)
        return;
    pthread_mutex_destroy(&beside->mutex);
    free(beside);
}

static atomic_uint under_way;

unsigned beside_under_way(void)
{
    return under_way;
}

static void *run(void *argument)
{
    struct beside *beside = argument;

    setpriority(PRIO_PROCESS, 0, NICE); /* of this thread alone, on Linux */
    beside->work(beside->user);
    pthread_mutex_lock(&beside->mutex);
    beside->returned = true;
    bool abandoned = beside->abandoned;
    if (!abandoned)
        uv_async_send(&beside->async); /* under the mutex: nobody closes the handle meanwhile */
    pthread_mutex_unlock(&beside->mutex);
    if (abandoned)
        beside->done(beside->user);
    release(beside);
    under_way--;
    return NULL;
}

static void on_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void on_returned(uv_async_t *async)
{
    struct beside *beside = async->data;

    void (*done)(void *user) = beside->done;
    void *user = beside->user;

    uv_close((uv_handle_t *)async, on_closed);
    if (done)
        done(user);
}

/* Signals are the loop's. */
static bool start_thread(struct beside *beside)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    under_way++;
    bool started = pthread_create(&beside->thread, NULL, run, beside) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(beside->thread);
    else
        under_way--;
    return started;
}

struct beside *beside_start(uv_loop_t *loop, void (*work)(void *user), void (*done)(void *user), void *user)
{
    struct beside *beside = calloc(1, sizeof *beside);

    if (!beside || uv_async_init(loop, &beside->async, on_returned) < 0) {
        free(beside);
        return NULL;
    }
    pthread_mutex_init(&beside->mutex, NULL);
    beside->async.data = beside;
    beside->work = work;
    beside->done = done;
    beside->user = user;
    beside->holders = 2;
    if (start_thread(beside))
        return beside;
    beside->holders = 1;
    uv_close((uv_handle_t *)&beside->async, on_closed);
    return NULL;
}

void beside_abandon(struct beside *beside, void (*drop)(void *user))
{
    pthread_mutex_lock(&beside->mutex);
    bool returned = beside->returned;
    beside->abandoned = true;
    beside->done = drop;
    pthread_mutex_unlock(&beside->mutex);
    uv_close((uv_handle_t *)&beside->async, on_closed);
    if (returned)
        drop(beside->user);
}
