/*
 * JSON (RFC 8259) as RFC 7951 uses it, written member by member as it is made: no tree, and no schema beside it.
 * Whoever writes knows the YANG module, whose leafs are written in its order and of its types.
 *
 *     struct json json = {0};
 *     json_begin(&json, NULL);                   {
 *     json_begin(&json, "vipgate:state");        {"vipgate:state":{
 *     json_entry(&json, "vip");                  {"vipgate:state":{"vip":[{
 *     json_text(&json, "prefix", text);          {"vipgate:state":{"vip":[{"prefix":"203.0.113.9/32"
 *     json_finish(&json);                        {"vipgate:state":{"vip":[{"prefix":"203.0.113.9/32"}]}}
 *
 * The entries of one list, or the values of one leaf-list, are written one after another; what comes after them ends
 * their array.
 */
#ifndef VIPGATE_LIB_JSON_H
#define VIPGATE_LIB_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 12 };

/* Zero-initialised. */
struct json {
    char *text; /* LENGTH octets, which the writer's owner frees; not terminated */
    size_t length, size;
    bool failed; /* out of memory: sticks, and the text is worth nothing */
    bool spaced; /* a line for each member, for people */
    unsigned depth;
    struct json_object {
        const char *list; /* whose array is open, or NULL */
        unsigned indent;
        bool used; /* it has a member */
    } open[JSON_DEPTH_MAX];
};

/* Begins the object that is the member NAME of the innermost open one; NULL: the outermost. NAME outlives the object.
 */
void json_begin(struct json *json, const char *name);

/* Begins an entry of the list LIST, which outlives the object that it is in. */
void json_entry(struct json *json, const char *list);

/* Ends the innermost open object. */
void json_end(struct json *json);

/* Ends all of them. */
void json_finish(struct json *json);

/* A string, in which '?' stands for each octet that is not fit to be shown. NULL: the member is left out. */
void json_text(struct json *json, const char *name, const char *text);

/* The same, left out where it is empty, too. */
void json_text_if_any(struct json *json, const char *name, const char *text);

void json_number(struct json *json, const char *name, uint64_t number);
void json_boolean(struct json *json, const char *name, bool value);

/* A time in microseconds since 1970; 0: left out. */
void json_time(struct json *json, const char *name, uint64_t real_us);

/* VALUE as it stands: a number, a boolean, an array. */
void json_bare(struct json *json, const char *name, const char *value);

/* A value of the leaf-list LIST. */
void json_item(struct json *json, const char *list, const char *text);

#endif
