#include "bgpd/codec/attribute.h"

#include "bgpd/codec/attribute_table.h"

#include <string.h>

static bool view_attribute(struct attribute *attribute, struct route_view *view)
{
    const struct attribute_row *row = attribute_row(attribute->code);

    if (row && row->view)
        return row->view(&attribute->value, view) && wire_consumed(&attribute->value);
    if (!row || row->foreign)
        view->unknown_count++;
    return true;
}

bool attributes_decode(const uint8_t *octets, size_t size, uint8_t family, struct route_view *view)
{
    struct wire_reader list = wire_reader_of(octets, size);
    struct attribute attribute;
    int previous = -1;

    memset(view, 0, offsetof(struct route_view, as_path)); /* the text need not be cleared for each of a million */
    view->as_path[0] = '\0';
    view->family = family;
    while (wire_remaining(&list) > 0) {
        if (!attribute_next(&list, &attribute) || attribute.code <= previous || !view_attribute(&attribute, view))
            return false;
        previous = attribute.code;
    }
    return true;
}

const char *origin_name(uint8_t origin)
{
    static const char *const names[] = {"igp", "egp", "incomplete"};

    return origin <= ORIGIN_INCOMPLETE ? names[origin] : "unknown";
}
