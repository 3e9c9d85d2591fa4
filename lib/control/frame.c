#include "lib/control/frame.h"

#include "lib/control/control.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8, RPC_NAME_SIZE = 64 };

int control_frame_take(struct wire_reader *reader, size_t max, struct wire_reader *body)
{
    struct wire_reader ahead = *reader;

    if (wire_remaining(&ahead) < CONTROL_LENGTH_SIZE)
        return 0;
    size_t length = wire_read_u32(&ahead);
    if (length > max)
        return -1;
    if (wire_remaining(&ahead) < length)
        return 0;
    *body = wire_read_sub(&ahead, length);
    *reader = ahead;
    return 1;
}

/*
 * libyang 2.1 loses memory where an RPC has a sibling, is none, or is followed by an error, and reads no further than
 * the end of the first object. So the outline is looked at first: one object with one member, which is an object, and
 * nothing nested deeper than any request is. What is inside is libyang's to judge.
 */

/* Takes the next character that is not blank. False where it is not EXPECTED. */
static bool take(struct wire_reader *json, uint8_t expected)
{
    uint8_t c;

    do
        c = wire_read_u8(json);
    while (c == ' ' || c == '\t' || c == '\r' || c == '\n');
    return c == expected;
}

/* Reads to the end of a string whose opening quote was read; its first SIZE - 1 octets are in TEXT. */
static bool take_string(struct wire_reader *json, char *text, size_t size)
{
    size_t at = 0;

    for (uint8_t c; (c = wire_read_u8(json)) != '"' && c != '\0'; at++) {
        if (at + 1 < size)
            text[at] = (char)c;
        if (c == '\\' && wire_read_u8(json) == '\0')
            return false;
    }
    text[at < size ? at : size - 1] = '\0';
    return !json->failed;
}

/* Reads to the end of an object whose opening brace was read. */
static bool take_object(struct wire_reader *json)
{
    uint8_t closing[DEPTH_MAX] = {'}'};
    char ignored[1];

    for (size_t depth = 1; depth > 0;) {
        uint8_t c = wire_read_u8(json);
        if (c == '\0' || (c == '"' && !take_string(json, ignored, sizeof ignored)))
            return false;
        if ((c == '}' || c == ']') && c != closing[--depth])
            return false;
        if ((c == '{' || c == '[') && depth == DEPTH_MAX)
            return false;
        if (c == '{' || c == '[')
            closing[depth++] = c == '{' ? '}' : ']';
    }
    return true;
}

static bool outline_read(struct wire_reader json, char name[static RPC_NAME_SIZE])
{
    return take(&json, '{') && take(&json, '"') && take_string(&json, name, RPC_NAME_SIZE) && take(&json, ':') &&
           take(&json, '{') && take_object(&json) && take(&json, '}') && !json.failed && take(&json, '\0') &&
           json.failed; /* only the end of input is left */
}

static bool is_rpc(const struct ly_ctx *context, const char *name)
{
    static const char module[] = "vipgate:";
    const struct lysc_node *rpc = NULL;

    if (strncmp(name, module, sizeof module - 1) != 0)
        return false;
    while ((rpc = lys_getnext(rpc, NULL, model_module(context)->compiled, 0))) {
        if (rpc->nodetype == LYS_RPC && strcmp(rpc->name, name + sizeof module - 1) == 0)
            return true;
    }
    return false;
}

static struct lyd_node *request_parse(const struct ly_ctx *context, const char *json, char *error, size_t size)
{
    struct ly_in *in = NULL;
    struct lyd_node *tree = NULL, *rpc = NULL;

    ly_err_clean((struct ly_ctx *)context, NULL);
    if (ly_in_new_memory(json, &in) != LY_SUCCESS) {
        strlcpy(error, "out of memory", size);
        return NULL;
    }
    LY_ERR result = lyd_parse_op(context, NULL, in, LYD_JSON, LYD_TYPE_RPC_YANG, &tree, &rpc);
    ly_in_free(in, 0);
    if (result == LY_SUCCESS && rpc && lyd_validate_op(tree, NULL, LYD_TYPE_RPC_YANG, NULL) == LY_SUCCESS)
        return tree;
    char reason[256];
    snprintf(error, size, "bad request: %s", model_error(context, reason, sizeof reason));
    lyd_free_all(tree);
    return NULL;
}

int control_request_take(const struct ly_ctx *context, struct wire_reader *reader, struct lyd_node **rpc, char *error,
                         size_t size)
{
    struct wire_reader body;
    char name[RPC_NAME_SIZE];

    int result = control_frame_take(reader, CONTROL_REQUEST_MAX, &body);
    if (result < 0)
        snprintf(error, size, "bad request: longer than %d bytes", CONTROL_REQUEST_MAX);
    if (result <= 0)
        return result;
    if (!outline_read(body, name) || !is_rpc(context, name)) {
        strlcpy(error, "bad request: not one RPC of the vipgate module as JSON", size);
        return -1;
    }
    char *json = strndup((const char *)body.data, body.size);
    *rpc = json ? request_parse(context, json, error, size) : NULL;
    free(json);
    return *rpc ? 1 : -1;
}
