#include "ctl/cell.h"

#include "lib/text.h"

#include <bsd/string.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct json_node *cell_node(const struct json_node *entry, const char *path)
{
    const struct json_node *node = entry;
    const char *rest;
    char name[64];

    for (; node && (rest = strchr(path, '/')); path = rest + 1) {
        size_t length = (size_t)(rest - path);
        strlcpy(name, path, length + 1 < sizeof name ? length + 1 : sizeof name);
        node = node_child(node, name);
    }
    return node && *path ? node_child(node, path) : node;
}

static const char *value_at(const struct json_node *entry, const char *path)
{
    const struct json_node *node = cell_node(entry, path);

    return node && node != entry ? node->text : NULL;
}

/* Takes away the beginning of a character that was cut. */
static void cut_at_character(char *text)
{
    size_t at = 0, length;

    while ((length = text_utf8_length(text + at)) > 0)
        at += length;
    if (strlen(text + at) < 4)
        text[at] = '\0';
}

/* A terminal obeys control characters, wherever they come from. */
static void make_fit(struct cell *cell)
{
    if (strlen(cell->text) == sizeof cell->text - 1)
        cut_at_character(cell->text);
    text_clean(cell->text);
}

void cell_add(struct cell *cell, const char *format, ...)
{
    size_t length = strlen(cell->text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(cell->text + length, sizeof cell->text - length, format, arguments);
    va_end(arguments);
    make_fit(cell);
}

/* ---- times ---- */

uint64_t time_parse(const char *text)
{
    struct tm tm = {0};
    int hours = 0, minutes = 0;
    uint64_t fraction = 0, unit = 1000000;

    const char *at = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!at)
        return 0;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++) {
            unit /= 10;
            fraction += unit * (uint64_t)(*at - '0');
        }
    }
    if (*at != 'Z' && sscanf(at, "%3d:%2d", &hours, &minutes) != 2)
        return 0;
    int64_t offset = (int64_t)(abs(hours) * 60 + minutes) * (*at == '-' ? -60 : 60);
    int64_t seconds = (int64_t)timegm(&tm) - offset;
    return seconds < 0 ? 0 : (uint64_t)seconds * 1000000 + fraction;
}

const char *age_format(uint64_t seconds, char buffer[static AGE_SIZE])
{
    if (seconds < 60)
        snprintf(buffer, AGE_SIZE, "%" PRIu64 "s", seconds);
    else if (seconds < 3600)
        snprintf(buffer, AGE_SIZE, "%" PRIu64 "m%02" PRIu64 "s", seconds / 60, seconds % 60);
    else if (seconds < 86400)
        snprintf(buffer, AGE_SIZE, "%" PRIu64 "h%02" PRIu64 "m", seconds / 3600, seconds % 3600 / 60);
    else
        snprintf(buffer, AGE_SIZE, "%" PRIu64 "d%02" PRIu64 "h", seconds / 86400, seconds % 86400 / 3600);
    return buffer;
}

size_t text_width(const char *text)
{
    size_t width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* ---- formats ---- */

void cell_text(struct cell *cell, const struct json_node *entry, const char *path)
{
    const struct json_node *node = cell_node(entry, path);

    if (!node || !node->listed) { /* the usual, without printf */
        strlcpy(cell->text, node ? node->text : "", sizeof cell->text);
        make_fit(cell);
        return;
    }
    for (const struct json_node *value = node; value; value = node_from(value->next, node->name))
        cell_add(cell, "%s%s", value == node ? "" : ", ", value->text);
}

/* The documented states that are as they should be, or as they should not. All others are on the way. */
static enum cell_color color_of(const char *word)
{
    static const struct {
        const char *word;
        enum cell_color color;
    } known[] = {
        {"established", COLOR_GOOD},  {"announced", COLOR_GOOD}, {"up", COLOR_GOOD},      {"ok", COLOR_GOOD},
        {"acknowledged", COLOR_GOOD}, {"connected", COLOR_GOOD}, {"drained", COLOR_GOOD}, {"idle", COLOR_BAD},
        {"withdrawn", COLOR_BAD},     {"down", COLOR_BAD},       {"fail", COLOR_BAD},     {"expired", COLOR_BAD},
        {"stopped", COLOR_BAD},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(word, known[i].word) == 0)
            return known[i].color;
    }
    return COLOR_UNSURE;
}

void cell_state(struct cell *cell, const struct json_node *entry, const char *path)
{
    cell_text(cell, entry, path);
    if (cell->text[0])
        cell->color = color_of(cell->text);
}

void cell_yes(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *value = value_at(entry, path);

    if (value)
        cell_add(cell, "%s", strcmp(value, "true") == 0 ? "yes" : "no");
}

void cell_percent(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *value = value_at(entry, path);

    if (value)
        cell_add(cell, "%s%%", value);
}

void cell_age(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *value = value_at(entry, path);
    uint64_t then_us = value ? time_parse(value) : 0;
    char age[AGE_SIZE];

    if (then_us)
        cell_add(cell, "%s", age_format(cell->now_us > then_us ? (cell->now_us - then_us) / 1000000 : 0, age));
}

void cell_seconds(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *value = value_at(entry, path);
    char age[AGE_SIZE];

    if (value)
        cell_add(cell, "%s", age_format(strtoull(value, NULL, 10), age));
}

void cell_time(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *value = value_at(entry, path);
    uint64_t us = value ? time_parse(value) : 0;
    time_t seconds = (time_t)(us / 1000000);
    struct tm tm;
    char text[32];

    if (us != 0 && gmtime_r(&seconds, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) > 0)
        cell_add(cell, "%s.%03uZ", text, (unsigned)(us % 1000000 / 1000));
}

void cell_clock(struct cell *cell, const struct json_node *entry, const char *path)
{
    static const size_t year = sizeof "2026-" - 1;
    struct cell time = {0};

    cell_time(&time, entry, path);
    if (time.text[0])
        cell_add(cell, "%s", time.text + year);
}

void cell_latency(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *value = value_at(entry, path);
    double us = value ? strtod(value, NULL) : 0;

    if (value)
        cell_add(cell, us < 1e6 ? "%.2fms" : "%.2fs", us < 1e6 ? us / 1e3 : us / 1e6);
}

void cell_members(struct cell *cell, const struct json_node *entry, const char *path)
{
    const struct json_node *container = cell_node(entry, path);

    for (const struct json_node *leaf = container ? container->child : NULL; leaf; leaf = leaf->next) {
        if (!leaf->object && !leaf->listed)
            cell_add(cell, "%s%s %s", cell->text[0] ? ", " : "", leaf->name, leaf->text);
    }
}
