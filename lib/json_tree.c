#include "lib/json_tree.h"

#include "lib/wire.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

struct parser {
    struct arena *arena;
    struct wire_reader wire;
};

/* ---- characters ---- */

/* The next octet, which is not taken; 0 at the end. */
static uint8_t peek(const struct parser *parser)
{
    return wire_remaining(&parser->wire) ? parser->wire.data[parser->wire.position] : 0;
}

static void skip_space(struct parser *parser)
{
    for (uint8_t c; (c = peek(parser)) == ' ' || c == '\t' || c == '\r' || c == '\n';)
        wire_read_u8(&parser->wire);
}

/* Skips space and takes BYTE if it is next. */
static bool take(struct parser *parser, uint8_t byte)
{
    skip_space(parser);
    if (peek(parser) != byte)
        return false;
    wire_read_u8(&parser->wire);
    return true;
}

/* Four hexadecimal digits, or -1. */
static long hex4(const char *text, size_t size)
{
    char digits[5] = {0};

    for (size_t i = 0; i < 4; i++) {
        if (i >= size || !memchr("0123456789abcdefABCDEF", text[i], 22))
            return -1;
        digits[i] = text[i];
    }
    return strtol(digits, NULL, 16);
}

/* The character of \uXXXX, or of a pair of them (RFC 8259 section 7); -1 where there is none. */
static long unicode_escape(const char *text, size_t size, size_t *used)
{
    long high = hex4(text + 1, size - 1);

    *used = 5;
    if (high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || size < 11 || text[5] != '\\' || text[6] != 'u')
        return -1;
    long low = hex4(text + 7, size - 7);
    *used = 11;
    return low < 0xdc00 || low > 0xdfff ? -1 : 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Writes CHARACTER as UTF-8 and returns how many octets it took. */
static size_t put_utf8(char out[static 4], long character)
{
    static const struct {
        long limit;
        uint8_t lead;
        size_t length;
    } rows[] = {{0x80, 0, 1}, {0x800, 0xc0, 2}, {0x10000, 0xe0, 3}, {0x110000, 0xf0, 4}};
    size_t row = 0;

    while (character >= rows[row].limit)
        row++;
    for (size_t i = rows[row].length; i-- > 1; character >>= 6)
        out[i] = (char)(0x80 | (character & 0x3f));
    out[0] = (char)(rows[row].lead | character);
    return rows[row].length;
}

size_t json_unescape(const char *text, size_t size, char out[static 4], size_t *used)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const char *letter = size > 0 && text[0] ? strchr(letters, text[0]) : NULL;

    *used = 1;
    if (letter) {
        out[0] = bytes[letter - letters];
        return 1;
    }
    long character = size > 0 && text[0] == 'u' ? unicode_escape(text, size, used) : -1;
    return character > 0 ? put_utf8(out, character) : 0;
}

/* ---- values; each answers whether there was one ---- */

/* Octets up to the closing quote; past the end where there is none. */
static size_t quoted_length(const char *text, size_t size)
{
    size_t length = 0;

    while (length < size && text[length] != '"')
        length += text[length] == '\\' ? 2 : 1;
    return length;
}

/* Takes the escape sequences out of TEXT, of LENGTH octets and terminated. */
static bool unescape(char *text, size_t length)
{
    char *out = text, *end = text + length;
    size_t used;

    while (text < end) {
        if ((unsigned char)*text < ' ')
            return false;
        if (*text != '\\') {
            *out++ = *text++;
            continue;
        }
        size_t written = json_unescape(text + 1, (size_t)(end - text - 1), out, &used);
        if (written == 0)
            return false;
        out += written;
        text += 1 + used;
    }
    *out = '\0';
    return true;
}

static bool read_string(struct parser *parser, const char **string)
{
    if (!take(parser, '"'))
        return false;
    size_t length =
        quoted_length((const char *)parser->wire.data + parser->wire.position, wire_remaining(&parser->wire));
    const char *text = (const char *)wire_read_bytes(&parser->wire, length);
    char *copy = text ? arena_text(parser->arena, text, length) : NULL;
    *string = copy;
    return copy && unescape(copy, length) && take(parser, '"');
}

/* A number, true, false or null: what the octets are worth is for whoever takes the value. */
static bool read_bare(struct parser *parser, const char **bare)
{
    const char *text = (const char *)parser->wire.data + parser->wire.position;
    size_t length = 0, size = wire_remaining(&parser->wire);

    while (length < size && (text[length] == '-' || text[length] == '+' || text[length] == '.' ||
                             (text[length] >= '0' && text[length] <= '9') ||
                             ((text[length] | 0x20) >= 'a' && (text[length] | 0x20) <= 'z')))
        length++;
    *bare = length > 0 ? arena_text(parser->arena, (const char *)wire_read_bytes(&parser->wire, length), length) : NULL;
    return *bare;
}

static bool read_members(struct parser *parser, struct json_node *object, unsigned depth);

static bool read_value(struct parser *parser, struct json_node *node, unsigned depth)
{
    node->text = "";
    node->object = take(parser, '{');
    if (node->object)
        return read_members(parser, node, depth + 1);
    node->quoted = peek(parser) == '"';
    return node->quoted ? read_string(parser, &node->text) : read_bare(parser, &node->text);
}

/* Adds a node NAME at *TAIL. */
static struct json_node *add(struct parser *parser, const char *name, struct json_node ***tail)
{
    struct json_node *node = arena_alloc(parser->arena, sizeof *node);

    if (!node)
        return NULL;
    node->name = name;
    **tail = node;
    *tail = &node->next;
    return node;
}

/* The array NAME, whose bracket was read. */
static bool read_elements(struct parser *parser, const char *name, struct json_node ***tail, unsigned depth)
{
    if (take(parser, ']'))
        return true;
    do {
        struct json_node *node = add(parser, name, tail);
        if (!node || !read_value(parser, node, depth))
            return false;
        node->listed = true;
    } while (take(parser, ','));
    return take(parser, ']');
}

static bool read_member(struct parser *parser, struct json_node ***tail, unsigned depth)
{
    const char *name;

    if (!read_string(parser, &name) || !take(parser, ':'))
        return false;
    if (take(parser, '['))
        return read_elements(parser, name, tail, depth);
    struct json_node *node = add(parser, name, tail);
    return node && read_value(parser, node, depth);
}

/* The members of OBJECT, whose brace was read. */
static bool read_members(struct parser *parser, struct json_node *object, unsigned depth)
{
    struct json_node **tail = &object->child;

    if (depth > DEPTH_MAX)
        return false;
    if (take(parser, '}'))
        return true;
    do {
        if (!read_member(parser, &tail, depth))
            return false;
    } while (take(parser, ','));
    return take(parser, '}');
}

struct json_node *json_parse(struct arena *arena, const char *text, size_t size)
{
    struct parser parser = {.arena = arena, .wire = wire_reader_of(text, size)};
    struct json_node *object = arena_alloc(arena, sizeof *object);

    if (!object || !take(&parser, '{') || !read_members(&parser, object, 1))
        return NULL;
    skip_space(&parser);
    return wire_consumed(&parser.wire) ? object : NULL;
}

/* ---- looking into it ---- */

struct json_node *node_from(const struct json_node *node, const char *name)
{
    while (node && strcmp(node->name, name) != 0)
        node = node->next;
    return (struct json_node *)node;
}

struct json_node *node_child(const struct json_node *parent, const char *name)
{
    return node_from(parent ? parent->child : NULL, name);
}

const char *node_key(const struct json_node *entry)
{
    return entry->child ? entry->child->text : "";
}

const char *node_text(const struct json_node *parent, const char *name)
{
    const struct json_node *node = node_child(parent, name);

    return node ? node->text : NULL;
}

uint64_t node_number(const struct json_node *parent, const char *name, uint64_t fallback)
{
    const char *text = node_text(parent, name);

    return text ? strtoull(text, NULL, 10) : fallback;
}

bool node_boolean(const struct json_node *parent, const char *name)
{
    const char *text = node_text(parent, name);

    return text && strcmp(text, "true") == 0;
}

void node_write(struct json *json, const char *name, const struct json_node *node)
{
    if (node->object) {
        if (node->listed)
            json_entry(json, name);
        else
            json_begin(json, name);
        for (const struct json_node *child = node->child; child; child = child->next)
            node_write(json, child->name, child);
        json_end(json);
    } else if (node->listed) {
        json_item(json, name, node->text);
    } else if (node->quoted) {
        json_text(json, name, node->text);
    } else {
        json_bare(json, name, node->text);
    }
}
