#include "bgpd/show/show.h"
#include "lib/model.h"
#include "lib/text.h"

#include <bsd/string.h>

void state_leaf_text(struct lyd_node *parent, const char *name, const char *text)
{
    char clean[512];

    if (!text || text[0] == '\0')
        return;
    strlcpy(clean, text, sizeof clean);
    text_clean(clean);
    model_leaf(parent, name, clean);
}

void state_leaf_address(struct lyd_node *parent, const char *name, const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];

    if (address->family != FAMILY_NONE)
        model_leaf(parent, name, address_format(address, text));
}
