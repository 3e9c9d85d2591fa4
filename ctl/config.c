/* show config, config check, config convert. */
#include "ctl/config_commands.h"
#include "ctl/handlers.h"
#include "ctl/query.h"

#include <stdlib.h>
#include <string.h>

int handle_config_check(const struct invocation *invocation)
{
    return config_check(command_argument(invocation, "FILE"), command_argument(invocation, "--here"));
}

int handle_config_convert(const struct invocation *invocation)
{
    const char *to = command_argument(invocation, "--to");

    return config_convert(command_argument(invocation, "FILE"), strcmp(to, "json") == 0  ? CONF_JSON
                                                                : strcmp(to, "xml") == 0 ? CONF_XML
                                                                                         : CONF_TEXT);
}

/* The configuration comes in pieces. */
static bool keep_document(struct lyd_node *document, void *user)
{
    struct lyd_node **kept = user;

    return lyd_insert_sibling(*kept, document, kept) == LY_SUCCESS;
}

/* Both daemons run the same configuration; healthd says it where bgpd is not there. */
int handle_show_config(const struct invocation *invocation)
{
    struct lyd_node *document = NULL;
    char *text = NULL;

    int status =
        query(invocation, "bgpd", request_build("get-config", NULL, 0), ANSWER_TIMEOUT_MS, keep_document, &document);
    if (status == STATUS_UNREACHABLE)
        status = query(invocation, "healthd", request_build("get-config", NULL, 0), ANSWER_TIMEOUT_MS, keep_document,
                       &document);
    if (status == STATUS_DONE && document) {
        text = conf_print(document, command_argument(invocation, "--json") ? CONF_JSON : CONF_TEXT, false);
        fputs(text ? text : "", stdout);
    }
    free(text);
    lyd_free_all(document);
    return status;
}
