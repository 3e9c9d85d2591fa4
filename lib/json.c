#include "lib/json.h"

#include "lib/clock.h"
#include "lib/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_MIN = 1024, INDENT = 2 };

/* ---- octets ---- */

static bool make_room(struct json *json, size_t length)
{
    size_t size = json->size ? json->size : SIZE_MIN;

    while (size - json->length <= length)
        size *= 2;
    char *text = json->failed ? NULL : realloc(json->text, size);
    if (!text) {
        json->failed = true;
        return false;
    }
    json->text = text;
    json->size = size;
    return true;
}

static void put(struct json *json, const char *octets, size_t length)
{
    if (json->size - json->length <= length && !make_room(json, length))
        return;
    memcpy(json->text + json->length, octets, length);
    json->length += length;
}

static void put_char(struct json *json, char c)
{
    put(json, &c, 1);
}

/* Octets at the beginning of TEXT that stand for themselves. */
static size_t plain_length(const char *text)
{
    size_t length = 0;

    while (text[length] >= ' ' && text[length] < 0x7f && text[length] != '"' && text[length] != '\\')
        length++;
    return length;
}

static void put_string(struct json *json, const char *text)
{
    put_char(json, '"');
    for (;;) {
        size_t length = plain_length(text);
        put(json, text, length);
        text += length;
        if (*text == '\0')
            break;
        length = text_clean_length(text);
        if (*text == '"' || *text == '\\')
            put_char(json, '\\');
        put(json, length ? text : "?", length ? length : 1);
        text += length ? length : 1;
    }
    put_char(json, '"');
}

static void put_line(struct json *json, unsigned indent)
{
    if (!json->spaced)
        return;
    put_char(json, '\n');
    for (unsigned i = 0; i < indent * INDENT; i++)
        put_char(json, ' ');
}

/* ---- members ---- */

static void close_list(struct json *json, struct json_object *object)
{
    if (!object->list)
        return;
    put_line(json, object->indent);
    put_char(json, ']');
    object->list = NULL;
}

/* Everything up to the value of the member NAME. */
static void put_name(struct json *json, const char *name)
{
    struct json_object *object = &json->open[json->depth - 1];

    close_list(json, object);
    if (object->used)
        put_char(json, ',');
    object->used = true;
    put_line(json, object->indent);
    put_char(json, '"');
    put(json, name, strlen(name));
    put(json, "\": ", json->spaced ? 3 : 2);
}

/* The same of one more element of the array LIST. */
static void put_element(struct json *json, const char *list)
{
    struct json_object *object = &json->open[json->depth - 1];

    if (object->list && (object->list == list || strcmp(object->list, list) == 0)) {
        put_char(json, ',');
    } else {
        put_name(json, list);
        put_char(json, '[');
        object->list = list;
    }
    put_line(json, object->indent + 1);
}

static void open_object(struct json *json)
{
    const struct json_object *outer = json->depth ? &json->open[json->depth - 1] : NULL;

    assert(json->depth < JSON_DEPTH_MAX); /* it is the schema's, or that of what json_parse has read */
    json->open[json->depth++] = (struct json_object){.indent = outer ? outer->indent + (outer->list ? 2 : 1) : 1};
    put_char(json, '{');
}

void json_begin(struct json *json, const char *name)
{
    if (json->depth > 0)
        put_name(json, name);
    open_object(json);
}

void json_entry(struct json *json, const char *list)
{
    put_element(json, list);
    open_object(json);
}

void json_end(struct json *json)
{
    struct json_object *object = &json->open[json->depth - 1];

    close_list(json, object);
    if (object->used)
        put_line(json, object->indent - 1);
    put_char(json, '}');
    json->depth--;
}

void json_finish(struct json *json)
{
    while (json->depth > 0)
        json_end(json);
}

/* ---- values ---- */

void json_text(struct json *json, const char *name, const char *text)
{
    if (!text)
        return;
    put_name(json, name);
    put_string(json, text);
}

void json_text_if_any(struct json *json, const char *name, const char *text)
{
    if (text && text[0])
        json_text(json, name, text);
}

void json_item(struct json *json, const char *list, const char *text)
{
    put_element(json, list);
    put_string(json, text);
}

void json_bare(struct json *json, const char *name, const char *value)
{
    put_name(json, name);
    put(json, value, strlen(value));
}

void json_number(struct json *json, const char *name, uint64_t number)
{
    char digits[20], *first = digits + sizeof digits;

    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put_name(json, name);
    put(json, first, (size_t)(digits + sizeof digits - first));
}

void json_boolean(struct json *json, const char *name, bool value)
{
    json_bare(json, name, value ? "true" : "false");
}

void json_time(struct json *json, const char *name, uint64_t real_us)
{
    char text[CLOCK_TEXT_SIZE];

    if (real_us)
        json_text(json, name, clock_format(real_us, text));
}
