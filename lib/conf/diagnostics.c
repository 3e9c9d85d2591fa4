#include "lib/conf/diagnostics.h"

#include "lib/text.h"

#include <bsd/string.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct finding {
    enum conf_severity severity;
    struct place place;
    size_t number; /* in order of discovery, which breaks ties */
    char *message;
};

unsigned diagnostics_file(struct diagnostics *diagnostics, const char *name)
{
    struct conf_files *files = &diagnostics->files;
    char **names = reallocarray(files->names, files->count + 1, sizeof *names);

    if (!names)
        return 0;
    files->names = names;
    names[files->count] = strdup(name);
    return files->count++;
}

const char *diagnostics_file_name(const struct conf_files *files, unsigned file)
{
    const char *name = file < files->count ? files->names[file] : NULL;

    return name ? name : "(configuration)";
}

static void append(struct diagnostics *diagnostics, enum conf_severity severity, struct place place, char *message)
{
    if (diagnostics->count == diagnostics->capacity) {
        size_t capacity = diagnostics->capacity ? diagnostics->capacity * 2 : 16;
        struct finding *findings = reallocarray(diagnostics->findings, capacity, sizeof *findings);
        if (!findings) {
            free(message);
            return;
        }
        diagnostics->findings = findings;
        diagnostics->capacity = capacity;
    }
    text_clean(message); /* it quotes the file, which may hold anything */
    diagnostics->findings[diagnostics->count] =
        (struct finding){.severity = severity, .place = place, .number = diagnostics->count, .message = message};
    diagnostics->count++;
}

__attribute__((format(printf, 4, 0))) static void report(struct diagnostics *diagnostics, enum conf_severity severity,
                                                         struct place place, const char *format, va_list arguments)
{
    char *message;

    if (vasprintf(&message, format, arguments) >= 0)
        append(diagnostics, severity, place, message);
}

void diagnostics_error(struct diagnostics *diagnostics, struct place place, const char *format, ...)
{
    va_list arguments;

    if (diagnostics->errors++ >= DIAGNOSTICS_ERRORS_MAX)
        return;
    va_start(arguments, format);
    report(diagnostics, CONF_ERROR, place, format, arguments);
    va_end(arguments);
}

void diagnostics_warning(struct diagnostics *diagnostics, struct place place, const char *format, ...)
{
    va_list arguments;

    if (diagnostics->warnings++ >= DIAGNOSTICS_WARNINGS_MAX)
        return;
    va_start(arguments, format);
    report(diagnostics, CONF_WARNING, place, format, arguments);
    va_end(arguments);
}

const char *diagnostics_where(const struct diagnostics *diagnostics, struct place place, struct place from,
                              char *buffer, size_t size)
{
    if (place.line == 0)
        strlcpy(buffer, "above", size);
    else if (place.file == from.file)
        snprintf(buffer, size, "at %u:%u", place.line, place.column);
    else
        snprintf(buffer, size, "at %s:%u:%u", diagnostics_file_name(&diagnostics->files, place.file), place.line,
                 place.column);
    return buffer;
}

static int compare_numbers(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_findings(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;
    int order = compare_numbers(a->place.file, b->place.file);

    if (order == 0)
        order = compare_numbers(a->place.line, b->place.line);
    if (order == 0)
        order = compare_numbers(a->place.column, b->place.column);
    return order ? order : compare_numbers(a->number, b->number);
}

/* Drops what was found twice: a statement of a group breaks the same rule for each of its neighbours. */
static void drop_repeated(struct diagnostics *diagnostics)
{
    size_t kept = 0;

    for (size_t i = 0; i < diagnostics->count; i++) {
        struct finding *finding = &diagnostics->findings[i], *last = &diagnostics->findings[kept ? kept - 1 : 0];
        if (kept > 0 && finding->place.file == last->place.file && finding->place.line == last->place.line &&
            finding->place.column == last->place.column && strcmp(finding->message, last->message) == 0)
            free(finding->message);
        else
            diagnostics->findings[kept++] = *finding;
    }
    diagnostics->count = kept;
}

/* Says at the very end how many the bound kept back. */
static void append_rest(struct diagnostics *diagnostics, enum conf_severity severity, size_t count, size_t bound)
{
    char *message;

    if (count > bound && asprintf(&message, "%zu more %s are not shown", count - bound,
                                  severity == CONF_ERROR ? "errors" : "warnings") >= 0)
        append(diagnostics, severity, (struct place){0}, message);
}

void diagnostics_finish(struct diagnostics *diagnostics, struct conf *conf)
{
    if (diagnostics->count)
        qsort(diagnostics->findings, diagnostics->count, sizeof *diagnostics->findings, compare_findings);
    drop_repeated(diagnostics);
    append_rest(diagnostics, CONF_ERROR, diagnostics->errors, DIAGNOSTICS_ERRORS_MAX);
    append_rest(diagnostics, CONF_WARNING, diagnostics->warnings, DIAGNOSTICS_WARNINGS_MAX);
    conf->files = diagnostics->files;
    conf->diagnostics = diagnostics->count ? calloc(diagnostics->count, sizeof *conf->diagnostics) : NULL;
    conf->error_count = diagnostics->errors;
    for (size_t i = 0; i < diagnostics->count; i++) {
        struct finding *finding = &diagnostics->findings[i];
        if (!conf->diagnostics) {
            free(finding->message);
            continue;
        }
        conf->diagnostics[conf->diagnostic_count++] = (struct conf_diagnostic){
            .severity = finding->severity,
            .file = diagnostics_file_name(&conf->files, finding->place.file),
            .line = finding->place.line,
            .column = finding->place.column,
            .message = finding->message,
        };
    }
    free(diagnostics->findings);
    *diagnostics = (struct diagnostics){0};
}
