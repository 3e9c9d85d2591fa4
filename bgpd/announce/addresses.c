#include "bgpd/announce/addresses.h"

#include "bgpd/announce/rtnetlink.h"
#include "lib/log.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EVENT_BUFFER_SIZE = 4 * 1024 * 1024,
    EVENTS_A_TURN = 256,
    CATCH_UP_TURNS = 64, /* to read the events that wait; where they do not end, it goes on all the same */
    OPENING_TRIES = 5,
    RETRY_FIRST_MS = 10,
    RETRY_MAX_MS = 1000,
};

/*
 * Three sockets. REQUESTS: what we change, answered at once. EVENTS: what anybody changed. DUMPS: a whole new
 * inventory, for where events were lost, taken in turns of the loop. Events from before it are read first: behind it
 * they would be old. While it is taken events wait and the old one holds; what the new one does not have yet comes as
 * an event, and only when these are read too is anybody told. A dump that fails changes nothing, and is made again.
 */
struct addresses {
    uv_poll_t events_poll, dumps_poll;
    uv_timer_t dump_timer, change_timer;
    unsigned open_handles;
    struct mnl_socket *requests, *events;
    unsigned sequence; /* of requests */
    struct inventory inventory;
    struct dump dump;
    bool dumping;
    bool untold;       /* something changed, and nobody was told yet */
    unsigned catch_up; /* turns that are left for it, before a dump and after it */
    uint64_t retry_ms; /* after which a dump that fails now is made again */
    const struct addresses_handler *handler;
    void *user;
};

/* ---- a whole new inventory ---- */

/* What the dump has told takes the place of what was known. */
static void adopt(struct addresses *addresses)
{
    uint64_t renames = addresses->inventory.renames + 1; /* for all that is known */

    inventory_clear(&addresses->inventory);
    addresses->inventory = addresses->dump.answer.inventory;
    addresses->inventory.renames = renames;
    addresses->dump.answer.inventory = (struct inventory){0};
    addresses->retry_ms = RETRY_FIRST_MS;
}

static void on_events(uv_poll_t *poll, int status, int events);
static void on_answer(uv_poll_t *poll, int status, int events);
static void on_dump_timer(uv_timer_t *timer);

static bool take_events(struct addresses *addresses);
static void tell(struct addresses *addresses);

static void want_dump(struct addresses *addresses, uint64_t delay_ms)
{
    if (addresses->dumping || uv_is_active((uv_handle_t *)&addresses->dump_timer))
        return;
    addresses->catch_up = CATCH_UP_TURNS;
    uv_timer_start(&addresses->dump_timer, on_dump_timer, delay_ms, 0);
}

static void put_off_dump(struct addresses *addresses, const char *reason)
{
    if (addresses->retry_ms == RETRY_MAX_MS / 2)
        log_warning(NULL, "rtnetlink: cannot reread this machine's addresses: %s; retrying", reason);
    want_dump(addresses, addresses->retry_ms);
    addresses->retry_ms = addresses->retry_ms * 2 < RETRY_MAX_MS ? addresses->retry_ms * 2 : RETRY_MAX_MS;
}

static void on_dump_timer(uv_timer_t *timer)
{
    struct addresses *addresses = timer->data;
    unsigned turns = addresses->catch_up;

    if (!take_events(addresses) && turns > 0) {
        addresses->catch_up = turns - 1;
        uv_timer_start(timer, on_dump_timer, 0, 0);
        return;
    }
    uv_timer_stop(timer); /* what was lost just now is in what is asked for */
    tell(addresses);
    if (dump_begin(&addresses->dump) == DUMP_FAILED) {
        put_off_dump(addresses, strerror(-addresses->dump.answer.error));
        return;
    }
    addresses->dumping = true;
    uv_poll_stop(&addresses->events_poll);
    uv_poll_start(&addresses->dumps_poll, UV_READABLE, on_answer);
}

static void on_answer(uv_poll_t *poll, int status, int events)
{
    struct addresses *addresses = poll->data;
    enum dump_progress progress = dump_read(&addresses->dump);

    (void)events;
    if (progress == DUMP_MORE && status == 0)
        return;
    addresses->dumping = false;
    uv_poll_stop(&addresses->dumps_poll);
    uv_poll_start(&addresses->events_poll, UV_READABLE, on_events);
    if (progress != DUMP_DONE) {
        put_off_dump(addresses,
                     progress == DUMP_FAILED ? strerror(-addresses->dump.answer.error) : "they keep changing");
        return;
    }
    adopt(addresses);
    addresses->untold = true;
    addresses->handler->changed(NULL, NULL, addresses->user);
    addresses->catch_up = CATCH_UP_TURNS;
    on_events(&addresses->events_poll, 0, UV_READABLE);
}

/* ---- news ---- */

static void tell_news(struct addresses *addresses, const struct inventory_news *news)
{
    const struct addresses_handler *handler = addresses->handler;

    addresses->untold = true;
    if (news->address.family != FAMILY_NONE)
        handler->changed(&news->address, NULL, addresses->user);
    else
        handler->changed(NULL, news->interface, addresses->user);
    if (news->former_name[0])
        handler->changed(NULL, news->former_name, addresses->user);
}

static void take_datagram(struct addresses *addresses, const void *datagram, int size)
{
    for (const struct nlmsghdr *message = datagram; mnl_nlmsg_ok(message, size);
         message = mnl_nlmsg_next(message, &size)) {
        struct inventory_news news;
        enum inventory_change change = inventory_take(&addresses->inventory, message, &news);
        if (change == INVENTORY_NO_MEMORY)
            want_dump(addresses, RETRY_MAX_MS);
        if (change == INVENTORY_CHANGED)
            tell_news(addresses, &news);
    }
}

/* Reads events, at most EVENTS_A_TURN of them; most are of our own making. Whether none are left. */
static bool take_events(struct addresses *addresses)
{
    char buffer[RTNETLINK_PART_SIZE];

    for (int i = 0; i < EVENTS_A_TURN; i++) {
        ssize_t size = mnl_socket_recvfrom(addresses->events, buffer, sizeof buffer);
        if (size < 0 && errno == EAGAIN)
            return true;
        if (size > 0)
            take_datagram(addresses, buffer, (int)size);
        else
            want_dump(addresses, 0); /* there were too many for the buffer (ENOBUFS), and some are lost */
    }
    return false;
}

static void tell(struct addresses *addresses)
{
    bool untold = addresses->untold;

    addresses->untold = false;
    if (untold)
        addresses->handler->told(addresses->user);
}

static void on_events(uv_poll_t *poll, int status, int events)
{
    struct addresses *addresses = poll->data;
    bool all = take_events(addresses);

    (void)events;
    if (status != 0) /* so libuv says that events were lost, and listens no more */
        uv_poll_start(poll, UV_READABLE, on_events);
    if (!all && addresses->catch_up > 0) {
        addresses->catch_up--;
        return;
    }
    addresses->catch_up = 0;
    tell(addresses);
}

static void on_change_timer(uv_timer_t *timer)
{
    tell(timer->data);
}

/* ---- opening and closing ---- */

static void addresses_free(struct addresses *addresses)
{
    struct mnl_socket *sockets[] = {addresses->requests, addresses->events, addresses->dump.socket};

    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
        if (sockets[i])
            mnl_socket_close(sockets[i]);
    }
    inventory_clear(&addresses->inventory);
    inventory_clear(&addresses->dump.answer.inventory);
    free(addresses);
}

/* Adding a thousand addresses of our own makes a thousand events before the loop turns. Without the right to so much
 * memory some are lost, which costs a dump. */
static void enlarge(const struct mnl_socket *events)
{
    int size = EVENT_BUFFER_SIZE;

    setsockopt(mnl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
}

static bool open_sockets(struct addresses *addresses, char *error, size_t size)
{
    const unsigned groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_LINK;

    addresses->requests = rtnetlink_open(0, error, size);
    addresses->dump.socket = addresses->requests ? rtnetlink_open(0, error, size) : NULL;
    addresses->events = addresses->dump.socket ? rtnetlink_open(groups, error, size) : NULL;
    if (addresses->events)
        enlarge(addresses->events);
    return addresses->events != NULL;
}

/* Where addresses come and go too quickly, what was told of them is a beginning. */
static bool read_all(struct addresses *addresses)
{
    enum dump_progress progress = DUMP_INTERRUPTED;

    for (int i = 0; progress != DUMP_DONE && i < OPENING_TRIES; i++)
        progress = dump_wait(&addresses->dump);
    if (progress == DUMP_FAILED)
        return false;
    adopt(addresses);
    if (progress == DUMP_INTERRUPTED)
        want_dump(addresses, addresses->retry_ms);
    return true;
}

static void on_closed(uv_handle_t *handle)
{
    struct addresses *addresses = handle->data;

    if (--addresses->open_handles == 0)
        addresses_free(addresses);
}

static void open_handles(struct addresses *addresses, uv_loop_t *loop)
{
    uv_poll_init(loop, &addresses->events_poll, mnl_socket_get_fd(addresses->events));
    uv_poll_init(loop, &addresses->dumps_poll, mnl_socket_get_fd(addresses->dump.socket));
    uv_timer_init(loop, &addresses->dump_timer);
    uv_timer_init(loop, &addresses->change_timer);
    addresses->events_poll.data = addresses->dumps_poll.data = addresses;
    addresses->dump_timer.data = addresses->change_timer.data = addresses;
    addresses->open_handles = 4;
    uv_poll_start(&addresses->events_poll, UV_READABLE, on_events);
}

struct addresses *addresses_open(uv_loop_t *loop, const struct addresses_handler *handler, void *user, char *error,
                                 size_t size)
{
    struct addresses *addresses = calloc(1, sizeof *addresses);

    if (!addresses) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    addresses->handler = handler;
    addresses->user = user;
    if (!open_sockets(addresses, error, size)) {
        addresses_free(addresses);
        return NULL;
    }
    open_handles(addresses, loop);
    if (read_all(addresses))
        return addresses;
    snprintf(error, size, "rtnetlink: cannot read this machine's addresses: %s",
             strerror(-addresses->dump.answer.error));
    addresses_close(addresses);
    return NULL;
}

void addresses_close(struct addresses *addresses)
{
    if (!addresses)
        return;
    uv_close((uv_handle_t *)&addresses->events_poll, on_closed);
    uv_close((uv_handle_t *)&addresses->dumps_poll, on_closed);
    uv_close((uv_handle_t *)&addresses->dump_timer, on_closed);
    uv_close((uv_handle_t *)&addresses->change_timer, on_closed);
}

/* ---- adding and removing ---- */

/* 0: no interface has this name. */
static unsigned index_of(const struct addresses *addresses, const char *name)
{
    const struct interface *interface = inventory_interface_named(&addresses->inventory, name);

    return interface ? interface->index : 0;
}

/* The kernel has it, and we may not know yet: then that is on its way, and whoever looked before is told. */
static bool is_news(struct addresses *addresses, const struct placement *placement)
{
    if (addresses->dumping)
        return false;
    take_events(addresses);
    uv_timer_start(&addresses->change_timer, on_change_timer, 0, 0);
    return addresses_has(addresses, placement, NULL);
}

/* Notes our own change, in the inventory that is being made too: it may have passed the place. */
static bool note_added(struct addresses *addresses, const struct interface_address *address)
{
    return inventory_add(&addresses->inventory, address) != INVENTORY_NO_MEMORY &&
           (!addresses->dumping || inventory_add(&addresses->dump.answer.inventory, address) != INVENTORY_NO_MEMORY);
}

static void note_removed(struct addresses *addresses, const struct prefix *prefix, unsigned interface)
{
    inventory_remove(&addresses->inventory, prefix, interface);
    if (addresses->dumping)
        inventory_remove(&addresses->dump.answer.inventory, prefix, interface);
}

int addresses_add(struct addresses *addresses, const struct placement *placement)
{
    unsigned interface = index_of(addresses, placement->interface);
    struct interface_address address = {.prefix = placement->prefix, .interface = interface, .ours = true};

    if (interface == 0)
        return -ENODEV;
    int result =
        rtnetlink_add(addresses->requests, ++addresses->sequence, &placement->prefix, interface, placement->label);
    if (result == -EEXIST && (addresses_has(addresses, placement, NULL) || is_news(addresses, placement)))
        return 0;
    if (result == 0 && !note_added(addresses, &address))
        return -ENOMEM;
    return result;
}

static int remove_from(struct addresses *addresses, const struct prefix *prefix, unsigned interface)
{
    int result = rtnetlink_remove(addresses->requests, ++addresses->sequence, prefix, interface);

    if (result != 0 && result != -EADDRNOTAVAIL && result != -ENODEV)
        return result;
    note_removed(addresses, prefix, interface);
    return 0;
}

int addresses_remove(struct addresses *addresses, const struct placement *placement)
{
    unsigned interface = index_of(addresses, placement->interface);

    return interface == 0 ? 0 : remove_from(addresses, &placement->prefix, interface);
}

unsigned addresses_remove_ours(struct addresses *addresses, addresses_claim *claim, void *user, unsigned limit)
{
    const struct inventory *inventory = &addresses->inventory;
    const struct interface_address *address, *next = inventory_next(inventory, NULL);
    unsigned removed = 0;

    while ((address = next) && removed < limit) {
        const struct interface *interface = inventory_interface(inventory, address->interface);
        const char *name = interface ? interface->name : "";
        const struct prefix prefix = address->prefix;
        char text[PREFIX_TEXT_SIZE];
        next = inventory_next(inventory, address);
        if (!address->ours || claim(&prefix, name, user) || remove_from(addresses, &prefix, address->interface) != 0)
            continue;
        log_info(prefix_format(&prefix, text), "address removed from %s: added by vipgate, and no VIP's there", name);
        removed++;
    }
    return removed;
}

/* ---- asking ---- */

bool addresses_has(const struct addresses *addresses, const struct placement *placement, bool *ours)
{
    const struct interface_address *address =
        inventory_find(&addresses->inventory, &placement->prefix, index_of(addresses, placement->interface));

    if (ours)
        *ours = address && address->ours;
    return address != NULL;
}

bool addresses_has_anywhere(const struct addresses *addresses, const struct prefix *prefix)
{
    return inventory_has(&addresses->inventory, prefix);
}

bool addresses_has_interface(const struct addresses *addresses, const char *name)
{
    return index_of(addresses, name) != 0;
}

bool addresses_is_down(const struct addresses *addresses, const char *name)
{
    const struct interface *interface = inventory_interface_named(&addresses->inventory, name);

    return interface && !interface->is_up;
}

uint64_t addresses_renames(const struct addresses *addresses)
{
    return addresses->inventory.renames;
}
