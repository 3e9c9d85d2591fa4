#include "healthd/probes/http/http_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void http_answer_begin(struct http_answer *answer, bool no_body, char *body)
{
    *answer = (struct http_answer){.no_body = no_body, .body = body};
}

/* ---- lines ---- */

/* RFC 9112 section 4: "HTTP/1.1 200 OK". */
static void end_status_line(struct http_answer *answer)
{
    const char *line = answer->line;
    bool is_http = strncmp(line, "HTTP/1.", 7) == 0 && line[7] >= '0' && line[7] <= '9' && line[8] == ' ';
    char *end;

    answer->status = is_http ? (unsigned)strtoul(line + 9, &end, 10) : 0;
    if (!is_http || end != line + 12 || answer->status < 100 || answer->status > 599)
        answer->state = HTTP_ANSWER_NOT_HTTP;
    answer->part = HTTP_HEADER;
    answer->chunked = answer->has_length = false;
}

/* The value of the line's field where it is NAME, else NULL. */
static const char *value_of(const char *line, const char *name)
{
    size_t length = strlen(name);

    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    return line + length + 1 + strspn(line + length + 1, " \t");
}

/* Reads digits in BASE up to one of ENDS. */
static bool read_number(const char *text, int base, const char *ends, uint64_t *number)
{
    const char *digits = base == 16 ? "0123456789abcdefABCDEF" : "0123456789";
    size_t count = strspn(text, digits);

    if (count == 0 || count > 15 || !strchr(ends, text[count]))
        return false;
    *number = strtoull(text, NULL, base);
    return true;
}

static void take_length(struct http_answer *answer, const char *value)
{
    uint64_t length;

    /* Two lengths that differ are how answers are smuggled (RFC 9112 section 6.3). */
    if (!read_number(value, 10, " \t", &length) || (answer->has_length && length != answer->length))
        answer->state = HTTP_ANSWER_MALFORMED;
    else
        answer->length = length;
    answer->has_length = true;
}

static bool ends_with_chunked(const char *value)
{
    size_t length = strlen(value);

    while (length > 0 && strchr(" \t", value[length - 1]))
        length--;
    return length >= 7 && strncasecmp(value + length - 7, "chunked", 7) == 0 &&
           (length == 7 || strchr(", \t", value[length - 8]));
}

static bool has_no_body(const struct http_answer *answer)
{
    if (answer->no_body || answer->status == 101 || answer->status == 204 || answer->status == 304)
        return true;
    return !answer->chunked && answer->has_length && answer->length == 0;
}

/* RFC 9112 section 6.3: how long the body is. */
static void end_header(struct http_answer *answer)
{
    if (answer->status < 200 && answer->status != 101)
        answer->part = HTTP_STATUS_LINE; /* an interim answer */
    else if (has_no_body(answer))
        answer->state = HTTP_ANSWER_COMPLETE;
    else if (answer->chunked)
        answer->part = HTTP_CHUNK_SIZE;
    else
        answer->part = answer->has_length ? HTTP_BODY_LENGTH : HTTP_BODY_UNTIL_CLOSE;
}

static void end_field(struct http_answer *answer)
{
    const char *value;

    if (answer->line_size == 0)
        end_header(answer);
    else if ((value = value_of(answer->line, "Content-Length")))
        take_length(answer, value);
    else if ((value = value_of(answer->line, "Transfer-Encoding")))
        answer->chunked = ends_with_chunked(value);
}

/* RFC 9112 section 7.1 */
static void end_chunk_size(struct http_answer *answer)
{
    if (!read_number(answer->line, 16, " \t;", &answer->length))
        answer->state = HTTP_ANSWER_MALFORMED;
    else
        answer->part = answer->length ? HTTP_CHUNK_DATA : HTTP_TRAILER;
    answer->header_size = 0; /* many small chunks are no header without end */
}

static void end_line(struct http_answer *answer)
{
    size_t kept = answer->line_size < HTTP_LINE_SIZE - 1 ? answer->line_size : HTTP_LINE_SIZE - 1;

    if (kept > 0 && kept == answer->line_size && answer->line[kept - 1] == '\r') {
        kept--;
        answer->line_size--;
    }
    answer->line[kept] = '\0';
    switch (answer->part) {
    case HTTP_STATUS_LINE:
        end_status_line(answer);
        break;
    case HTTP_HEADER:
        end_field(answer);
        break;
    case HTTP_CHUNK_SIZE:
        end_chunk_size(answer);
        break;
    case HTTP_CHUNK_END:
        answer->state = answer->line_size ? HTTP_ANSWER_MALFORMED : HTTP_ANSWER_MORE;
        answer->part = HTTP_CHUNK_SIZE;
        break;
    default: /* a trailer's line; the empty one is the end */
        answer->state = answer->line_size ? HTTP_ANSWER_MORE : HTTP_ANSWER_COMPLETE;
    }
    answer->line_size = 0;
}

/* Takes octets up to the end of the line; how many. */
static size_t take_line(struct http_answer *answer, const char *bytes, size_t size)
{
    const char *end = memchr(bytes, '\n', size);
    size_t count = end ? (size_t)(end - bytes) : size, room = HTTP_LINE_SIZE - 1;

    if (answer->line_size < room)
        memcpy(answer->line + answer->line_size, bytes,
               count < room - answer->line_size ? count : room - answer->line_size);
    answer->line_size += count;
    answer->header_size += end ? count + 1 : count;
    if (answer->header_size > HTTP_HEADER_MAX)
        answer->state = answer->status ? HTTP_ANSWER_LONG : HTTP_ANSWER_NOT_HTTP;
    else if (end)
        end_line(answer);
    return end ? count + 1 : count;
}

/* ---- the body ---- */

size_t http_answer_add(struct http_answer *answer, const char *bytes, size_t size)
{
    size_t room = HTTP_BODY_MAX - answer->body_size, taken = size < room ? size : room;

    if (answer->body)
        memcpy(answer->body + answer->body_size, bytes, taken);
    return answer->body_size += taken;
}

static size_t take_body(struct http_answer *answer, const char *bytes, size_t size)
{
    bool counted = answer->part != HTTP_BODY_UNTIL_CLOSE;
    size_t count = counted && answer->length < size ? (size_t)answer->length : size;

    http_answer_add(answer, bytes, count);
    if (counted)
        answer->length -= count;
    bool ended = counted && answer->length == 0;
    if (answer->body_size == HTTP_BODY_MAX || (ended && answer->part == HTTP_BODY_LENGTH))
        answer->state = HTTP_ANSWER_COMPLETE;
    else if (ended)
        answer->part = HTTP_CHUNK_END;
    return count;
}

static bool in_body(const struct http_answer *answer)
{
    return answer->part == HTTP_BODY_LENGTH || answer->part == HTTP_BODY_UNTIL_CLOSE || answer->part == HTTP_CHUNK_DATA;
}

enum http_answer_state http_answer_feed(struct http_answer *answer, const char *bytes, size_t size)
{
    while (size > 0 && answer->state == HTTP_ANSWER_MORE) {
        size_t count = (in_body(answer) ? take_body : take_line)(answer, bytes, size);
        bytes += count;
        size -= count;
    }
    return answer->state;
}

enum http_answer_state http_answer_end(struct http_answer *answer)
{
    if (answer->state != HTTP_ANSWER_MORE)
        return answer->state;
    answer->line[answer->line_size < HTTP_LINE_SIZE ? answer->line_size : HTTP_LINE_SIZE - 1] = '\0';
    if (answer->part == HTTP_BODY_UNTIL_CLOSE)
        answer->state = HTTP_ANSWER_COMPLETE;
    else if (answer->part == HTTP_STATUS_LINE && answer->header_size == 0)
        answer->state = HTTP_ANSWER_EMPTY;
    else if (answer->part == HTTP_STATUS_LINE && strncmp(answer->line, "HTTP/1.", 7) != 0)
        answer->state = HTTP_ANSWER_NOT_HTTP;
    else
        answer->state = HTTP_ANSWER_CUT;
    return answer->state;
}
