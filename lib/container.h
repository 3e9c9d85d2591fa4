/* From a member to the struct that holds it, as a callback needs it that is given the member's address. */
#ifndef VIPGATE_LIB_CONTAINER_H
#define VIPGATE_LIB_CONTAINER_H

#include <stddef.h>

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#endif
