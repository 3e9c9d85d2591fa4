#include "ctl/query.h"

#include "ctl/json.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct ly_ctx *shared_context;

void complain(const char *format, ...)
{
    va_list arguments;

    fflush(stdout); /* what was shown before comes before */
    fputs("vipgate: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* ---- requests ---- */

char *request_build(const char *rpc, const struct member *members, size_t count)
{
    char *text = NULL;
    size_t size;
    bool first = true;

    FILE *file = open_memstream(&text, &size);
    if (!file)
        abort();
    fprintf(file, "{\"vipgate:%s\":{", rpc);
    for (size_t i = 0; i < count; i++) {
        if (!members[i].value)
            continue;
        fprintf(file, "%s\"%s\":", first ? "" : ",", members[i].name);
        if (members[i].bare)
            fputs(members[i].value, file);
        else
            json_write_string(file, members[i].value);
        first = false;
    }
    fputs("}}", file);
    fclose(file);
    return text;
}

char *request_get(const char *what, const struct member *members, size_t count)
{
    char list[128] = "[";
    struct member all[8] = {{"what", list, true}};

    for (size_t length; *what; what += length + (what[length] == ',')) {
        length = strcspn(what, ",");
        size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s\"%.*s\"", at > 1 ? "," : "", (int)length, what);
    }
    strlcat(list, "]", sizeof list);
    for (size_t i = 0; i < count && i + 1 < sizeof all / sizeof *all; i++)
        all[i + 1] = members[i];
    return request_build("get", all, count + 1);
}

/* ---- answers ---- */

const struct ly_ctx *query_context(void)
{
    char error[512];

    if (!shared_context && !(shared_context = model_open(error, sizeof error)))
        complain("%s", error);
    return shared_context;
}

void query_close(void)
{
    ly_ctx_destroy(shared_context);
    shared_context = NULL;
}

/* Whether NODE, which libyang could not take for one of ours, has the name of one: then its value is wrong. */
static bool has_our_name(const struct lyd_node *node)
{
    const struct lyd_node *parent = lyd_parent(node);

    return lys_find_child(parent ? parent->schema : NULL, model_module(shared_context), LYD_NAME(node), 0, 0, 0);
}

/* Takes out what is not in our module; *FIRST and what is below it stay a tree of known nodes. False where something
 * that is in our module has a wrong value. */
static bool drop_unknown(struct lyd_node **first)
{
    bool right = true;
    struct lyd_node *next;

    for (struct lyd_node *node = *first; node; node = next) {
        next = node->next;
        struct lyd_node *child = lyd_child_no_keys(node);
        if (node->schema) {
            right = drop_unknown(&child) && right;
            continue;
        }
        right = right && !has_our_name(node);
        *first = node == *first ? next : *first;
        lyd_free_tree(node);
    }
    return right;
}

bool query_parse(const char *json, size_t size, struct lyd_node **tree)
{
    const struct ly_ctx *context = query_context();
    char reason[256];

    *tree = NULL;
    char *text = context ? strndup(json, size) : NULL;
    if (!text)
        return false;
    /* A daemon of a newer version may say what we do not know. libyang 2.0 skips that badly (it loses what follows, or
     * never ends): it is told to keep it, and it is left out here. */
    LY_ERR result = lyd_parse_data_mem(context, text, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, tree);
    free(text);
    if (result != LY_SUCCESS) {
        complain("the daemon's answer is not understood: %s", model_error(context, reason, sizeof reason));
        return false;
    }
    if (!drop_unknown(tree)) {
        complain("the daemon's answer is not understood: a wrong value");
        lyd_free_all(*tree);
        *tree = NULL;
        return false;
    }
    return true;
}

const char *query_directory(const struct invocation *invocation)
{
    const char *directory = command_argument(invocation, "-S");

    return directory ? directory : "/run/vipgate";
}

int query_outcome(enum control_result result, const char *daemon, const char *error)
{
    switch (result) {
    case CONTROL_REFUSED:
        complain("%s", error);
        return STATUS_REFUSED;
    case CONTROL_INVALID:
        fprintf(stderr, "%s\n", error);
        return STATUS_USAGE;
    case CONTROL_UNREACHABLE:
        complain("%s: %s", daemon, error);
        return STATUS_UNREACHABLE;
    case CONTROL_DONE:
    case CONTROL_MORE:
    case CONTROL_STOPPED:
        break;
    }
    return STATUS_DONE;
}

struct receiver {
    query_answer *answer;
    void *user;
    bool failed;
};

static bool receive(const char *json, size_t size, void *user)
{
    struct receiver *receiver = user;
    struct lyd_node *document;

    receiver->failed = !query_parse(json, size, &document);
    if (receiver->failed || !document)
        return !receiver->failed;
    return receiver->answer(document, receiver->user);
}

int query(const struct invocation *invocation, const char *daemon, char *request, uint64_t timeout_ms,
          query_answer *answer, void *user)
{
    struct receiver receiver = {.answer = answer, .user = user};
    char error[64 * 1024] = ""; /* a configuration may have many errors */

    enum control_result result =
        control_call(query_directory(invocation), daemon, request, timeout_ms, receive, &receiver, error, sizeof error);
    free(request);
    return receiver.failed ? STATUS_UNREACHABLE : query_outcome(result, daemon, error);
}

/* ---- collections ---- */

static bool was_said_before(const struct collection *collection, const struct lyd_node *entry)
{
    struct lyd_node *match;

    return !lysc_is_dup_inst_list(entry->schema) &&
           lyd_find_sibling_first(lyd_child(collection->state), entry, &match) == LY_SUCCESS;
}

bool collection_add(struct lyd_node *document, void *user)
{
    struct collection *collection = user;
    struct lyd_node *node, *next;

    if (!collection->state) {
        collection->state = document;
        return true;
    }
    LY_LIST_FOR_SAFE(lyd_child(document), next, node)
    {
        if (!was_said_before(collection, node) && lyd_insert_child(collection->state, node) != LY_SUCCESS)
            abort();
    }
    lyd_free_all(document);
    return true;
}

void collection_free(struct collection *collection)
{
    lyd_free_all(collection->state);
    *collection = (struct collection){0};
}

const struct lyd_node *collection_next(const struct collection *collection, const char *list,
                                       const struct lyd_node *after)
{
    const struct lyd_node *node = after ? after->next : collection->state ? lyd_child(collection->state) : NULL;

    while (node && strcmp(node->schema->name, list) != 0)
        node = node->next;
    return node;
}

const struct lyd_node *collection_find(const struct collection *collection, const char *list, const char *key)
{
    const struct lyd_node *entry = NULL;

    while ((entry = collection_next(collection, list, entry))) {
        const struct lyd_node *first = lyd_child(entry);
        if (first && strcmp(lyd_get_value(first), key) == 0)
            return entry;
    }
    return NULL;
}
