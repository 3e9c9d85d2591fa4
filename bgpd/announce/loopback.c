#include "bgpd/announce/loopback.h"

#include "bgpd/announce/inventory.h"
#include "bgpd/announce/rtnetlink.h"
#include "lib/log.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUFFER_SIZE = 32 * 1024, /* what the kernel fills at most in one answer of a dump */
    EVENT_BUFFER_SIZE = 4 * 1024 * 1024,
    EVENTS_A_TURN = 256,
    CATCH_UP_TURNS = 64, /* to read the events that wait; where they do not end, it goes on all the same */
    ANSWERS_A_TURN = 8,  /* parts of a dump; some hundred addresses each */
    OPENING_TRIES = 5,
    OPENING_WAIT_MS = 1000,
    RETRY_FIRST_MS = 10,
    RETRY_MAX_MS = 1000,
};

/*
 * Three sockets. REQUESTS: what we change, answered at once. EVENTS: what anybody changed. DUMPS: a whole new
 * inventory, for where events were lost, taken in turns of the loop. Events from before it are read first: behind it
 * they would be old. While it is taken events wait and the old one holds; what the new one does not have yet comes as
 * an event, and only when these are read too is anybody told. A dump that fails changes nothing, and is made again.
 */
struct loopback {
    uv_poll_t events_poll, dumps_poll;
    uv_timer_t dump_timer, change_timer;
    unsigned open_handles;
    struct mnl_socket *requests, *events, *dumps;
    unsigned sequence;
    struct inventory inventory;
    struct inventory_dump dump;
    bool dumping;
    bool untold;       /* something changed, and nobody was told yet */
    unsigned catch_up; /* turns that are left for it, before a dump and after it */
    uint64_t retry_ms; /* after which a dump that fails now is made again */
    uint64_t generation;
    loopback_change *change;
    void *user;
    char buffer[BUFFER_SIZE];
};

/* ---- a whole new inventory ---- */

/* The kernel answers no question before the answer to the last one was read; what an attempt that failed has left of it
 * is thrown away, if need be in several attempts. */
static bool ask_anew(struct loopback *loopback)
{
    char rest[1];

    for (int i = 0; i < ANSWERS_A_TURN; i++) {
        if (recv(mnl_socket_get_fd(loopback->dumps), rest, sizeof rest, MSG_TRUNC) < 0)
            break;
    }
    inventory_dump_begin(&loopback->dump, ++loopback->sequence);
    return rtnetlink_ask(loopback->dumps, loopback->dump.question, loopback->sequence);
}

/* Takes the next part of the answer; MORE too where it is not there yet. */
static enum dump_progress take_answer(struct loopback *loopback)
{
    ssize_t size = mnl_socket_recvfrom(loopback->dumps, loopback->buffer, sizeof loopback->buffer);

    if (size < 0)
        return errno == EAGAIN ? DUMP_MORE : DUMP_FAILED;
    enum dump_progress progress = inventory_dump_take(&loopback->dump, loopback->buffer, (size_t)size);
    if (progress != DUMP_LINKS)
        return progress;
    inventory_dump_go_on(&loopback->dump, ++loopback->sequence);
    return rtnetlink_ask(loopback->dumps, loopback->dump.question, loopback->sequence) ? DUMP_MORE : DUMP_FAILED;
}

/* What the dump has told takes the place of what was known. */
static void adopt(struct loopback *loopback)
{
    uint64_t renames = loopback->inventory.renames + 1; /* for all that is known */

    inventory_clear(&loopback->inventory);
    loopback->inventory = loopback->dump.inventory;
    loopback->inventory.renames = renames;
    loopback->dump.inventory = (struct inventory){0};
    loopback->generation++;
    loopback->retry_ms = RETRY_FIRST_MS;
}

static void on_events(uv_poll_t *poll, int status, int events);
static void on_answer(uv_poll_t *poll, int status, int events);
static void on_dump_timer(uv_timer_t *timer);

static bool take_events(struct loopback *loopback);
static void tell(struct loopback *loopback);

static void want_dump(struct loopback *loopback, uint64_t delay_ms)
{
    if (loopback->dumping || uv_is_active((uv_handle_t *)&loopback->dump_timer))
        return;
    loopback->catch_up = CATCH_UP_TURNS;
    uv_timer_start(&loopback->dump_timer, on_dump_timer, delay_ms, 0);
}

static void put_off_dump(struct loopback *loopback, const char *reason)
{
    if (loopback->retry_ms == RETRY_MAX_MS / 2)
        log_warning(NULL, "rtnetlink: this machine's addresses cannot be read again: %s; trying on", reason);
    want_dump(loopback, loopback->retry_ms);
    loopback->retry_ms = loopback->retry_ms * 2 < RETRY_MAX_MS ? loopback->retry_ms * 2 : RETRY_MAX_MS;
}

static void on_dump_timer(uv_timer_t *timer)
{
    struct loopback *loopback = timer->data;
    unsigned turns = loopback->catch_up;

    if (!take_events(loopback) && turns > 0) {
        loopback->catch_up = turns - 1;
        uv_timer_start(timer, on_dump_timer, 0, 0);
        return;
    }
    uv_timer_stop(timer); /* what was lost just now is in what is asked for */
    tell(loopback);
    if (!ask_anew(loopback)) {
        put_off_dump(loopback, strerror(errno));
        return;
    }
    loopback->dumping = true;
    uv_poll_stop(&loopback->events_poll);
    uv_poll_start(&loopback->dumps_poll, UV_READABLE, on_answer);
}

static void on_answer(uv_poll_t *poll, int status, int events)
{
    struct loopback *loopback = poll->data;
    enum dump_progress progress = DUMP_MORE;

    (void)events;
    for (int i = 0; progress == DUMP_MORE && i < ANSWERS_A_TURN; i++)
        progress = take_answer(loopback);
    if (progress == DUMP_MORE && status == 0)
        return;
    loopback->dumping = false;
    uv_poll_stop(&loopback->dumps_poll);
    uv_poll_start(&loopback->events_poll, UV_READABLE, on_events);
    if (progress != DUMP_DONE) {
        put_off_dump(loopback, progress == DUMP_FAILED ? strerror(errno) : "they change all the time");
        return;
    }
    adopt(loopback);
    loopback->untold = true;
    loopback->catch_up = CATCH_UP_TURNS;
    on_events(&loopback->events_poll, 0, UV_READABLE);
}

/* ---- news ---- */

static void take_datagram(struct loopback *loopback, int size)
{
    for (const struct nlmsghdr *message = (const void *)loopback->buffer; mnl_nlmsg_ok(message, size);
         message = mnl_nlmsg_next(message, &size)) {
        enum inventory_change change = inventory_take(&loopback->inventory, message);
        if (change == INVENTORY_NO_MEMORY)
            want_dump(loopback, RETRY_MAX_MS);
        if (change != INVENTORY_CHANGED)
            continue;
        loopback->generation++;
        loopback->untold = true;
    }
}

/* Takes what happened, so much of it as is good for one turn of the loop; most of it we did ourselves. Whether that was
 * all. */
static bool take_events(struct loopback *loopback)
{
    for (int i = 0; i < EVENTS_A_TURN; i++) {
        ssize_t size = mnl_socket_recvfrom(loopback->events, loopback->buffer, sizeof loopback->buffer);
        if (size < 0 && errno == EAGAIN)
            return true;
        if (size > 0)
            take_datagram(loopback, (int)size);
        else
            want_dump(loopback, 0); /* there were too many for the buffer (ENOBUFS), and some are lost */
    }
    return false;
}

static void tell(struct loopback *loopback)
{
    bool untold = loopback->untold;

    loopback->untold = false;
    if (untold)
        loopback->change(loopback->user);
}

static void on_events(uv_poll_t *poll, int status, int events)
{
    struct loopback *loopback = poll->data;
    bool all = take_events(loopback);

    (void)events;
    if (status != 0) /* so libuv says that events were lost, and listens no more */
        uv_poll_start(poll, UV_READABLE, on_events);
    if (!all && loopback->catch_up > 0) {
        loopback->catch_up--;
        return;
    }
    loopback->catch_up = 0;
    tell(loopback);
}

static void on_change_timer(uv_timer_t *timer)
{
    tell(timer->data);
}

/* ---- opening and closing ---- */

static void loopback_free(struct loopback *loopback)
{
    struct mnl_socket *sockets[] = {loopback->requests, loopback->events, loopback->dumps};

    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
        if (sockets[i])
            mnl_socket_close(sockets[i]);
    }
    inventory_clear(&loopback->inventory);
    inventory_clear(&loopback->dump.inventory);
    free(loopback);
}

/* Adding a thousand addresses of our own makes a thousand events before the loop turns. Without the right to so much
 * memory some are lost, which costs a dump. */
static void enlarge(const struct mnl_socket *events)
{
    int size = EVENT_BUFFER_SIZE;

    setsockopt(mnl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
}

static bool open_sockets(struct loopback *loopback)
{
    loopback->requests = rtnetlink_open(0);
    loopback->dumps = rtnetlink_open(0);
    loopback->events = rtnetlink_open(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_LINK);
    if (!loopback->requests || !loopback->dumps || !loopback->events)
        return false;
    enlarge(loopback->events);
    return true;
}

/* A whole dump at once: nothing runs yet that could be kept waiting. */
static enum dump_progress dump_waiting(struct loopback *loopback)
{
    struct pollfd poll_of_it = {.fd = mnl_socket_get_fd(loopback->dumps), .events = POLLIN};
    enum dump_progress progress = ask_anew(loopback) ? DUMP_MORE : DUMP_FAILED;

    while (progress == DUMP_MORE) {
        if (poll(&poll_of_it, 1, OPENING_WAIT_MS) == 0) {
            errno = ETIMEDOUT;
            return DUMP_FAILED;
        }
        progress = take_answer(loopback);
    }
    return progress;
}

/* Where addresses come and go too quickly, what was told of them is a beginning. */
static bool read_all(struct loopback *loopback)
{
    enum dump_progress progress = DUMP_INTERRUPTED;

    for (int i = 0; progress != DUMP_DONE && i < OPENING_TRIES; i++)
        progress = dump_waiting(loopback);
    if (progress == DUMP_FAILED)
        return false;
    adopt(loopback);
    if (progress == DUMP_INTERRUPTED)
        want_dump(loopback, loopback->retry_ms);
    return true;
}

static void on_closed(uv_handle_t *handle)
{
    struct loopback *loopback = handle->data;

    if (--loopback->open_handles == 0)
        loopback_free(loopback);
}

static void open_handles(struct loopback *loopback, uv_loop_t *loop)
{
    uv_poll_init(loop, &loopback->events_poll, mnl_socket_get_fd(loopback->events));
    uv_poll_init(loop, &loopback->dumps_poll, mnl_socket_get_fd(loopback->dumps));
    uv_timer_init(loop, &loopback->dump_timer);
    uv_timer_init(loop, &loopback->change_timer);
    loopback->events_poll.data = loopback->dumps_poll.data = loopback;
    loopback->dump_timer.data = loopback->change_timer.data = loopback;
    loopback->open_handles = 4;
    uv_poll_start(&loopback->events_poll, UV_READABLE, on_events);
}

struct loopback *loopback_open(uv_loop_t *loop, loopback_change *change, void *user, char *error, size_t size)
{
    struct loopback *loopback = calloc(1, sizeof *loopback);

    if (!loopback) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    loopback->change = change;
    loopback->user = user;
    if (!open_sockets(loopback)) {
        snprintf(error, size, "rtnetlink: no socket: %s", strerror(errno));
        loopback_free(loopback);
        return NULL;
    }
    open_handles(loopback, loop);
    if (read_all(loopback))
        return loopback;
    snprintf(error, size, "rtnetlink: cannot read this machine's addresses: %s", strerror(errno));
    loopback_close(loopback);
    return NULL;
}

void loopback_close(struct loopback *loopback)
{
    if (!loopback)
        return;
    uv_close((uv_handle_t *)&loopback->events_poll, on_closed);
    uv_close((uv_handle_t *)&loopback->dumps_poll, on_closed);
    uv_close((uv_handle_t *)&loopback->dump_timer, on_closed);
    uv_close((uv_handle_t *)&loopback->change_timer, on_closed);
}

/* ---- adding and removing ---- */

/* 0 where there is no interface of this name. */
static unsigned index_of(const struct loopback *loopback, const char *name)
{
    const struct interface *interface = interface_table_find(&loopback->inventory.interfaces, name);

    return interface ? interface->index : 0;
}

/* The kernel has it, and we may not know yet: then that is on its way, and whoever looked before is told. */
static bool is_news(struct loopback *loopback, const struct placement *placement)
{
    if (loopback->dumping)
        return false;
    take_events(loopback);
    uv_timer_start(&loopback->change_timer, on_change_timer, 0, 0);
    return loopback_has(loopback, placement, NULL);
}

/* Notes our own change, in the inventory that is being made too: it may have passed the place. */
static bool note_added(struct loopback *loopback, const struct interface_address *address)
{
    loopback->generation++;
    return address_table_add(&loopback->inventory.addresses, address) &&
           (!loopback->dumping || address_table_add(&loopback->dump.inventory.addresses, address));
}

static void note_removed(struct loopback *loopback, const struct prefix *prefix, unsigned interface)
{
    loopback->generation++;
    address_table_remove(&loopback->inventory.addresses, prefix, interface);
    if (loopback->dumping)
        address_table_remove(&loopback->dump.inventory.addresses, prefix, interface);
}

int loopback_add(struct loopback *loopback, const struct placement *placement)
{
    unsigned interface = index_of(loopback, placement->interface);
    struct interface_address address = {.prefix = placement->prefix, .interface = interface, .ours = true};

    if (interface == 0)
        return -ENODEV;
    int result =
        rtnetlink_add(loopback->requests, ++loopback->sequence, &placement->prefix, interface, placement->label);
    if (result == -EEXIST && (loopback_has(loopback, placement, NULL) || is_news(loopback, placement)))
        return 0;
    if (result == 0 && !note_added(loopback, &address))
        return -ENOMEM;
    return result;
}

static int remove_from(struct loopback *loopback, const struct prefix *prefix, unsigned interface)
{
    int result = rtnetlink_remove(loopback->requests, ++loopback->sequence, prefix, interface);

    if (result != 0 && result != -EADDRNOTAVAIL && result != -ENODEV)
        return result;
    note_removed(loopback, prefix, interface);
    return 0;
}

int loopback_remove(struct loopback *loopback, const struct placement *placement)
{
    unsigned interface = index_of(loopback, placement->interface);

    return interface == 0 ? 0 : remove_from(loopback, &placement->prefix, interface);
}

unsigned loopback_remove_ours(struct loopback *loopback, loopback_claim *claim, void *user, unsigned limit)
{
    const struct address_table *table = &loopback->inventory.addresses;
    unsigned removed = 0;

    for (size_t i = table->count; i-- > 0 && removed < limit;) {
        const struct interface_address address = table->entries[i];
        const struct interface *interface = interface_table_at(&loopback->inventory.interfaces, address.interface);
        const char *name = interface ? interface->name : "";
        char text[PREFIX_TEXT_SIZE];
        if (!address.ours || claim(&address.prefix, name, user))
            continue;
        if (remove_from(loopback, &address.prefix, address.interface) != 0)
            continue;
        log_info(prefix_format(&address.prefix, text),
                 "address removed from %s: vipgate had added it, and it is no "
                 "VIP's there",
                 name);
        removed++;
    }
    return removed;
}

/* ---- asking ---- */

bool loopback_has(const struct loopback *loopback, const struct placement *placement, bool *ours)
{
    const struct interface_address *address = address_table_find(&loopback->inventory.addresses, &placement->prefix,
                                                                 index_of(loopback, placement->interface));

    if (ours)
        *ours = address && address->ours;
    return address != NULL;
}

bool loopback_has_anywhere(const struct loopback *loopback, const struct prefix *prefix)
{
    return address_table_has(&loopback->inventory.addresses, prefix);
}

bool loopback_has_interface(const struct loopback *loopback, const char *name)
{
    return index_of(loopback, name) != 0;
}

bool loopback_is_down(const struct loopback *loopback, const char *name)
{
    const struct interface *interface = interface_table_find(&loopback->inventory.interfaces, name);

    return interface && !interface->is_up;
}

uint64_t loopback_generation(const struct loopback *loopback)
{
    return loopback->generation;
}

uint64_t loopback_renames(const struct loopback *loopback)
{
    return loopback->inventory.renames;
}
