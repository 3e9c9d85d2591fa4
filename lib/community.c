#include "lib/community.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct well_known_row {
    uint32_t community;
    const char *name;
} well_known_rows[] = {
    {COMMUNITY_GRACEFUL_SHUTDOWN, "graceful-shutdown"},     /* RFC 8326 section 5 */
    {COMMUNITY_BLACKHOLE, "blackhole"},                     /* RFC 7999 section 5 */
    {COMMUNITY_NO_EXPORT, "no-export"},                     /* RFC 1997 */
    {COMMUNITY_NO_ADVERTISE, "no-advertise"},               /* RFC 1997 */
    {COMMUNITY_NO_EXPORT_SUBCONFED, "no-export-subconfed"}, /* RFC 1997 */
    {COMMUNITY_NO_PEER, "no-peer"},                         /* RFC 3765 */
};

enum { WELL_KNOWN_ROWS = sizeof well_known_rows / sizeof *well_known_rows };

/* Takes a decimal number of at most LIMIT off *TEXT: digits only, no leading zero. */
static bool take_number(const char **text, uint64_t limit, uint64_t *number)
{
    size_t digits = strspn(*text, "0123456789");
    uint64_t value = strtoull(*text, NULL, 10);

    if (digits == 0 || (digits > 1 && **text == '0') || value > limit)
        return false;
    *text += digits;
    *number = value;
    return true;
}

static bool take_character(const char **text, char character)
{
    return **text == character && (*text)++;
}

bool community_parse(uint32_t *community, const char *text)
{
    uint64_t high, low;

    for (size_t i = 0; i < WELL_KNOWN_ROWS; i++) {
        if (strcmp(text, well_known_rows[i].name) == 0) {
            *community = well_known_rows[i].community;
            return true;
        }
    }
    if (!take_number(&text, UINT16_MAX, &high) || !take_character(&text, ':') ||
        !take_number(&text, UINT16_MAX, &low) || *text != '\0')
        return false;
    *community = (uint32_t)(high << 16 | low);
    return true;
}

const char *community_format(uint32_t community, char buffer[static COMMUNITY_TEXT_SIZE])
{
    for (size_t i = 0; i < WELL_KNOWN_ROWS; i++) {
        if (community == well_known_rows[i].community) {
            snprintf(buffer, COMMUNITY_TEXT_SIZE, "%s", well_known_rows[i].name);
            return buffer;
        }
    }
    snprintf(buffer, COMMUNITY_TEXT_SIZE, "%u:%u", community >> 16, community & UINT16_MAX);
    return buffer;
}

bool large_community_parse(struct large_community *community, const char *text)
{
    uint64_t parts[3];

    for (int i = 0; i < 3; i++) {
        if ((i > 0 && !take_character(&text, ':')) || !take_number(&text, UINT32_MAX, &parts[i]))
            return false;
    }
    if (*text != '\0')
        return false;
    *community = (struct large_community){(uint32_t)parts[0], (uint32_t)parts[1], (uint32_t)parts[2]};
    return true;
}

const char *large_community_format(const struct large_community *community, char buffer[static COMMUNITY_TEXT_SIZE])
{
    snprintf(buffer, COMMUNITY_TEXT_SIZE, "%u:%u:%u", community->global, community->local1, community->local2);
    return buffer;
}

/* RFC 4360 section 3 and 4, RFC 5668: the type says how the administrator is written. */
enum {
    TYPE_TWO_OCTET_AS = 0x00,
    TYPE_IPV4_ADDRESS = 0x01,
    TYPE_FOUR_OCTET_AS = 0x02,
};

static const struct subtype_row {
    const char *name;
    uint8_t subtype;
} subtype_rows[] = {
    {"rt", 0x02},  /* route target */
    {"soo", 0x03}, /* route origin */
    {"ro", 0x03},
};

static bool take_subtype(const char **text, uint8_t *subtype)
{
    for (size_t i = 0; i < sizeof subtype_rows / sizeof *subtype_rows; i++) {
        size_t length = strlen(subtype_rows[i].name);
        if (strncmp(*text, subtype_rows[i].name, length) != 0 || (*text)[length] != ' ')
            continue;
        *subtype = subtype_rows[i].subtype;
        *text += length + 1;
        return true;
    }
    return false;
}

/* "192.0.2.1" before a colon. */
static bool take_address(const char **text, uint64_t *number)
{
    const char *at = *text;

    *number = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t octet;
        if ((i > 0 && !take_character(&at, '.')) || !take_number(&at, UINT8_MAX, &octet))
            return false;
        *number = *number << 8 | octet;
    }
    *text = at;
    return true;
}

/* "0x0123456789abcdef", for what has no text. */
static bool hexadecimal_parse(uint64_t *community, const char *text)
{
    if (strncmp(text, "0x", 2) != 0 || strlen(text) != 18 || strspn(text + 2, "0123456789abcdefABCDEF") != 16)
        return false;
    *community = strtoull(text, NULL, 16);
    return true;
}

bool extended_community_parse(uint64_t *community, const char *text)
{
    uint64_t administrator, number, type;
    uint8_t subtype;

    if (hexadecimal_parse(community, text))
        return true;
    if (!take_subtype(&text, &subtype))
        return false;
    if (take_address(&text, &administrator))
        type = TYPE_IPV4_ADDRESS;
    else if (take_number(&text, UINT32_MAX, &administrator))
        type = administrator > UINT16_MAX ? TYPE_FOUR_OCTET_AS : TYPE_TWO_OCTET_AS;
    else
        return false;
    uint64_t limit = type == TYPE_TWO_OCTET_AS ? UINT32_MAX : UINT16_MAX;
    if (!take_character(&text, ':') || !take_number(&text, limit, &number) || *text != '\0')
        return false;
    *community = type << 56 | (uint64_t)subtype << 48 | administrator << (type == TYPE_TWO_OCTET_AS ? 32 : 16) | number;
    return true;
}

static const char *subtype_name(uint8_t subtype)
{
    for (size_t i = 0; i < sizeof subtype_rows / sizeof *subtype_rows; i++) {
        if (subtype_rows[i].subtype == subtype)
            return subtype_rows[i].name;
    }
    return NULL;
}

const char *extended_community_format(uint64_t community, char buffer[static COMMUNITY_TEXT_SIZE])
{
    const char *name = subtype_name((uint8_t)(community >> 48));
    uint8_t type = (uint8_t)(community >> 56);
    uint32_t wide = (uint32_t)(community >> 16), low = (uint32_t)community & UINT16_MAX;

    if (name && type == TYPE_TWO_OCTET_AS)
        snprintf(buffer, COMMUNITY_TEXT_SIZE, "%s %u:%u", name, (unsigned)(community >> 32 & UINT16_MAX),
                 (unsigned)(community & UINT32_MAX));
    else if (name && type == TYPE_IPV4_ADDRESS)
        snprintf(buffer, COMMUNITY_TEXT_SIZE, "%s %u.%u.%u.%u:%u", name, wide >> 24, wide >> 16 & 255, wide >> 8 & 255,
                 wide & 255, low);
    else if (name && type == TYPE_FOUR_OCTET_AS && wide > UINT16_MAX)
        snprintf(buffer, COMMUNITY_TEXT_SIZE, "%s %u:%u", name, wide, low);
    else
        snprintf(buffer, COMMUNITY_TEXT_SIZE, "0x%016llx", (unsigned long long)community);
    return buffer;
}
