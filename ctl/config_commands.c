#include "ctl/config_commands.h"

#include "lib/conf/here.h"
#include "lib/model.h"
#include "lib/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_LACKING = 1, EXIT_CONFIGURATION = 2 };

/* Loads FILE; the caller clears CONF and destroys the context. NULL: no context. */
static struct ly_ctx *load(const char *file, struct conf *conf)
{
    char error[256];
    struct ly_ctx *context = model_open(error, sizeof error);

    *conf = (struct conf){0};
    if (!context) {
        fprintf(stderr, "vipgate: %s\n", error);
        return NULL;
    }
    *conf = conf_load(context, file);
    return context;
}

static unsigned count_nodes(const struct lyd_node *first, const char *name)
{
    const struct lyd_node *node;
    unsigned count = 0;

    LY_LIST_FOR(first, node)
    {
        count += strcmp(node->schema->name, name) == 0;
    }
    return count;
}

static void print_summary(const char *file, const struct lyd_node *tree)
{
    const struct lyd_node *bgp = model_sibling(tree, "bgp");

    unsigned neighbors = count_nodes(bgp ? lyd_child(bgp) : NULL, "neighbor"), vips = count_nodes(tree, "vip"),
             checks = count_nodes(tree, "check");

    printf("%s: valid; %u neighbor%s, %u vip%s, %u check%s\n", file, neighbors, text_plural(neighbors), vips,
           text_plural(vips), checks, text_plural(checks));
}

int config_check(const char *file, bool here)
{
    struct conf conf;
    struct ly_ctx *context = load(file, &conf);
    int status = !conf.tree ? EXIT_CONFIGURATION : here && conf_look_here(&conf) > 0 ? EXIT_LACKING : EXIT_DONE;

    conf_write_diagnostics(&conf, stderr);
    if (conf.tree)
        print_summary(file, conf.tree);
    conf_clear(&conf);
    ly_ctx_destroy(context);
    return status;
}

int config_convert(const char *file, enum conf_encoding to)
{
    struct conf conf;
    struct ly_ctx *context = load(file, &conf);
    char *text = conf.tree ? conf_print(conf.tree, to, true) : NULL;
    int status = EXIT_CONFIGURATION;

    conf_write_diagnostics(&conf, stderr);
    if (text) {
        fputs(text, stdout);
        status = EXIT_DONE;
    }
    free(text);
    conf_clear(&conf);
    ly_ctx_destroy(context);
    return status;
}
