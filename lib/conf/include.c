#include "lib/conf/include.h"

#include "lib/conf/text_read.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static void refuse(struct document *document, struct place place, const char *reason)
{
    diagnostics_error(&document->diagnostics, place, "%s", reason);
    document->incomplete = true;
}

static void refuse_folder(struct document *document, struct place place)
{
    document->unread = EACCES;
    refuse(document, place, "cannot read the folder of this pattern");
}

/* The path that ARGUMENT means in the file ORIGIN_PATH. False: it is too long. */
static bool resolve(const char *origin_path, const char *argument, char path[static PATH_MAX])
{
    const char *slash = strrchr(origin_path, '/');
    int folder = argument[0] != '/' && slash ? (int)(slash - origin_path + 1) : 0;
    int length = snprintf(path, PATH_MAX, "%.*s%s", folder, origin_path, argument);

    return length >= 0 && length < PATH_MAX;
}

static bool is_being_read(const struct include_origin *origin, const struct source *source)
{
    for (; origin; origin = origin->parent) {
        if (origin->device == source->device && origin->inode == source->inode)
            return true;
    }
    return false;
}

static unsigned depth_of(const struct include_origin *origin)
{
    unsigned depth = 0;

    for (; origin; origin = origin->parent)
        depth++;
    return depth;
}

static void read_one(struct document *document, const struct include_origin *origin, const char *path,
                     struct place place, struct statement ***tail)
{
    struct source source;

    if (conf_encoding_of(path) != CONF_TEXT) {
        diagnostics_error(&document->diagnostics, place,
                          "cannot include '%s': only the text form can be included; 'vipgate config convert' makes it",
                          path);
        document->incomplete = true;
        return;
    }
    if (document->diagnostics.files.count >= DOCUMENT_FILES_MAX) {
        refuse(document, place, "too many files are included");
        return;
    }
    if (!source_read(document, path, place, &source))
        return;
    if (is_being_read(origin, &source)) {
        diagnostics_error(&document->diagnostics, place, "'%s' includes itself: remove one of the includes", path);
        return;
    }
    struct include_origin self = {.parent = origin,
                                  .path = path,
                                  .file = diagnostics_file(&document->diagnostics, path),
                                  .device = source.device,
                                  .inode = source.inode};
    text_read(document, &self, source.text, source.size, tail);
}

/* Glob takes a folder that it may not read for an empty one. */
static int ends_glob(const char *path, int error)
{
    (void)path;
    return error != ENOENT;
}

/* A pattern may match nothing; a plain path may not. */
static void read_matches(struct document *document, const struct include_origin *origin, const char *path,
                         struct place place, struct statement ***tail)
{
    glob_t found;

    if (!strpbrk(path, "*?[")) {
        read_one(document, origin, path, place, tail);
        return;
    }
    int result = glob(path, 0, ends_glob, &found);
    for (size_t i = 0; result == 0 && i < found.gl_pathc; i++)
        read_one(document, origin, found.gl_pathv[i], place, tail);
    if (result == 0)
        globfree(&found);
    else if (result != GLOB_NOMATCH)
        refuse_folder(document, place);
}

void include_read(struct document *document, const struct include_origin *origin, const struct statement *statement,
                  struct statement ***tail)
{
    const struct argument *argument = statement->arguments;
    char path[PATH_MAX];

    if (!argument || statement->is_list || statement->has_block || argument->text[0] == '\0')
        refuse(document, statement->place, "'include' takes one path or pattern: include \"conf.d/*.conf\";");
    else if (depth_of(origin) >= INCLUDE_DEPTH_MAX)
        refuse(document, argument->place, "includes are nested too deeply");
    else if (!resolve(origin->path, argument->text, path))
        refuse(document, argument->place, "this path is too long");
    else
        read_matches(document, origin, path, argument->place, tail);
}
