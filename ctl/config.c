/* show config, config check, config convert. */
#include "ctl/handlers.h"
#include "ctl/query.h"
#include "lib/conf/conf.h"
#include "lib/model.h"
#include "lib/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

/* Loads the FILE that was named and prints what there is to say of it; the caller closes it. */
static struct ly_ctx *load(const char *file, bool here, struct conf *conf, size_t *lacking)
{
    char error[256];
    struct ly_ctx *context = model_open(error, sizeof error);

    *conf = (struct conf){0};
    *lacking = 0;
    if (!context) {
        complain("%s", error);
        return NULL;
    }
    *conf = conf_load(context, file);
    if (conf->tree && here)
        *lacking = conf_look_here(conf);
    conf_write_diagnostics(conf, stderr);
    return context;
}

static void close_file(struct ly_ctx *context, struct conf *conf)
{
    conf_clear(conf);
    ly_ctx_destroy(context);
}

static void print_summary(const char *file, const struct lyd_node *tree)
{
    size_t neighbors = model_count(lyd_child(model_sibling(tree, "bgp")), "neighbor");
    size_t vips = model_count(tree, "vip"), checks = model_count(tree, "check");

    printf("%s: valid; %zu neighbor%s, %zu vip%s, %zu check%s\n", file, neighbors, text_plural(neighbors), vips,
           text_plural(vips), checks, text_plural(checks));
}

int handle_config_check(const struct invocation *invocation)
{
    const char *file = command_argument(invocation, "FILE");
    struct conf conf;
    size_t lacking;
    struct ly_ctx *context = load(file, command_argument(invocation, "--here"), &conf, &lacking);
    int status = !conf.tree ? STATUS_USAGE : lacking > 0 ? STATUS_REFUSED : STATUS_DONE;

    if (conf.tree)
        print_summary(file, conf.tree);
    close_file(context, &conf);
    return status;
}

static enum conf_encoding encoding_of(const char *word)
{
    return strcmp(word, "json") == 0 ? CONF_JSON : strcmp(word, "xml") == 0 ? CONF_XML : CONF_TEXT;
}

int handle_config_convert(const struct invocation *invocation)
{
    struct conf conf;
    size_t lacking;
    struct ly_ctx *context = load(command_argument(invocation, "FILE"), false, &conf, &lacking);
    char *text = conf.tree ? conf_print(conf.tree, encoding_of(command_argument(invocation, "--to")), true) : NULL;

    if (text)
        fputs(text, stdout);
    close_file(context, &conf);
    int status = text ? STATUS_DONE : STATUS_USAGE;
    free(text);
    return status;
}

/* ---- what runs ---- */

static bool keep_text(const char *json, size_t size, void *user)
{
    char **text = user;

    free(*text);
    *text = strndup(json, size);
    return *text;
}

static int ask(const struct invocation *invocation, const char *daemon, char **json)
{
    char error[512] = "", *request = request_build("get-config", NULL, 0);

    enum control_result result = control_call(query_directory(invocation), daemon, request, ANSWER_TIMEOUT_MS,
                                              keep_text, json, error, sizeof error);
    free(request);
    return query_outcome(result, daemon, error);
}

static int print_running(const char *json, enum conf_encoding encoding)
{
    char reason[256];
    struct lyd_node *tree = NULL;
    struct ly_ctx *context = model_open(reason, sizeof reason);

    if (context &&
        lyd_parse_data_mem(context, json, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree) != LY_SUCCESS)
        model_error(context, reason, sizeof reason);
    char *text = tree ? conf_print(tree, encoding, false) : NULL;
    if (text)
        fputs(text, stdout);
    else
        complain("invalid answer from the daemon: %s", reason);
    int status = text ? STATUS_DONE : STATUS_UNREACHABLE;
    free(text);
    lyd_free_all(tree);
    ly_ctx_destroy(context);
    return status;
}

/* Both daemons run the same configuration; healthd says it where bgpd is not there. */
int handle_show_config(const struct invocation *invocation)
{
    char *json = NULL;

    int status = ask(invocation, "bgpd", &json);
    if (status == STATUS_UNREACHABLE)
        status = ask(invocation, "healthd", &json);
    if (status == STATUS_DONE && json)
        status = print_running(json, command_argument(invocation, "--json") ? CONF_JSON : CONF_TEXT);
    free(json);
    return status;
}
