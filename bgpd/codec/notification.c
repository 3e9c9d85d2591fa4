#include "bgpd/codec/notification.h"

#include "lib/wire.h"

#include <string.h>

void bgp_error_set(struct bgp_error *error, uint8_t code, uint8_t subcode, const void *data, size_t size)
{
    error->code = code;
    error->subcode = subcode;
    error->data_size = (uint16_t)(size < ERROR_DATA_MAX ? size : ERROR_DATA_MAX);
    if (error->data_size > 0)
        memcpy(error->data, data, error->data_size);
}

/* How much of TEXT can be sent: all, or what ends with the last whole character (UTF-8) within the limit. */
static size_t text_size(const char *text)
{
    size_t size = strnlen(text, SHUTDOWN_TEXT_MAX + 1);

    if (size <= SHUTDOWN_TEXT_MAX)
        return size;
    for (size = SHUTDOWN_TEXT_MAX; size > 0 && ((uint8_t)text[size] & 0xc0) == 0x80;)
        size--;
    return size;
}

void bgp_error_cease(struct bgp_error *error, uint8_t subcode, const char *text)
{
    bool carries_text = subcode == CEASE_ADMINISTRATIVE_SHUTDOWN || subcode == CEASE_ADMINISTRATIVE_RESET;
    size_t size = text && carries_text ? text_size(text) : 0;

    bgp_error_set(error, ERROR_CEASE, subcode, NULL, 0);
    if (size == 0)
        return;
    error->data[0] = (uint8_t)size;
    memcpy(error->data + 1, text, size);
    error->data_size = (uint16_t)(size + 1);
}

void bgp_error_maximum_prefixes(struct bgp_error *error, uint8_t family, uint32_t limit)
{
    uint8_t data[7];
    struct wire_writer writer = wire_writer_of(data, sizeof data);

    wire_write_u16(&writer, family);
    wire_write_u8(&writer, 1); /* SAFI unicast */
    wire_write_u32(&writer, limit);
    bgp_error_set(error, ERROR_CEASE, CEASE_MAXIMUM_PREFIXES, data, sizeof data);
}

void bgp_error_hard_reset(struct bgp_error *error)
{
    uint8_t data[ERROR_DATA_MAX + 2] = {error->code, error->subcode};

    memcpy(data + 2, error->data, error->data_size);
    bgp_error_set(error, ERROR_CEASE, CEASE_HARD_RESET, data, 2 + (size_t)error->data_size);
}
