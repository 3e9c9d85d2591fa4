#include "lib/json_tree.h"

#include "lib/wire.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

struct parser {
    struct arena *arena;
    struct wire_reader wire;
    struct json_fault fault; /* the first */
    bool keeps_empty;        /* an empty array is a node */
};

static const char *here(const struct parser *parser)
{
    return (const char *)parser->wire.data + parser->wire.position;
}

static bool fail_at(struct parser *parser, const char *at, const char *message)
{
    if (!parser->fault.message)
        parser->fault = (struct json_fault){.message = message, .at = at};
    return false;
}

static bool fail(struct parser *parser, const char *message)
{
    return fail_at(parser, here(parser), message);
}

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
static long hex4(const char *text)
{
    char digits[5] = {0};

    if (strspn(text, "0123456789abcdefABCDEF") < 4)
        return -1;
    memcpy(digits, text, 4);
    return strtol(digits, NULL, 16);
}

/* The character of \uXXXX, or of a pair of them (RFC 8259 section 7); -1 where there is none. */
static long unicode_escape(const char *text, size_t *used)
{
    long high = hex4(text + 1);

    *used = 5;
    if (high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || strncmp(text + 5, "\\u", 2) != 0)
        return -1;
    long low = hex4(text + 7);
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

/* The escape sequence at TEXT, which is terminated and whose backslash was read, as UTF-8 in OUT. How many octets were
 * written; 0: it is none. *USED is how many it took. */
static size_t unescape_one(const char *text, char out[static 4], size_t *used)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const char *letter = text[0] ? strchr(letters, text[0]) : NULL;

    *used = 1;
    if (letter) {
        out[0] = bytes[letter - letters];
        return 1;
    }
    long character = text[0] == 'u' ? unicode_escape(text, used) : -1;
    return character > 0 ? put_utf8(out, character) : 0;
}

/* ---- values; each answers whether there was one ---- */

/* Octets up to the closing quote; past the end where there is none. *PLAIN: they stand for themselves. */
static size_t quoted_length(const char *text, size_t size, bool *plain)
{
    size_t length = 0;

    while (length < size && (unsigned char)text[length] >= ' ' && text[length] != '"' && text[length] != '\\')
        length++;
    *plain = length < size && text[length] == '"';
    while (length < size && text[length] != '"')
        length += text[length] == '\\' ? 2 : 1;
    return length;
}

/* Takes the escape sequences out of TEXT, of LENGTH octets and terminated. NULL, or the octet that cannot be. */
static const char *unescape(char *text, size_t length)
{
    char *out = text, *end = text + length;
    size_t used;

    while (text < end) {
        if ((unsigned char)*text < ' ')
            return text;
        if (*text != '\\') {
            *out++ = *text++;
            continue;
        }
        size_t written = unescape_one(text + 1, out, &used);
        if (written == 0)
            return text;
        out += written;
        text += 1 + used;
    }
    *out = '\0';
    return NULL;
}

static bool read_string(struct parser *parser, const char **string)
{
    if (!take(parser, '"'))
        return fail(parser, "expected a name in quotes");
    bool plain;
    const char *start = here(parser);
    size_t length = quoted_length(start, wire_remaining(&parser->wire), &plain);
    if (!wire_read_bytes(&parser->wire, length))
        return fail_at(parser, start - 1, "unterminated string");
    char *copy = arena_text(parser->arena, start, length);
    const char *wrong = copy && !plain ? unescape(copy, length) : NULL;
    if (wrong && *wrong == '\\')
        return fail_at(parser, start + (wrong - copy) + 1, "invalid escape sequence");
    if (wrong || !take(parser, '"'))
        return fail_at(parser, start - 1, "unterminated string");
    *string = copy;
    return copy || fail(parser, "out of memory");
}

/* A number, true, false or null: what the octets are worth is for whoever takes the value. */
static bool read_bare(struct parser *parser, const char **bare)
{
    const char *text = here(parser);
    size_t length = 0, size = wire_remaining(&parser->wire);

    while (length < size && (text[length] == '-' || text[length] == '+' || text[length] == '.' ||
                             (text[length] >= '0' && text[length] <= '9') ||
                             ((text[length] | 0x20) >= 'a' && (text[length] | 0x20) <= 'z')))
        length++;
    *bare = length > 0 ? arena_text(parser->arena, (const char *)wire_read_bytes(&parser->wire, length), length) : NULL;
    return *bare || fail(parser, "expected a value: a string in quotes, a number, true, false, { or [");
}

static bool read_members(struct parser *parser, struct json_node *object, unsigned depth);

static bool read_value(struct parser *parser, struct json_node *node, unsigned depth)
{
    skip_space(parser);
    node->at = here(parser);
    node->object = take(parser, '{');
    node->text = node->object ? "" : NULL;
    if (node->object)
        return read_members(parser, node, depth + 1);
    if (peek(parser) == '[')
        return fail(parser, "unexpected array in an array");
    node->quoted = peek(parser) == '"';
    return node->quoted ? read_string(parser, &node->text) : read_bare(parser, &node->text);
}

/* Adds a node at *TAIL, whose name was read from NAME_AT. */
static struct json_node *add(struct parser *parser, const char *name, const char *name_at, bool listed,
                             struct json_node ***tail)
{
    struct json_node *node = arena_alloc(parser->arena, sizeof *node);

    if (!node)
        return NULL;
    node->name = name;
    node->name_at = name_at;
    node->listed = listed;
    **tail = node;
    *tail = &node->next;
    return node;
}

/* The array NAME, whose bracket was read. */
static bool read_elements(struct parser *parser, const char *name, const char *name_at, struct json_node ***tail,
                          unsigned depth)
{
    if (take(parser, ']')) {
        if (parser->keeps_empty)
            add(parser, name, name_at, true, tail);
        return true;
    }
    do {
        struct json_node *node = add(parser, name, name_at, true, tail);
        if (!node || !read_value(parser, node, depth))
            return false;
    } while (take(parser, ','));
    return take(parser, ']') || fail(parser, "expected ',' or ']'");
}

static bool read_member(struct parser *parser, struct json_node ***tail, unsigned depth)
{
    const char *name;

    skip_space(parser);
    const char *name_at = here(parser);
    if (!read_string(parser, &name))
        return false;
    if (!take(parser, ':'))
        return fail(parser, "expected ':' after a name");
    if (take(parser, '['))
        return read_elements(parser, name, name_at, tail, depth);
    struct json_node *node = add(parser, name, name_at, false, tail);
    return node && read_value(parser, node, depth);
}

/* The members of OBJECT, whose brace was read. */
static bool read_members(struct parser *parser, struct json_node *object, unsigned depth)
{
    struct json_node **tail = &object->child;

    if (depth > DEPTH_MAX)
        return fail(parser, "objects nested too deeply");
    if (take(parser, '}'))
        return true;
    do {
        if (!read_member(parser, &tail, depth))
            return false;
    } while (take(parser, ','));
    return take(parser, '}') || fail(parser, "expected ',' or '}'");
}

struct json_node *json_parse(struct arena *arena, const char *text, size_t size, struct json_fault *fault)
{
    struct parser parser = {.arena = arena, .wire = wire_reader_of(text, size), .keeps_empty = fault};
    struct json_node *object = arena_alloc(arena, sizeof *object);

    if (!object)
        fail(&parser, "out of memory");
    else if (!take(&parser, '{'))
        fail(&parser, "expected '{'");
    else if (read_members(&parser, object, 1)) {
        skip_space(&parser);
        if (!wire_consumed(&parser.wire))
            fail(&parser, "trailing characters after object");
    }
    if (fault)
        *fault = parser.fault;
    else if (parser.fault.message || arena->failed)
        return NULL;
    return object;
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
