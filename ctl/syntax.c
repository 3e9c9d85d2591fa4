#include "ctl/syntax.h"

#include "lib/clock.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading a usage line ---- */

/* Takes one word off *AT. False at the end. */
static bool next_word(const char **at, char word[static SYNTAX_WORD_SIZE])
{
    *at += strspn(*at, " ");
    size_t length = strcspn(*at, " ");

    if (length == 0)
        return false;
    strlcpy(word, *at, length + 1 < SYNTAX_WORD_SIZE ? length + 1 : SYNTAX_WORD_SIZE);
    *at += length;
    return true;
}

static bool ends_group(char *word)
{
    size_t length = strlen(word);

    if (word[length - 1] != ']')
        return false;
    word[strcspn(word, "]")] = '\0';
    return true;
}

static enum element_kind kind_of(const char *word)
{
    if (word[0] == '-')
        return ELEMENT_OPTION;
    return islower((unsigned char)word[0]) && !strchr(word, '|') ? ELEMENT_KEYWORD : ELEMENT_POSITIONAL;
}

static bool read_element(const char **at, struct element *element)
{
    char word[SYNTAX_WORD_SIZE];

    *element = (struct element){0};
    if (!next_word(at, word))
        return false;
    element->optional = word[0] == '[';
    bool closed = ends_group(word);
    strlcpy(element->name, word + element->optional, sizeof element->name);
    element->kind = kind_of(element->name);
    if (element->kind == ELEMENT_POSITIONAL) {
        strlcpy(element->value, element->name, sizeof element->value);
    } else if (!closed && next_word(at, word)) {
        ends_group(word);
        element->value_optional = word[0] == '[';
        strlcpy(element->value, word + element->value_optional, sizeof element->value);
    }
    return true;
}

size_t syntax_read(const char *syntax, struct element elements[static SYNTAX_ELEMENTS_MAX])
{
    size_t count = 0;

    while (count < SYNTAX_ELEMENTS_MAX && read_element(&syntax, &elements[count]))
        count++;
    return count;
}

/* ---- values ---- */

static bool check_address(const char *text, char canonical[static PREFIX_TEXT_SIZE])
{
    struct address address;
    const char *zone = strchr(text, '%');

    if (!address_parse_any_zone(&address, text) || (zone && zone[1] == '\0'))
        return false;
    /* The interface is the daemon's to know. */
    address_format(&address, canonical);
    return !zone || strlcat(canonical, zone, PREFIX_TEXT_SIZE) < PREFIX_TEXT_SIZE;
}

static bool check_prefix(const char *text, char canonical[static PREFIX_TEXT_SIZE])
{
    struct prefix prefix;

    if (!prefix_parse(&prefix, text))
        return false;
    prefix_format(&prefix, canonical);
    return true;
}

static bool check_number(const char *text, char canonical[static PREFIX_TEXT_SIZE])
{
    char *end;

    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || number > 4294967295UL)
        return false;
    snprintf(canonical, PREFIX_TEXT_SIZE, "%lu", number);
    return true;
}

static bool check_duration(const char *text, char canonical[static PREFIX_TEXT_SIZE])
{
    uint64_t ms;

    (void)canonical;
    return duration_parse(text, &ms);
}

static bool check_text(const char *text, char canonical[static PREFIX_TEXT_SIZE])
{
    (void)canonical;
    return strlen(text) <= 255 && text_is_clean(text);
}

static bool check_anything(const char *text, char canonical[static PREFIX_TEXT_SIZE])
{
    (void)canonical;
    return text[0] != '\0';
}

static const struct placeholder {
    const char *name;
    bool (*check)(const char *text, char canonical[static PREFIX_TEXT_SIZE]);
    const char *meaning;
    const char *list; /* of the daemons, for completion */
} placeholders[] = {
    {"ADDRESS", check_address, "an IPv4 or IPv6 address", "neighbor"},
    {"PREFIX", check_prefix, "a prefix such as 203.0.113.9/32, without host bits", "vip"},
    {"NAME", check_anything, "a name", "check"},
    {"N", check_number, "a number", NULL},
    {"DURATION", check_duration, "a duration such as 250ms, 5s, 3m or 1h", NULL},
    {"TEXT", check_text, "text of 255 octets at most, on one line", NULL},
    {"FILE", check_anything, "a file", NULL},
    {"DIRECTORY", check_anything, "a directory", NULL},
};

static const struct placeholder *placeholder_find(const char *name)
{
    for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++) {
        if (strcmp(placeholders[i].name, name) == 0)
            return &placeholders[i];
    }
    return NULL;
}

const char *placeholder_list(const char *name)
{
    const struct placeholder *placeholder = placeholder_find(name);

    return placeholder ? placeholder->list : NULL;
}

/* Whether TEXT fits one of the alternatives in SPEC. */
static bool value_fits(const char *spec, const char *text, char canonical[static PREFIX_TEXT_SIZE])
{
    char alternatives[SYNTAX_WORD_SIZE], *rest = alternatives;

    strlcpy(alternatives, spec, sizeof alternatives);
    for (const char *alternative; (alternative = strsep(&rest, "|"));) {
        const struct placeholder *placeholder = placeholder_find(alternative);
        if (placeholder ? placeholder->check(text, canonical) : strcmp(alternative, text) == 0)
            return true;
    }
    return false;
}

const char *arguments_get(const struct arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->count; i++) {
        const struct argument *argument = &arguments->items[i];
        if (strcmp(argument->name, name) == 0)
            return argument->canonical[0] ? argument->canonical : argument->value;
    }
    return NULL;
}

bool element_fits(const struct element *element, const char *text)
{
    char canonical[PREFIX_TEXT_SIZE];

    return value_fits(element->value, text, canonical);
}

bool arguments_take(struct arguments *arguments, const struct element *element, const char *text, char *error,
                    size_t size)
{
    const struct placeholder *placeholder = placeholder_find(element->value);

    if (arguments_get(arguments, element->name)) {
        snprintf(error, size, "%s is given more than once", element->name);
        return false;
    }
    struct argument *argument = &arguments->items[arguments->count];
    *argument = (struct argument){.value = text};
    strlcpy(argument->name, element->name, sizeof argument->name);
    bool left_out = element->value_optional && text[0] == '\0';
    if (element->value[0] && !left_out && !value_fits(element->value, text, argument->canonical)) {
        snprintf(error, size, placeholder ? "'%s' is not %s" : "'%s' is not one of %s", text,
                 placeholder ? placeholder->meaning : element->value);
        return false;
    }
    arguments->count++;
    return true;
}
