#include "lib/conf/diagnostics.h"

#include "lib/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    size_t maximum;
    const char *plural, *mark;
} severities[] = {
    [CONF_ERROR] = {DIAGNOSTICS_ERRORS_MAX, "errors", ""},
    [CONF_WARNING] = {DIAGNOSTICS_WARNINGS_MAX, "warnings", "warning: "},
};

struct location location_of(const struct lyd_node *node)
{
    for (; node; node = lyd_parent(node)) {
        if (node->priv)
            return *(const struct location *)node->priv;
    }
    return (struct location){.line = 1, .column = 1};
}

unsigned diagnostics_file(struct conf *conf, const char *name)
{
    struct conf_files *files = &conf->files;
    char **names = reallocarray(files->names, files->count + 1, sizeof *names);

    if (!names)
        return 0;
    files->names = names;
    names[files->count] = strdup(name);
    return files->count++;
}

static const char *file_name(const struct conf_files *files, unsigned file)
{
    const char *name = file < files->count ? files->names[file] : NULL;

    return name ? name : "(configuration)";
}

/* What concerns no line comes last. */
static int compare_locations(const struct conf_diagnostic *a, const struct conf_diagnostic *b)
{
    const unsigned left[] = {a->line == 0, a->file_number, a->line, a->column};
    const unsigned right[] = {b->line == 0, b->file_number, b->line, b->column};
    int order = 0;

    for (size_t i = 0; i < 4 && order == 0; i++)
        order = (left[i] > right[i]) - (left[i] < right[i]);
    return order;
}

/* Takes MESSAGE over. False: it is known. */
static bool insert(struct conf *conf, enum conf_severity severity, struct location location, char *message)
{
    const struct conf_diagnostic new = {
        .severity = severity,
        .file = file_name(&conf->files, location.file),
        .file_number = location.file,
        .line = location.line,
        .column = location.column,
        .message = message,
    };
    size_t at = conf->diagnostic_count;

    text_clean(message); /* it quotes the file, which may hold anything */
    while (at > 0 && compare_locations(&conf->diagnostics[at - 1], &new) > 0)
        at--;
    for (size_t i = at; i > 0 && compare_locations(&conf->diagnostics[i - 1], &new) == 0; i--) {
        if (strcmp(conf->diagnostics[i - 1].message, message) == 0) {
            free(message);
            return false;
        }
    }
    struct conf_diagnostic *longer =
        reallocarray(conf->diagnostics, conf->diagnostic_count + 1, sizeof *conf->diagnostics);
    if (!longer) {
        free(message);
        return true;
    }
    conf->diagnostics = longer;
    memmove(&longer[at + 1], &longer[at], (conf->diagnostic_count - at) * sizeof *longer);
    longer[at] = new;
    conf->diagnostic_count++;
    return true;
}

/* Says at the very end how many the bound keeps back. */
static void count_hidden(struct conf *conf, enum conf_severity severity, size_t count)
{
    char *message;

    if (asprintf(&message, "%zu more %s not shown", count, severities[severity].plural) < 0)
        return;
    for (size_t i = conf->diagnostic_count; i > 0 && conf->diagnostics[i - 1].line == 0; i--) {
        if (conf->diagnostics[i - 1].severity == severity) {
            free(conf->diagnostics[i - 1].message);
            conf->diagnostics[i - 1].message = message;
            return;
        }
    }
    insert(conf, severity, (struct location){0}, message);
}

__attribute__((format(printf, 4, 0))) static void
report(struct conf *conf, enum conf_severity severity, struct location location, const char *format, va_list arguments)
{
    size_t *count = severity == CONF_ERROR ? &conf->error_count : &conf->warning_count;
    char *message;

    if (*count >= severities[severity].maximum)
        count_hidden(conf, severity, ++*count - severities[severity].maximum);
    else if (vasprintf(&message, format, arguments) < 0 || insert(conf, severity, location, message))
        ++*count;
}

void diagnostics_report(struct conf *conf, enum conf_severity severity, struct location location, const char *format,
                        ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(conf, severity, location, format, arguments);
    va_end(arguments);
}

void conf_report(struct conf *conf, enum conf_severity severity, const struct lyd_node *node, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(conf, severity, location_of(node), format, arguments);
    va_end(arguments);
}

bool diagnostics_are_full(const struct conf *conf)
{
    return conf->error_count >= DIAGNOSTICS_ERRORS_MAX;
}

const char *diagnostics_where(const struct conf *conf, struct location location, struct location from, char *buffer,
                              size_t size)
{
    if (location.file == from.file)
        snprintf(buffer, size, "at %u:%u", location.line, location.column);
    else
        snprintf(buffer, size, "at %s:%u:%u", file_name(&conf->files, location.file), location.line, location.column);
    return buffer;
}

char *conf_diagnostic_text(const struct conf_diagnostic *diagnostic)
{
    const char *mark = severities[diagnostic->severity].mark;
    char *text;
    int length = diagnostic->line > 0 ? asprintf(&text, "%s:%u:%u: %s%s", diagnostic->file, diagnostic->line,
                                                 diagnostic->column, mark, diagnostic->message)
                                      : asprintf(&text, "%s: %s%s", diagnostic->file, mark, diagnostic->message);

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
