/* What the fuzz targets of the configuration's encodings share: no input crashes, and what is accepted is valid for
 * libyang, too, and is printed and read again as the same. */
#ifndef VIPGATE_TESTS_FUZZ_CONF_HARNESS_H
#define VIPGATE_TESTS_FUZZ_CONF_HARNESS_H

#include "lib/conf/conf.h"
#include "lib/model.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline void harness_reread(const struct ly_ctx *context, const struct lyd_node *tree,
                                  enum conf_encoding encoding)
{
    char *text = conf_print(tree, encoding, true);
    if (!text)
        abort();
    struct conf again = conf_parse(context, "again", text, strlen(text), encoding);
    if (!again.tree)
        abort();
    char *twice = conf_print(again.tree, encoding, true);
    if (!twice || strcmp(text, twice) != 0)
        abort();
    free(twice);
    free(text);
    conf_clear(&again);
}

static inline int harness_run(const uint8_t *data, size_t size, enum conf_encoding encoding)
{
    static struct ly_ctx *context;
    char error[256];

    if (!context && !(context = model_open(error, sizeof error)))
        abort();
    struct conf conf = conf_parse(context, "input", (const char *)data, size, encoding);
    if ((conf.tree == NULL) != (conf.error_count > 0))
        abort();
    if (conf.tree) {
        if (lyd_validate_module(&conf.tree, model_module(context), LYD_VALIDATE_NO_STATE, NULL) != LY_SUCCESS)
            abort();
        harness_reread(context, conf.tree, CONF_TEXT);
        harness_reread(context, conf.tree, CONF_JSON);
        free(conf_print(conf.tree, CONF_TEXT, false));
    }
    conf_clear(&conf);
    return 0;
}

#endif
