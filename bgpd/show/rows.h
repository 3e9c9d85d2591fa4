/* The rows of the schema's container 'state', each list in a file of its own. */
#ifndef VIPGATE_BGPD_SHOW_ROWS_H
#define VIPGATE_BGPD_SHOW_ROWS_H

#include "bgpd/daemon.h"

void show_neighbor(struct json *state, const struct peer *peer);
void show_vip(struct json *state, const struct bgpd *bgpd, const struct vip *vip);
void show_advertised(struct json *state, const struct bgpd *bgpd, const struct peer *peer,
                     const struct rib_out_route *route);
void show_received(struct json *state, const struct peer *peer, const struct rib_in_route *route);

/* The row of VIP with the chain of causes, from effect to cause. */
void show_why(struct json *state, const struct bgpd *bgpd, const struct vip *vip);

/* The leafs of a VIP, in its row that was begun. */
void show_vip_leafs(struct json *row, const struct bgpd *bgpd, const struct vip *vip);

/* A leaf with an address; FAMILY_NONE: left out. */
static inline void show_address(struct json *row, const char *name, const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];

    if (address->family != FAMILY_NONE)
        json_text(row, name, address_format(address, text));
}

#endif
