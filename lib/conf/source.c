#include "lib/conf/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 16 * 1024 };

enum conf_encoding conf_encoding_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot && strcmp(dot, ".json") == 0)
        return CONF_JSON;
    if (dot && strcmp(dot, ".xml") == 0)
        return CONF_XML;
    return CONF_TEXT;
}

static bool refuse(struct document *document, struct place place, const char *path, const char *reason)
{
    diagnostics_error(&document->diagnostics, place, "cannot read '%s': %s", path, reason);
    document->incomplete = true;
    return false;
}

static bool refuse_unread(struct document *document, struct place place, const char *path, int error)
{
    if (document->unread == 0 || document->unread == ENOENT)
        document->unread = error;
    return refuse(document, place, path, strerror(error));
}

/* Opens PATH to read. A named pipe that nobody writes to reads as empty, where it would else be waited for. */
static int open_file(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (descriptor >= 0)
        fcntl(descriptor, F_SETFL, 0);
    return descriptor;
}

/* Reads to the end of DESCRIPTOR into a buffer that doubles, so that pipes work too. -1: see errno. */
static ssize_t read_all(struct document *document, int descriptor, size_t bound, char **out)
{
    size_t size = 0, capacity = 0;
    char *text = NULL;

    for (;;) {
        if (size == capacity) {
            capacity = capacity ? capacity * 2 : READ_SIZE;
            char *larger = arena_alloc(&document->arena, capacity);
            if (!larger)
                return -1;
            if (size)
                memcpy(larger, text, size);
            text = larger;
        }
        ssize_t got = read(descriptor, text + size, capacity - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        size += (size_t)got;
        if (got == 0 || size > bound)
            break;
    }
    *out = text;
    return (ssize_t)size;
}

/* With the size, so that where one file ends and the next begins counts. */
static void digest_add(SHA2_CTX *digest, const char *text, uint64_t size)
{
    SHA256Update(digest, (const uint8_t *)&size, sizeof size);
    SHA256Update(digest, (const uint8_t *)text, size);
}

static bool read_open_file(struct document *document, int descriptor, const char *path, struct place place,
                           struct source *source)
{
    struct stat status;
    char *text;

    if (fstat(descriptor, &status) < 0)
        return refuse_unread(document, place, path, errno);
    if (S_ISDIR(status.st_mode))
        return refuse(document, place, path, "it is a directory; name a file");
    ssize_t size = read_all(document, descriptor, DOCUMENT_SIZE_MAX - document->size, &text);
    if (size < 0)
        return refuse_unread(document, place, path, errno);
    if (size == 0 && S_ISFIFO(status.st_mode))
        return refuse(document, place, path, "nothing comes from this pipe");
    document->size += (size_t)size;
    if (document->size > DOCUMENT_SIZE_MAX) {
        document->size = DOCUMENT_SIZE_MAX;
        return refuse(document, place, path, "the configuration is larger than 4 MiB");
    }
    digest_add(&document->digest, text, (size_t)size);
    *source = (struct source){.text = text, .size = (size_t)size, .device = status.st_dev, .inode = status.st_ino};
    return true;
}

bool source_read(struct document *document, const char *path, struct place place, struct source *source)
{
    int descriptor = open_file(path);

    if (descriptor < 0)
        return refuse_unread(document, place, path, errno);
    bool done = read_open_file(document, descriptor, path, place, source);
    close(descriptor);
    return done;
}
