/*
 * The files behind TLS: CA certificates to trust, and a certificate of our own. Reading them may wait for a disk and
 * takes some 30 ms for the system's bundle, so it is done in a thread, which touches nothing but its struct tls_files.
 */
#ifndef VIPGATE_HEALTHD_NET_TLS_FILES_H
#define VIPGATE_HEALTHD_NET_TLS_FILES_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <sys/stat.h>

enum { TLS_ERROR_SIZE = 128 };

/* Whether a file is still the one that was read. */
struct tls_stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct tls_files {
    char *ca_file;            /* NULL: the system's */
    char *client_certificate; /* NULL: none */
    bool verify;              /* else ca_file is not read */
    bool known;               /* STAMPS are of what was read before: the same need not be read again */
    struct tls_stamp stamps[2];
    SSL_CTX *ctx;               /* what was made of them; NULL: they are the same, or see error */
    char error[TLS_ERROR_SIZE]; /* what is wrong, "": nothing */
    void *user;
};

/* With copies of the names. NULL when out of memory. Freeing: ctx goes, too, unless it was taken; NULL is nothing. */
struct tls_files *tls_files_new(const char *ca_file, const char *client_certificate, bool verify);
void tls_files_free(struct tls_files *files);

/* Fills in stamps, and ctx or error. */
void tls_files_read(struct tls_files *files);

#endif
