#include "bgpd/rib/hash.h"

#include <bsd/stdlib.h>
#include <string.h>

struct hash_key hash_key_new(void)
{
    struct hash_key key;

    arc4random_buf(&key, sizeof key);
    return key;
}

uint64_t hash_octets(const struct hash_key *key, const uint8_t *octets, size_t size)
{
    uint64_t hash = size, words[2];

    for (; size > sizeof words; octets += sizeof words, size -= sizeof words) {
        memcpy(words, octets, sizeof words);
        hash = hash_fold(words[0] ^ key->secret[0], words[1] ^ hash ^ key->secret[1]);
    }
    memset(words, 0, sizeof words);
    if (size > 0)
        memcpy(words, octets, size);
    return hash_pair(key, words[0] ^ hash, words[1]);
}
