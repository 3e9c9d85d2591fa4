#include "lib/control/rpc.h"

#include <bsd/string.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULE "vipgate:"

enum { INPUTS_MAX = 8, TEXT_MAX = 255 };

enum type { TYPE_TEXT = 1, TYPE_WORD, TYPE_WORDS, TYPE_NUMBER, TYPE_BOOLEAN };

/* The same as etc/yang/vipgate.yang says of them. */
static const struct rpc {
    const char *name;
    struct input {
        const char *name;
        enum type type;
        bool mandatory;
        const char *words; /* of which each value is one */
    } inputs[INPUTS_MAX];
} rpcs[] = {
    {"get",
     {{"what", TYPE_WORDS, true, "daemon neighbor vip check advertised-route received-route event why"},
      {"neighbor", TYPE_TEXT, false, NULL},
      {"prefix", TYPE_TEXT, false, NULL},
      {"address", TYPE_TEXT, false, NULL},
      {"check", TYPE_TEXT, false, NULL},
      {"last", TYPE_NUMBER, false, NULL},
      {"follow", TYPE_BOOLEAN, false, NULL}}},
    {"get-config", {{0}}},
    {"reload", {{"phase", TYPE_WORD, true, "prepare apply"}, {"token", TYPE_TEXT, true, NULL}}},
    {"check-run", {{"name", TYPE_TEXT, true, NULL}}},
    {"neighbor",
     {{"remote-address", TYPE_TEXT, true, NULL},
      {"action", TYPE_WORD, true, "up down reset refresh"},
      {"message", TYPE_TEXT, false, NULL}}},
};

static const struct rpc *find(const char *name)
{
    for (size_t i = 0; i < sizeof rpcs / sizeof *rpcs; i++) {
        if (strcmp(rpcs[i].name, name) == 0)
            return &rpcs[i];
    }
    return NULL;
}

static const struct input *find_input(const struct rpc *rpc, const char *name)
{
    for (const struct input *input = rpc->inputs; input < rpc->inputs + INPUTS_MAX && input->name; input++) {
        if (strcmp(input->name, name) == 0)
            return input;
    }
    return NULL;
}

static bool is_among(const char *words, const char *text)
{
    size_t length = strlen(text);

    for (const char *word = words; word; word = strchr(word, ' ')) {
        word += *word == ' ';
        if (strcspn(word, " ") == length && strncmp(word, text, length) == 0)
            return true;
    }
    return false;
}

static bool is_number(const char *text)
{
    char *end;

    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && number <= UINT32_MAX;
}

static bool fits(const struct input *input, const struct json_node *value)
{
    const char *text = value->text;
    bool bare = input->type == TYPE_NUMBER || input->type == TYPE_BOOLEAN;

    if (value->object || value->listed != (input->type == TYPE_WORDS) || value->quoted == bare)
        return false;
    if (input->words)
        return is_among(input->words, text);
    if (input->type == TYPE_NUMBER)
        return is_number(text);
    if (input->type == TYPE_BOOLEAN)
        return is_among("true false", text);
    return strlen(text) <= TEXT_MAX;
}

/* Whether what was given is known, of its type, and given once. */
static bool check_given(const struct rpc *rpc, const struct json_node *node, char *error, size_t size)
{
    for (const struct json_node *value = node->child; value; value = value->next) {
        const struct input *input = find_input(rpc, value->name);
        if (!input)
            snprintf(error, size, "bad request: %s has no input '%.64s'", rpc->name, value->name);
        else if (!fits(input, value))
            snprintf(error, size, "bad request: invalid value of '%s'", input->name);
        else if (!value->listed && node_from(value->next, value->name))
            snprintf(error, size, "bad request: '%s' is given more than once", input->name);
        else
            continue;
        return false;
    }
    return true;
}

static bool check_mandatory(const struct rpc *rpc, const struct json_node *node, char *error, size_t size)
{
    for (const struct input *input = rpc->inputs; input < rpc->inputs + INPUTS_MAX && input->name; input++) {
        if (!input->mandatory || node_child(node, input->name))
            continue;
        snprintf(error, size, "bad request: %s needs '%s'", rpc->name, input->name);
        return false;
    }
    return true;
}

const struct json_node *rpc_of(struct json_node *document, char *error, size_t size)
{
    struct json_node *node = document ? document->child : NULL;
    const struct rpc *rpc = NULL;

    if (node && !node->next && node->object && !node->listed && strncmp(node->name, MODULE, strlen(MODULE)) == 0)
        rpc = find(node->name + strlen(MODULE));
    if (!rpc) {
        strlcpy(error, "bad request: expected one RPC of the module vipgate as JSON", size);
        return NULL;
    }
    node->name = rpc->name;
    return check_given(rpc, node, error, size) && check_mandatory(rpc, node, error, size) ? node : NULL;
}

bool rpc_asks_for(const struct json_node *rpc, const char *what)
{
    NODE_FOR_EACH(node, rpc, "what")
    {
        if (strcmp(node->text, what) == 0)
            return true;
    }
    return false;
}
