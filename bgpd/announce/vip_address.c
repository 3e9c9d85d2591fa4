#include "bgpd/announce/vip_address.h"

#include <bsd/string.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_FIRST_MS = 1000, RETRY_MAX_MS = 30000 };

/* An address that is taken away so often, each time within so long after it was added, is contested. */
enum { LOSSES_FREE = 3, CALM_MS = 60000 };

struct placement vip_placement(const struct vip_config *config)
{
    struct placement placement = {.prefix = config->prefix};

    strlcpy(placement.interface, config->interface, sizeof placement.interface);
    if (config->label)
        strlcpy(placement.label, config->label, sizeof placement.label);
    return placement;
}

/* Two programs that both have their way make each other work without end: the wiser one gives in, and waits. What went
 * with its interface was taken by nobody. */
static void lose(struct vip_address *address, const struct addresses *addresses, uint64_t now_ms)
{
    const char *interface = address->placement.interface;
    bool taken = addresses_has_interface(addresses, interface) && !addresses_is_down(addresses, interface);
    bool soon = address->added_ms != 0 && now_ms - address->added_ms < CALM_MS;
    uint64_t pause_ms = RETRY_FIRST_MS;

    address->losses = taken && soon ? address->losses + 1 : 0;
    for (unsigned i = LOSSES_FREE + 1; i < address->losses && pause_ms < RETRY_MAX_MS; i++)
        pause_ms *= 2;
    address->retry_ms =
        address->losses > LOSSES_FREE ? now_ms + (pause_ms < RETRY_MAX_MS ? pause_ms : RETRY_MAX_MS) : 0;
}

void vip_address_hasten(struct vip_address *address)
{
    if (address->losses <= LOSSES_FREE)
        address->retry_ms = 0;
}

bool vip_address_look(struct vip_address *address, const struct addresses *addresses, uint64_t now_ms)
{
    bool was_present = address->present, marked;

    if (address->placement.interface[0] == '\0')
        return false;
    address->present = addresses_has(addresses, &address->placement, &marked);
    /* A kernel that does not keep the mark has ours unmarked. */
    address->ours = address->present && (address->ours || marked);
    if (was_present && !address->present)
        lose(address, addresses, now_ms);
    return was_present && !address->present;
}

static bool is_same_place(const struct placement *a, const struct placement *b)
{
    return strcmp(a->interface, b->interface) == 0 && strcmp(a->label, b->label) == 0;
}

bool vip_address_is_misplaced(const struct vip_address *address, const struct placement *wanted)
{
    return address->ours && !is_same_place(&address->placement, wanted);
}

static void settle(struct vip_address *address, int error, uint64_t now_ms)
{
    address->error = error;
    if (error == 0) {
        address->backoff_ms = address->retry_ms = 0;
        return;
    }
    address->backoff_ms = address->backoff_ms == 0 ? RETRY_FIRST_MS : address->backoff_ms * 2;
    if (address->backoff_ms > RETRY_MAX_MS)
        address->backoff_ms = RETRY_MAX_MS;
    address->retry_ms = now_ms + address->backoff_ms;
}

bool vip_address_put(struct vip_address *address, const struct placement *wanted, struct addresses *addresses,
                     uint64_t now_ms, unsigned *budget)
{
    if (!is_same_place(&address->placement, wanted)) {
        *address = (struct vip_address){.placement = *wanted};
        vip_address_look(address, addresses, now_ms);
    }
    if (address->present)
        settle(address, 0, now_ms);
    if (!address->present && now_ms < address->retry_ms && address->error == 0)
        address->error = -EBUSY;
    if (address->present || now_ms < address->retry_ms)
        return address->present;
    if (*budget == 0) {
        address->error = -EAGAIN;
        return false;
    }
    (*budget)--;
    settle(address, addresses_add(addresses, wanted), now_ms);
    if (address->error == 0) {
        address->present = addresses_has(addresses, wanted, &address->ours);
        address->added_ms = now_ms;
    }
    return address->present;
}

bool vip_address_is_put_off(const struct vip_address *address)
{
    return address->error == -EAGAIN;
}

void vip_address_remove(struct vip_address *address, struct addresses *addresses)
{
    address->remove_by_ms = 0;
    if (!address->ours)
        return;
    addresses_remove(addresses, &address->placement);
    address->present = address->ours = false;
}

void vip_address_explain(const struct vip_address *address, char *text, size_t size)
{
    char prefix[PREFIX_TEXT_SIZE];
    const char *remedy = "";

    if (address->error == -EBUSY) {
        snprintf(text, size, "another program keeps removing %s from %s",
                 prefix_format(&address->placement.prefix, prefix), address->placement.interface);
        return;
    }
    if (address->error == -EPERM)
        remedy = ": vipgate-bgpd needs CAP_NET_ADMIN, or set 'address { manage false; }'";
    else if (address->error == -ENODEV)
        remedy = ": no such interface";
    else if (address->error == -EEXIST)
        remedy = ": the interface already has it with another prefix length";
    snprintf(text, size, "cannot add %s to %s: %s%s", prefix_format(&address->placement.prefix, prefix),
             address->placement.interface, strerror(-address->error), remedy);
}
