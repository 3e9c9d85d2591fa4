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
 * libyang 2.1 loses memory where an RPC has a sibling or is none, and reads no further than the end of the first
 * object. So the outline is looked at first: one object with one member, named for an RPC of ours, and nothing nested
 * deeper than any request is. All else is libyang's to judge.
 */
struct outline {
    char name[RPC_NAME_SIZE]; /* of the only member */
    unsigned depth;
    size_t members; /* of the outermost object */
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Reads to the end of a string whose opening quote was read. What fits of it is in TEXT, with its escapes as they are.
 */
static void skip_string(struct wire_reader *json, char *text, size_t size)
{
    size_t at = 0;

    for (uint8_t c; (c = wire_read_u8(json)) != '"' && !json->failed;) {
        if (at + 2 < size)
            text[at++] = (char)c;
        if (c == '\\' && at + 1 < size)
            text[at++] = (char)wire_read_u8(json);
        else if (c == '\\')
            wire_read_u8(json);
    }
    text[at] = '\0';
}

static bool outline_step(struct outline *outline, struct wire_reader *json, uint8_t c)
{
    char ignored[1];

    switch (c) {
    case '"':
        if (outline->depth == 1 && outline->members == 0) {
            skip_string(json, outline->name, sizeof outline->name);
            outline->members = 1;
        } else {
            skip_string(json, ignored, sizeof ignored);
        }
        return true;
    case '{':
    case '[':
        return ++outline->depth <= DEPTH_MAX;
    case '}':
    case ']':
        return outline->depth-- > 0;
    case ',':
        return outline->depth > 1;
    default:
        return outline->depth > 0 || is_blank(c);
    }
}

static bool outline_read(struct outline *outline, struct wire_reader json)
{
    bool ended = false;

    *outline = (struct outline){0};
    while (wire_remaining(&json) > 0) {
        uint8_t c = wire_read_u8(&json);
        if (c == '\0' || (ended && !is_blank(c)) || !outline_step(outline, &json, c))
            return false;
        ended = outline->depth == 0 && !is_blank(c);
    }
    return !json.failed && outline->depth == 0 && outline->members == 1;
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
    struct outline outline;

    int result = control_frame_take(reader, CONTROL_REQUEST_MAX, &body);
    if (result < 0)
        snprintf(error, size, "bad request: longer than %d bytes", CONTROL_REQUEST_MAX);
    if (result <= 0)
        return result;
    if (!outline_read(&outline, body) || !is_rpc(context, outline.name)) {
        strlcpy(error, "bad request: not one RPC of the vipgate module as JSON", size);
        return -1;
    }
    char *json = strndup((const char *)body.data, body.size);
    *rpc = json ? request_parse(context, json, error, size) : NULL;
    free(json);
    return *rpc ? 1 : -1;
}
