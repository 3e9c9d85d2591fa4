#include "bgpd/config/config_builder.h"

bool config_address(struct config_builder *builder, const struct lyd_node *node, struct address *address)
{
    if (address_parse(address, lyd_get_value(node)))
        return true;
    conf_warning(builder->conf, node, "%s %s is left out: no such interface on this machine; reload once it exists",
                 node->schema->name, lyd_get_value(node));
    *address = (struct address){.family = FAMILY_IPV6, .scope = UINT32_MAX};
    return false;
}
