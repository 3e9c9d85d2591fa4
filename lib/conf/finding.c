/* What is found in a document when it is read already; and all findings as lines. */
#include "lib/conf/conf.h"
#include "lib/conf/diagnostics.h"
#include "lib/conf/place.h"
#include "lib/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Whether FOUND is known: what a group has wrong is wrong for each of its neighbours. */
static bool is_known(const struct conf *conf, const struct conf_diagnostic *found)
{
    for (size_t i = 0; i < conf->diagnostic_count; i++) {
        const struct conf_diagnostic *known = &conf->diagnostics[i];
        if (known->line == found->line && known->column == found->column && known->file == found->file &&
            strcmp(known->message, found->message) == 0)
            return true;
    }
    return false;
}

/* Takes MESSAGE over. */
static void append(struct conf *conf, enum conf_severity severity, const struct lyd_node *node, char *message)
{
    const struct place place = place_of(node);
    const struct conf_diagnostic found = {
        .severity = severity,
        .file = diagnostics_file_name(&conf->files, place.file),
        .line = place.line ? place.line : 1,
        .column = place.line ? place.column : 1,
        .message = message,
    };

    text_clean(message);
    struct conf_diagnostic *longer =
        is_known(conf, &found) ? NULL
                               : reallocarray(conf->diagnostics, conf->diagnostic_count + 1, sizeof *conf->diagnostics);
    if (!longer) {
        free(message);
        return;
    }
    conf->diagnostics = longer;
    longer[conf->diagnostic_count++] = found;
}

void conf_error(struct conf *conf, const struct lyd_node *node, const char *format, ...)
{
    char *message;
    va_list arguments;

    conf->error_count++;
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) >= 0)
        append(conf, CONF_ERROR, node, message);
    va_end(arguments);
}

void conf_warning(struct conf *conf, const struct lyd_node *node, const char *format, ...)
{
    char *message;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) >= 0)
        append(conf, CONF_WARNING, node, message);
    va_end(arguments);
}

char *conf_diagnostic_text(const struct conf_diagnostic *diagnostic)
{
    const char *kind = diagnostic->severity == CONF_WARNING ? "warning: " : "";
    char *text;
    int length = diagnostic->line > 0 ? asprintf(&text, "%s:%u:%u: %s%s", diagnostic->file, diagnostic->line,
                                                 diagnostic->column, kind, diagnostic->message)
                                      : asprintf(&text, "%s: %s%s", diagnostic->file, kind, diagnostic->message);

    if (length < 0)
        return NULL;
    text_clean(text);
    return text;
}

void conf_write_diagnostics(const struct conf *conf, FILE *stream)
{
    for (size_t i = 0; i < conf->diagnostic_count; i++) {
        char *text = conf_diagnostic_text(&conf->diagnostics[i]);
        fprintf(stream, "%s\n", text ? text : "out of memory");
        free(text);
    }
}
