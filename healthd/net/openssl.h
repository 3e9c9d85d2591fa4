/*
 * OpenSSL, loaded when it is needed: its libraries take a third of the start of a daemon that has no TLS check, and two
 * megabytes for as long as it lives. The functions that healthd calls are defined here under their own names and pass
 * the call on; while OpenSSL is not loaded they do nothing and return 0. One that is not in the list does not link.
 */
#ifndef VIPGATE_HEALTHD_NET_OPENSSL_H
#define VIPGATE_HEALTHD_NET_OPENSSL_H

/* Loads it, in any thread but the loop's: the first time, that reads files. NULL, or why it cannot be had, a constant.
 */
const char *openssl_load(void);

#endif
