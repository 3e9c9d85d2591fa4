#include "healthd/net/stream_tls.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>

/* ---- OpenSSL reads from the turn's window and writes to what goes out ---- */

static int bio_read(BIO *bio, char *bytes, int size)
{
    struct stream *stream = BIO_get_data(bio);
    size_t count = (size_t)size < stream->window_size ? (size_t)size : stream->window_size;

    BIO_clear_retry_flags(bio);
    if (count == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(bytes, stream->window, count);
    stream->window += count;
    stream->window_size -= count;
    return (int)count;
}

static int bio_write(BIO *bio, const char *bytes, int size)
{
    struct stream *stream = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    stream_put(stream, (const uint8_t *)bytes, (size_t)size);
    return stream->error ? -1 : size;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static int bio_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

static const BIO_METHOD *method(void)
{
    static BIO_METHOD *made;

    if (made)
        return made;
    made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "vipgate stream");
    if (!made || !BIO_meth_set_read(made, bio_read) || !BIO_meth_set_write(made, bio_write) ||
        !BIO_meth_set_ctrl(made, bio_control) || !BIO_meth_set_create(made, bio_create)) {
        BIO_meth_free(made);
        made = NULL;
    }
    return made;
}

/* ---- life ---- */

static bool fail_tls(struct stream *stream)
{
    char words[PROBE_DETAIL_SIZE];

    SSL_set_quiet_shutdown(stream->ssl, 1); /* after the alert there is nothing to say */
    enum reason reason = tls_failure(stream->ssl, words, sizeof words);
    return stream_fail(stream, reason, "%s", words);
}

static bool shake_hands(struct stream *stream)
{
    ERR_clear_error();
    int done = SSL_do_handshake(stream->ssl);

    if (done != 1 && SSL_get_error(stream->ssl, done) != SSL_ERROR_WANT_READ && !stream->error)
        return fail_tls(stream);
    if (done != 1 && stream->received > STREAM_HANDSHAKE_SIZE)
        return stream_fail(stream, REASON_TOO_LARGE, "the TLS handshake has no end");
    stream->open = done == 1;
    return !stream->open || stream->user->opened(stream);
}

bool stream_tls_begin(struct stream *stream)
{
    const BIO_METHOD *bio_method = method();

    probe_phase(stream->probe, "tls");
    stream->window_size = 0;
    stream->ssl = tls_context_open(stream->context, stream->target.tls->name, stream->target.alpn);
    BIO *bio = stream->ssl && bio_method ? BIO_new(bio_method) : NULL;
    if (!bio) {
        stream->error = ENOMEM;
        return true;
    }
    BIO_set_data(bio, stream);
    SSL_set_bio(stream->ssl, bio, bio);
    /* The end of the handshake and the request are two segments, and the second must not wait for the first's ACK. */
    if (!stream->target.unix_socket)
        setsockopt(stream->dial.fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    return shake_hands(stream);
}

/* Says goodbye only where that needs no waiting. */
void stream_tls_close(struct stream *stream)
{
    if (stream->ssl && stream->open)
        SSL_shutdown(stream->ssl);
    if (stream->ssl)
        stream_flush(stream);
    SSL_free(stream->ssl);
    stream->ssl = NULL;
    stream->window_size = 0;
    ERR_clear_error();
}

void stream_tls_send(struct stream *stream, const void *bytes, size_t size)
{
    size_t written;

    if (size > 0 && !stream->error && SSL_write_ex(stream->ssl, bytes, size, &written) != 1 && !stream->error)
        stream->error = EPROTO;
}

/* ---- what comes in ---- */

/* What SSL_read means that gave nothing. *MORE: there may be more in the window. False: the run has ended. */
static bool take_nothing(struct stream *stream, int result, bool *more)
{
    int error = SSL_get_error(stream->ssl, result);

    *more = error == SSL_ERROR_WANT_READ && stream->window_size > 0;
    if (stream->error)
        return true;
    if (error == SSL_ERROR_ZERO_RETURN)
        return stream->user->take(stream, NULL, 0);
    if (error != SSL_ERROR_WANT_READ)
        return fail_tls(stream);
    if (*more && ++stream->empty_records > STREAM_EMPTY_RECORDS)
        return stream_fail(stream, REASON_TOO_LARGE, "response too large: TLS records without content");
    return true;
}

/* All that the window holds. */
static bool take_records(struct stream *stream)
{
    uint8_t bytes[STREAM_TURN_SIZE];
    bool more = true;

    while (more && !stream->error) {
        if (!stream_spend(stream))
            return stream_too_large(stream);
        ERR_clear_error();
        int count = SSL_read(stream->ssl, bytes, sizeof bytes);
        if (count > 0 ? !stream->user->take(stream, bytes, (size_t)count) : !take_nothing(stream, count, &more))
            return false;
    }
    return true;
}

bool stream_tls_take(struct stream *stream, const uint8_t *bytes, size_t size)
{
    if (size == 0 && !stream->open)
        return stream_fail(stream, REASON_CLOSED, "closed in the TLS handshake");
    if (size == 0)
        return stream->user->take(stream, NULL, 0);
    stream->window = bytes;
    stream->window_size = size;
    if (!stream->open && !shake_hands(stream))
        return false;
    return !stream->open || take_records(stream);
}
