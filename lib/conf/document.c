#include "lib/conf/document.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 16 * 1024 };

struct statement *statement_append(struct document *document, struct statements *statements, const char *name,
                                   struct location location)
{
    struct statement *statement = arena_alloc(&document->conf.arena, sizeof *statement);

    if (!statement)
        return NULL;
    *statement = (struct statement){.name = name, .location = location};
    *(statements->last ? &statements->last->next : &statements->first) = statement;
    statements->last = statement;
    return statement;
}

struct argument *argument_append(struct document *document, struct statement *statement, const char *text,
                                 struct location location)
{
    struct argument *argument = arena_alloc(&document->conf.arena, sizeof *argument);

    if (!argument)
        return NULL;
    *argument = (struct argument){.text = text, .location = location};
    *(statement->last_argument ? &statement->last_argument->next : &statement->arguments) = argument;
    statement->last_argument = argument;
    return argument;
}

/* ---- files ---- */

enum conf_encoding conf_encoding_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot && strcmp(dot, ".json") == 0)
        return CONF_JSON;
    if (dot && strcmp(dot, ".xml") == 0)
        return CONF_XML;
    return CONF_TEXT;
}

struct location source_start(const struct source *source)
{
    return (struct location){.file = source->file, .line = 1, .column = 1};
}

static bool refuse(struct document *document, struct location location, const char *path, const char *reason)
{
    diagnostics_error(&document->conf, location, "cannot read '%s': %s", path, reason);
    document->incomplete = true;
    return false;
}

static bool refuse_unread(struct document *document, struct location location, const char *path, int error)
{
    if (document->unread == 0 || document->unread == ENOENT)
        document->unread = error;
    return refuse(document, location, path, strerror(error));
}

/* Opens PATH to read. A named pipe without a writer then reads as empty, where open() would wait for one. */
static int open_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd >= 0)
        fcntl(fd, F_SETFL, 0);
    return fd;
}

/* Reads to the end of FD, or past BOUND, into a buffer of CAPACITY that doubles where that was too small, as for a
 * pipe. The size, or -1: see errno. */
static ssize_t read_all(struct arena *arena, int fd, size_t capacity, size_t bound, const char **out)
{
    size_t size = 0;
    char *text = arena_alloc(arena, capacity);

    while (text && size <= bound) {
        if (size == capacity) {
            char *larger = arena_alloc(arena, capacity *= 2);
            text = larger ? memcpy(larger, text, size) : NULL;
            continue;
        }
        ssize_t got = read(fd, text + size, capacity - size);
        if (got < 0 && errno != EINTR)
            return -1;
        if (got == 0)
            break;
        size += got > 0 ? (size_t)got : 0;
    }
    *out = text;
    return text ? (ssize_t)size : -1;
}

/* With the size, so that where one file ends and the next begins counts. */
static void digest_add(SHA2_CTX *digest, const char *text, uint64_t size)
{
    SHA256Update(digest, (const uint8_t *)&size, sizeof size);
    SHA256Update(digest, (const uint8_t *)text, size);
}

static bool read_open_file(struct document *document, int fd, struct location location, struct source *source)
{
    size_t bound = DOCUMENT_SIZE_MAX - document->size;
    struct stat status;

    if (fstat(fd, &status) < 0)
        return refuse_unread(document, location, source->path, errno);
    if (S_ISDIR(status.st_mode))
        return refuse(document, location, source->path, "is a directory");
    size_t expected = status.st_size > 0 && (uintmax_t)status.st_size <= bound ? (size_t)status.st_size : 0;
    ssize_t size = read_all(&document->conf.arena, fd, expected + READ_SIZE, bound, &source->text);
    if (size < 0)
        return refuse_unread(document, location, source->path, errno);
    if (size == 0 && S_ISFIFO(status.st_mode))
        return refuse(document, location, source->path, "pipe without a writer");
    document->size += (size_t)size;
    if (document->size > DOCUMENT_SIZE_MAX) {
        document->size = DOCUMENT_SIZE_MAX;
        return refuse(document, location, source->path, "the configuration is larger than 16 MiB");
    }
    digest_add(&document->digest, source->text, (size_t)size);
    source->size = (size_t)size;
    source->device = status.st_dev;
    source->inode = status.st_ino;
    return true;
}

bool source_read(struct document *document, struct location location, struct source *source)
{
    int fd = open_file(source->path);

    if (fd < 0)
        return refuse_unread(document, location, source->path, errno);
    bool done = read_open_file(document, fd, location, source);
    close(fd);
    return done;
}
