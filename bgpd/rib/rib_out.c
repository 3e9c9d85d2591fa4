/*
 * The table is an array of routes found through a hash of their prefixes; it is made for the case that hurts: a
 * thousand prefixes withdrawn from each of many neighbors at once. A route that is neither desired nor sent stays as a
 * dead entry until the table is full, so that withdrawing moves nothing in memory.
 *
 * What is to be sent waits in one of three queues. Withdrawals need no order, so there is a queue for each family.
 * Announcements that share attributes must come out together: their queue is sorted by attributes, but only when
 * something was appended out of that order, which is rare.
 */
#include "bgpd/rib/rib_out.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16, NO_ENTRY = UINT32_MAX, HOLE = UINT32_MAX };
enum queue_name { QUEUE_WITHDRAW_IPV4, QUEUE_WITHDRAW_IPV6, QUEUE_ANNOUNCE, QUEUE_COUNT };

/*
 * Routes to be sent, as indexes into the table. Appending and removing from the middle take constant time: a route
 * knows its slot, and a slot that was given up stays behind as a hole until it is passed. There is room for every route
 * of the table, so that queueing never fails.
 */
struct queue {
    uint32_t *slots; /* CAPACITY of them, owned by the table */
    uint32_t head;   /* nothing but holes before it */
    uint32_t end;
    uint32_t length; /* without holes */
};

static bool queue_is_empty(const struct queue *queue)
{
    return queue->length == 0;
}

/* Appends INDEX and answers its slot. The caller has made sure that queue->end is below the capacity. */
static uint32_t queue_append(struct queue *queue, uint32_t index)
{
    queue->slots[queue->end] = index;
    queue->length++;
    return queue->end++;
}

static void queue_remove(struct queue *queue, uint32_t slot)
{
    queue->slots[slot] = HOLE;
    if (--queue->length == 0)
        queue->head = queue->end = 0;
    while (queue->head < queue->end && queue->slots[queue->head] == HOLE)
        queue->head++;
}

struct entry {
    struct rib_out_route route; /* first: what find and after hand out */
    bool refresh;               /* to be sent again though the neighbor has it */
    uint8_t queue;              /* enum queue_name, where route.pending */
    uint32_t slot;              /* in that queue */
};

/* Everything whose size follows the capacity, in one block of memory, so that growing is all or nothing. What one
 * withdrawal needs is first, in as few lines of memory as can be: those of many neighbors are looked at in a row. */
struct table {
    uint32_t *buckets;     /* indexes or NO_ENTRY; linear probing */
    struct entry *entries; /* COUNT of them, dead ones included; the block begins here */
    uint32_t capacity;     /* of entries; a power of two; twice as many buckets */
    uint32_t count;
    uint32_t live; /* desired or sent */
    bool order_valid;
    bool announce_unsorted;
    struct queue queues[QUEUE_COUNT];
    uint32_t *order; /* indexes in order of prefix, for walking */
};

struct rib_out {
    struct table table;
    size_t sent_count;
};

static bool entry_is_dead(const struct entry *entry)
{
    return !entry->route.desired && !entry->route.sent;
}

static bool table_init(struct table *table, uint32_t capacity)
{
    /* For each entry two buckets, its place in the order, and a slot in each queue. */
    size_t numbers = (3 + QUEUE_COUNT) * sizeof(uint32_t);

    *table = (struct table){.capacity = capacity, .entries = malloc(capacity * (sizeof(struct entry) + numbers))};
    if (!table->entries)
        return false;
    table->buckets = (uint32_t *)(table->entries + capacity);
    table->order = table->buckets + 2 * (size_t)capacity;
    for (unsigned i = 0; i < QUEUE_COUNT; i++)
        table->queues[i].slots = table->order + (i + 1) * (size_t)capacity;
    memset(table->buckets, 0xff, 2 * (size_t)capacity * sizeof *table->buckets);
    return true;
}

static uint32_t prefix_hash(const struct prefix *prefix)
{
    uint64_t high, low;

    memcpy(&high, prefix->octets, sizeof high);
    memcpy(&low, prefix->octets + sizeof high, sizeof low);
    uint64_t mixed = (high ^ ((uint64_t)prefix->length << 8 | prefix->family)) * 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 32) ^ low) * 0xd6e8feb86659fd93u;
    return (uint32_t)(mixed >> 32);
}

/* The bucket that holds PREFIX, or the empty one where it would go. */
static uint32_t *table_bucket(const struct table *table, const struct prefix *prefix)
{
    uint32_t mask = 2 * table->capacity - 1;

    for (uint32_t i = prefix_hash(prefix) & mask;; i = (i + 1) & mask) {
        uint32_t index = table->buckets[i];
        if (index == NO_ENTRY || memcmp(&table->entries[index].route.prefix, prefix, sizeof *prefix) == 0)
            return &table->buckets[i];
    }
}

static struct entry *table_find(const struct table *table, const struct prefix *prefix)
{
    uint32_t index = *table_bucket(table, prefix);

    return index == NO_ENTRY ? NULL : &table->entries[index];
}

static struct entry *table_add(struct table *table, const struct entry *entry)
{
    *table_bucket(table, &entry->route.prefix) = table->count;
    table->entries[table->count] = *entry;
    table->order_valid = false;
    return &table->entries[table->count++];
}

/* Closes the holes of a queue, so that its end is below the capacity again. */
static void queue_compact(struct table *table, struct queue *queue)
{
    uint32_t to = 0;

    for (uint32_t from = queue->head; from < queue->end; from++) {
        if (queue->slots[from] == HOLE)
            continue;
        queue->slots[to] = queue->slots[from];
        table->entries[queue->slots[to]].slot = to;
        to++;
    }
    queue->head = 0;
    queue->end = to;
}

static void table_queue(struct table *table, struct entry *entry, enum queue_name name)
{
    struct queue *queue = &table->queues[name];

    if (queue->end == table->capacity)
        queue_compact(table, queue);
    if (name == QUEUE_ANNOUNCE && queue_is_empty(queue)) {
        table->announce_unsorted = false;
    } else if (name == QUEUE_ANNOUNCE) {
        /* The last slot is a hole when what stood there was removed: then nothing is known of the order. */
        uint32_t last = queue->slots[queue->end - 1];
        if (last == HOLE || table->entries[last].route.desired != entry->route.desired ||
            table->entries[last].route.prefix.family != entry->route.prefix.family)
            table->announce_unsorted = true;
    }
    entry->queue = (uint8_t)name;
    entry->slot = queue_append(queue, (uint32_t)(entry - table->entries));
    entry->route.pending = true;
}

static void table_unqueue(struct table *table, struct entry *entry)
{
    if (!entry->route.pending)
        return;
    queue_remove(&table->queues[entry->queue], entry->slot);
    entry->route.pending = false;
}

/* Makes TABLE one with room for more, holding what is alive of the OLD one, its queues in their order. */
static bool table_rebuild(struct table *table, const struct table *old)
{
    uint32_t capacity = old->live > old->capacity / 2 ? old->capacity * 2 : old->capacity;

    if (capacity == 0 || !table_init(table, capacity))
        return false;
    for (uint32_t i = 0; i < old->count; i++) {
        if (!entry_is_dead(&old->entries[i]))
            table_add(table, &old->entries[i])->route.pending = false;
    }
    table->live = table->count;
    for (unsigned i = 0; i < QUEUE_COUNT; i++) {
        for (uint32_t slot = old->queues[i].head; slot < old->queues[i].end; slot++) {
            uint32_t index = old->queues[i].slots[slot];
            if (index != HOLE)
                table_queue(table, table_find(table, &old->entries[index].route.prefix), (enum queue_name)i);
        }
    }
    return true;
}

struct rib_out *rib_out_new(void)
{
    struct rib_out *rib = calloc(1, sizeof *rib);

    if (rib && !table_init(&rib->table, FIRST_CAPACITY)) {
        free(rib);
        return NULL;
    }
    return rib;
}

void rib_out_free(struct rib_out *rib)
{
    if (!rib)
        return;
    for (uint32_t i = 0; i < rib->table.count; i++) {
        path_attributes_unref(rib->table.entries[i].route.desired);
        path_attributes_unref(rib->table.entries[i].route.sent);
    }
    free(rib->table.entries);
    free(rib);
}

/* Puts an entry into the queue where what is desired and what was sent say it belongs, or into none. */
static void entry_settle(struct rib_out *rib, struct entry *entry)
{
    struct rib_out_route *route = &entry->route;

    table_unqueue(&rib->table, entry);
    const struct path_attributes *wanted = route->withheld ? NULL : route->desired;
    if (!wanted)
        entry->refresh = false;
    if (wanted && (wanted != route->sent || entry->refresh))
        table_queue(&rib->table, entry, QUEUE_ANNOUNCE);
    else if (!wanted && route->sent)
        table_queue(&rib->table, entry,
                    route->prefix.family == FAMILY_IPV4 ? QUEUE_WITHDRAW_IPV4 : QUEUE_WITHDRAW_IPV6);
}

/* Changes one SIDE of an entry, desired or sent, keeping the counts. */
static void entry_change(struct rib_out *rib, struct entry *entry, const struct path_attributes **side,
                         const struct path_attributes *attributes)
{
    rib->table.live -= !entry_is_dead(entry);
    rib->sent_count -= entry->route.sent != NULL;
    path_attributes_ref(attributes);
    path_attributes_unref(*side);
    *side = attributes;
    rib->table.live += !entry_is_dead(entry);
    rib->sent_count += entry->route.sent != NULL;
}

static struct entry *rib_out_add(struct rib_out *rib, const struct prefix *prefix)
{
    if (rib->table.count == rib->table.capacity) {
        struct table table;
        if (!table_rebuild(&table, &rib->table))
            return NULL;
        free(rib->table.entries);
        rib->table = table;
    }
    struct entry entry = {.route.prefix = *prefix};
    return table_add(&rib->table, &entry);
}

/* Changes what is desired of an entry that is there. */
static void entry_desire(struct rib_out *rib, struct entry *entry, const struct path_attributes *desired)
{
    if (entry->route.desired == desired)
        return;
    table_unqueue(&rib->table, entry);
    entry_change(rib, entry, &entry->route.desired, desired);
    entry->route.withheld = false;
    entry_settle(rib, entry);
}

bool rib_out_set(struct rib_out *rib, const struct prefix *prefix, const struct path_attributes *desired)
{
    struct entry *entry = table_find(&rib->table, prefix);

    if (!entry && !desired)
        return true;
    if (!entry)
        entry = rib_out_add(rib, prefix);
    if (!entry)
        return false;
    entry_desire(rib, entry, desired);
    return true;
}

void rib_out_clear(struct rib_out *rib)
{
    for (uint32_t i = 0; i < rib->table.count; i++)
        entry_desire(rib, &rib->table.entries[i], NULL);
}

void rib_out_session_lost(struct rib_out *rib)
{
    for (uint32_t i = 0; i < rib->table.count; i++) {
        struct entry *entry = &rib->table.entries[i];
        table_unqueue(&rib->table, entry);
        entry_change(rib, entry, &entry->route.sent, NULL);
        entry->route.withheld = false;
        entry->route.sent_offset = entry->route.since_us = 0;
        entry_settle(rib, entry);
    }
}

void rib_out_refresh(struct rib_out *rib, uint8_t family)
{
    for (uint32_t i = 0; i < rib->table.count; i++) {
        struct entry *entry = &rib->table.entries[i];
        if (entry->route.prefix.family != family || !entry->route.desired || entry->route.withheld)
            continue;
        entry->refresh = true;
        entry_settle(rib, entry);
    }
}

bool rib_out_pending(const struct rib_out *rib)
{
    for (unsigned i = 0; i < QUEUE_COUNT; i++) {
        if (!queue_is_empty(&rib->table.queues[i]))
            return true;
    }
    return false;
}

/* By family, attributes, and then as they were queued. */
static int compare_announcements(const void *left, const void *right, void *user)
{
    const struct entry *entries = user;
    const struct entry *a = &entries[*(const uint32_t *)left];
    const struct entry *b = &entries[*(const uint32_t *)right];

    if (a->route.prefix.family != b->route.prefix.family)
        return a->route.prefix.family < b->route.prefix.family ? -1 : 1;
    if (a->route.desired != b->route.desired)
        return (uintptr_t)a->route.desired < (uintptr_t)b->route.desired ? -1 : 1;
    return a->slot < b->slot ? -1 : a->slot > b->slot;
}

static void sort_announcements(struct table *table)
{
    struct queue *queue = &table->queues[QUEUE_ANNOUNCE];

    queue_compact(table, queue);
    qsort_r(queue->slots, queue->end, sizeof *queue->slots, compare_announcements, table->entries);
    for (uint32_t i = 0; i < queue->end; i++)
        table->entries[queue->slots[i]].slot = i;
    table->announce_unsorted = false;
}

size_t rib_out_next_group(struct rib_out *rib, const struct path_attributes **attributes, struct prefix *prefixes,
                          size_t limit)
{
    struct table *table = &rib->table;
    unsigned name = 0;

    while (name < QUEUE_COUNT && queue_is_empty(&table->queues[name]))
        name++;
    if (name == QUEUE_COUNT)
        return 0;
    if (name == QUEUE_ANNOUNCE && table->announce_unsorted)
        sort_announcements(table);

    const struct queue *queue = &table->queues[name];
    const struct entry *first = &table->entries[queue->slots[queue->head]];
    *attributes = name == QUEUE_ANNOUNCE ? first->route.desired : NULL;
    size_t count = 0;
    for (uint32_t slot = queue->head; slot < queue->end && count < limit; slot++) {
        if (queue->slots[slot] == HOLE)
            continue;
        const struct entry *entry = &table->entries[queue->slots[slot]];
        if (name == QUEUE_ANNOUNCE &&
            (entry->route.desired != *attributes || entry->route.prefix.family != first->route.prefix.family))
            break;
        prefixes[count++] = entry->route.prefix;
    }
    return count;
}

/* The entry of a prefix that next_group has answered: mostly the head of a queue, else looked up. */
static struct entry *group_entry(const struct table *table, const struct prefix *prefix)
{
    for (unsigned i = 0; i < QUEUE_COUNT; i++) {
        const struct queue *queue = &table->queues[i];
        if (queue_is_empty(queue))
            continue;
        struct entry *entry = &table->entries[queue->slots[queue->head]];
        return memcmp(&entry->route.prefix, prefix, sizeof *prefix) == 0 ? entry : table_find(table, prefix);
    }
    return NULL;
}

void rib_out_sent(struct rib_out *rib, const struct prefix *prefixes, size_t count, uint64_t offset, uint64_t now_us)
{
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = group_entry(&rib->table, &prefixes[i]);
        if (!entry || !entry->route.pending)
            continue;
        table_unqueue(&rib->table, entry);
        entry_change(rib, entry, &entry->route.sent, entry->queue == QUEUE_ANNOUNCE ? entry->route.desired : NULL);
        entry->refresh = false;
        entry->route.sent_offset = offset;
        entry->route.since_us = now_us;
    }
}

void rib_out_withhold(struct rib_out *rib, const struct prefix *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = group_entry(&rib->table, &prefixes[i]);
        if (!entry || !entry->route.pending)
            continue;
        entry->route.withheld = true;
        entry_settle(rib, entry);
    }
}

const struct rib_out_route *rib_out_find(const struct rib_out *rib, const struct prefix *prefix)
{
    const struct entry *entry = table_find(&rib->table, prefix);

    return entry && !entry_is_dead(entry) ? &entry->route : NULL;
}

static int compare_prefixes(const void *left, const void *right, void *user)
{
    const struct entry *entries = user;

    return prefix_compare(&entries[*(const uint32_t *)left].route.prefix,
                          &entries[*(const uint32_t *)right].route.prefix);
}

static void table_sort(struct table *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        table->order[i] = i;
    qsort_r(table->order, table->count, sizeof *table->order, compare_prefixes, table->entries);
    table->order_valid = true;
}

const struct rib_out_route *rib_out_after(const struct rib_out *rib, const struct prefix *prefix)
{
    struct table *table = (struct table *)&rib->table;
    uint32_t low = 0, high = prefix->family == FAMILY_NONE ? 0 : table->count;

    if (!table->order_valid) /* to the caller nothing changes */
        table_sort(table);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (prefix_compare(&table->entries[table->order[middle]].route.prefix, prefix) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < table->count; low++) {
        const struct entry *entry = &table->entries[table->order[low]];
        if (!entry_is_dead(entry))
            return &entry->route;
    }
    return NULL;
}

size_t rib_out_sent_count(const struct rib_out *rib)
{
    return rib->sent_count;
}
