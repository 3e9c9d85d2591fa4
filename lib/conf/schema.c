#include "lib/conf/schema.h"

#include <inttypes.h>
#include <libyang/plugins_types.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool is_configurable(const struct lysc_node *schema)
{
    return (schema->flags & LYS_CONFIG_W) && (schema->nodetype & (LYS_CONTAINER | LYS_LIST | LYS_LEAF | LYS_LEAFLIST));
}

const struct lysc_node *schema_next(const struct lys_module *module, const struct lysc_node *parent,
                                    const struct lysc_node *last)
{
    do {
        last = lys_getnext(last, parent, module->compiled, 0);
    } while (last && !is_configurable(last));
    return last;
}

const struct lysc_node *schema_child(const struct lys_module *module, const struct lysc_node *parent, const char *name)
{
    const struct lysc_node *schema = lys_find_child(parent, module, name, 0, 0, 0);

    return schema && is_configurable(schema) ? schema : NULL;
}

bool schema_is_in(const struct lysc_node *schema, const struct lysc_node *ancestor)
{
    while (schema && schema != ancestor)
        schema = schema->parent;
    return schema != NULL;
}

const struct lysc_type *schema_type(const struct lysc_node *schema)
{
    return schema->nodetype == LYS_LEAF ? ((const struct lysc_node_leaf *)schema)->type
                                        : ((const struct lysc_node_leaflist *)schema)->type;
}

const struct lysc_node *schema_choice(const struct lysc_node *schema)
{
    return schema->parent && schema->parent->nodetype == LYS_CASE ? schema->parent->parent : NULL;
}

const char *schema_extension(const struct lysc_node *schema, const char *name)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(schema->exts, i)
    {
        if (strcmp(schema->exts[i].def->name, name) == 0)
            return schema->exts[i].argument;
    }
    return NULL;
}

/* Types of ietf-inet-types, whose patterns are no words, by a part of their plugin's name; the longer name first. */
static const struct {
    const char *plugin, *words;
} known_types[] = {
    {"ipv4-address", "an IPv4 address"},
    {"ipv6-address", "an IPv6 address"},
    {"ipv4-prefix", "an IPv4 prefix such as 192.0.2.0/24"},
    {"ipv6-prefix", "an IPv6 prefix such as 2001:db8::/32"},
};

__attribute__((format(printf, 2, 3))) static void add(char *buffer, const char *format, ...)
{
    size_t length = strlen(buffer);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(buffer + length, TYPE_WORDS_SIZE - length, format, arguments);
    va_end(arguments);
}

static void add_range(const struct lysc_range *range, bool has_sign, char *buffer)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(range->parts, i)
    {
        const char *joint = i > 0 ? " or " : "";
        if (has_sign)
            add(buffer, "%s%" PRId64 " to %" PRId64, joint, range->parts[i].min_64, range->parts[i].max_64);
        else if (range->parts[i].min_u64 == range->parts[i].max_u64)
            add(buffer, "%s%" PRIu64, joint, range->parts[i].min_u64);
        else
            add(buffer, "%s%" PRIu64 " to %" PRIu64, joint, range->parts[i].min_u64, range->parts[i].max_u64);
    }
}

/* libyang has the signed types in one row and the unsigned ones in another, each by size. */
static void add_number(const struct lysc_type_num *type, char *buffer)
{
    bool has_sign = type->basetype >= LY_TYPE_INT8;
    int unused = 64 - (8 << (type->basetype - (has_sign ? LY_TYPE_INT8 : LY_TYPE_UINT8)));

    add(buffer, "a number from ");
    if (type->range)
        add_range(type->range, has_sign, buffer);
    else if (has_sign)
        add(buffer, "%" PRId64 " to %" PRId64, INT64_MIN / (INT64_C(1) << unused), INT64_MAX >> unused);
    else
        add(buffer, "0 to %" PRIu64, UINT64_MAX >> unused);
}

static const char *pattern_words(const struct lysc_type_str *type)
{
    static const char prefix[] = "expected ";

    LY_ARRAY_COUNT_TYPE i;

    for (size_t known = 0; known < sizeof known_types / sizeof *known_types; known++) {
        if (strstr(type->plugin->id, known_types[known].plugin))
            return known_types[known].words;
    }
    LY_ARRAY_FOR(type->patterns, i)
    {
        const char *message = type->patterns[i]->emsg;
        if (message)
            return strncmp(message, prefix, sizeof prefix - 1) == 0 ? message + sizeof prefix - 1 : message;
    }
    return NULL;
}

static bool length_fits(const struct lysc_range *range, const char *text)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(range->parts, i)
    {
        if (strlen(text) >= range->parts[i].min_u64 && strlen(text) <= range->parts[i].max_u64)
            return true;
    }
    return false;
}

static void add_string(const struct lysc_type_str *type, const char *text, char *buffer)
{
    const char *words = pattern_words(type);

    add(buffer, "%s", words ? words : "text");
    if (type->length && (!words || (text && !length_fits(type->length, text)))) {
        add(buffer, words ? ", " : " of ");
        add_range(type->length, false, buffer);
        add(buffer, " characters");
    }
}

static void add_names(const struct lysc_type_enum *type, char *buffer)
{
    LY_ARRAY_COUNT_TYPE i;

    if (LY_ARRAY_COUNT(type->enums) > 1)
        add(buffer, "one of ");
    LY_ARRAY_FOR(type->enums, i)
    {
        add(buffer, "%s%s", i > 0 ? ", " : "", type->enums[i].name);
    }
}

/* TYPE is no union and no reference. */
static void add_type(const struct lysc_type *type, const char *text, char *buffer)
{
    switch (type->basetype) {
    case LY_TYPE_ENUM:
        add_names((const struct lysc_type_enum *)type, buffer);
        break;
    case LY_TYPE_BOOL:
        add(buffer, "true or false");
        break;
    case LY_TYPE_STRING:
        add_string((const struct lysc_type_str *)type, text, buffer);
        break;
    case LY_TYPE_EMPTY:
        add(buffer, "no value");
        break;
    default:
        add_number((const struct lysc_type_num *)type, buffer);
    }
}

static const struct lysc_type *referred(const struct lysc_type *type)
{
    while (type->basetype == LY_TYPE_LEAFREF)
        type = ((const struct lysc_type_leafref *)type)->realtype;
    return type;
}

/* The member INDEX of TYPE, which is itself the only one where it is no union; NULL: there are no more. libyang
 * flattens unions in unions. */
static const struct lysc_type *member(const struct lysc_type *type, LY_ARRAY_COUNT_TYPE index)
{
    const struct lysc_type_union *members = (const struct lysc_type_union *)referred(type);

    if (members->basetype != LY_TYPE_UNION)
        return index == 0 ? referred(type) : NULL;
    return index < LY_ARRAY_COUNT(members->types) ? referred(members->types[index]) : NULL;
}

const char *type_words(const struct lysc_type *type, const char *text, char buffer[static TYPE_WORDS_SIZE])
{
    const struct lysc_type *one;

    buffer[0] = '\0';
    for (LY_ARRAY_COUNT_TYPE i = 0; (one = member(type, i)); i++) {
        add(buffer, "%s", i > 0 ? " or " : "");
        add_type(one, text, buffer);
    }
    return buffer;
}

/* The names of TYPE, an array of libyang's; NULL: it is no enumeration. */
static const struct lysc_type_bitenum_item *names_of(const struct lysc_type *type)
{
    return type->basetype == LY_TYPE_ENUM ? ((const struct lysc_type_enum *)type)->enums : NULL;
}

void type_offer_names(const struct lysc_type *type, struct nearest *nearest)
{
    const struct lysc_type *one;

    LY_ARRAY_COUNT_TYPE name;

    for (LY_ARRAY_COUNT_TYPE i = 0; (one = member(type, i)); i++) {
        LY_ARRAY_FOR(names_of(one), name)
        {
            nearest_offer(nearest, names_of(one)[name].name);
        }
        if (one->basetype == LY_TYPE_BOOL) {
            nearest_offer(nearest, "true");
            nearest_offer(nearest, "false");
        }
    }
}

bool type_has_name(const struct lysc_type *type, const char *text)
{
    const struct lysc_type *one;

    LY_ARRAY_COUNT_TYPE name;

    for (LY_ARRAY_COUNT_TYPE i = 0; (one = member(type, i)); i++) {
        LY_ARRAY_FOR(names_of(one), name)
        {
            if (strcmp(names_of(one)[name].name, text) == 0)
                return true;
        }
    }
    return false;
}

bool type_is_prefix(const struct lysc_type *type)
{
    const struct lysc_type *one;

    for (LY_ARRAY_COUNT_TYPE i = 0; (one = member(type, i)); i++) {
        if (strstr(one->plugin->id, "ipv4-prefix") || strstr(one->plugin->id, "ipv6-prefix"))
            return true;
    }
    return false;
}

/* RFC 7951 section 6: 64-bit numbers are strings. */
static enum json_form form_of(LY_DATA_TYPE type)
{
    switch (type) {
    case LY_TYPE_UINT8:
    case LY_TYPE_UINT16:
    case LY_TYPE_UINT32:
    case LY_TYPE_INT8:
    case LY_TYPE_INT16:
    case LY_TYPE_INT32:
        return JSON_FORM_NUMBER;
    case LY_TYPE_BOOL:
    case LY_TYPE_EMPTY:
        return JSON_FORM_LITERAL;
    default:
        return JSON_FORM_STRING;
    }
}

bool type_takes_form(const struct lysc_type *type, enum json_form form)
{
    const struct lysc_type *one;

    for (LY_ARRAY_COUNT_TYPE i = 0; (one = member(type, i)); i++) {
        if (form_of(one->basetype) == form)
            return true;
    }
    return false;
}
