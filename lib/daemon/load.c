#include "lib/daemon/load.h"

#include "lib/conf/secret.h"
#include "lib/conf/shared_config.h"
#include "lib/model.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* What is told of the tree once it is gone. False when out of memory. */
static bool describe(struct load *load, struct lyd_node *tree)
{
    load->control_directory = strdup(shared_config_of(tree).control_directory);
    if (!load->control_directory || !conf_lines_of(&load->lines, tree))
        return false;
    if (!conf_remove_secrets(tree)) /* nobody needs them any more */
        return false;
    load->document = conf_print(tree, CONF_JSON, true);
    return load->document;
}

struct load load_file(const struct load_kind *kind, const struct ly_ctx *context, const char *path)
{
    struct load load = {.findings = conf_load(context, path)};
    struct conf *conf = &load.findings;

    if (conf->error_count == 0)
        load.value = kind->build(conf);
    if (load.value && !describe(&load, conf->tree)) {
        conf_error(conf, NULL, "out of memory");
        kind->discard(load.value);
        load.value = NULL;
    }
    conf_drop_tree(conf);
    malloc_trim(0); /* the tree of a large file takes a hundred times what is left */
    return load;
}

struct load load_file_apart(const struct load_kind *kind, const char *path)
{
    struct load load = {0};
    char error[256];
    struct ly_ctx *context = model_open(error, sizeof error);

    if (context)
        load = load_file(kind, context, path);
    else
        conf_error(&load.findings, NULL, "%s", error);
    ly_ctx_destroy(context);
    return load;
}

char *load_lines(const struct load *load)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    conf_write_diagnostics(&load->findings, stream);
    return fclose(stream) == 0 ? text : NULL;
}

void load_clear(const struct load_kind *kind, struct load *load)
{
    if (load->value)
        kind->discard(load->value);
    conf_clear(&load->findings);
    conf_lines_clear(&load->lines);
    free(load->document);
    free(load->control_directory);
    *load = (struct load){0};
}
