/* The postings codec: whatever the bytes, decoding stays inside them and the three ways to read a
 * list agree; what is encoded is read back. Input: count and universe (u16 each), then the list.
 * Links: text base. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/varint.h"
#include "postings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void *need(void *p)
{
    require(p != NULL);
    return p;
}

static bool set_has(const uint64_t *set, uint32_t n)
{
    return set[n >> 6] >> (n & 63) & 1;
}

/* A list that decodes: ascending, in range, and the same by every way. */
static void check_list(const postings *list, const uint32_t *numbers, const uint64_t *set)
{
    uint32_t members = 0;
    for (uint32_t i = 0; i < list->count; i++)
        require(numbers[i] < list->universe && (i == 0 || numbers[i] > numbers[i - 1]) &&
                set_has(set, numbers[i]));
    for (uint32_t n = 0; n < list->universe; n++)
        members += set_has(set, n);
    require(members == list->count);
    /* All numbers intersected with the list leave the list; every third leaves those of them in it.
     */
    for (uint32_t step = 1; step <= 3; step += 2) {
        uint32_t *some = need(malloc(((size_t)list->universe + 1) * sizeof *some));
        size_t n = 0, expected = 0;
        for (uint32_t v = 0; v < list->universe; v += step)
            some[n++] = v;
        require(postings_intersect(list, some, &n, NULL) == GAZ_OK);
        for (uint32_t i = 0; i < list->count; i++)
            expected += numbers[i] % step == 0;
        require(n == expected);
        for (size_t i = 0; i < n; i++)
            require(set_has(set, some[i]) && some[i] % step == 0);
        free(some);
    }
}

static void check_round_trip(const postings *list, const uint32_t *numbers)
{
    gaz_strbuf deltas = GAZ_STRBUF_INIT, encoded = GAZ_STRBUF_INIT;
    uint32_t *again = need(malloc(((size_t)list->count + 1) * sizeof *again));
    uint32_t last = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        uint8_t bytes[GAZ_VARINT_MAX];
        gaz_strbuf_add(&deltas, bytes, gaz_varint_encode(bytes, numbers[i] + 1 - last));
        last = numbers[i] + 1;
    }
    require(postings_encode((const uint8_t *)deltas.data, deltas.len, list->count, list->universe,
                            &encoded, NULL) == GAZ_OK);
    postings copy = {(const uint8_t *)encoded.data, encoded.len, list->count, list->universe};
    require(encoded.len <= list->len); /* the shortest form of a number is the one written */
    require(postings_decode(&copy, again, NULL) == GAZ_OK);
    require(memcmp(again, numbers, list->count * sizeof *again) == 0);
    gaz_strbuf_release(&deltas);
    gaz_strbuf_release(&encoded);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    postings list = {data + 4, size - 4, gaz_le16(data), gaz_le16(data + 2)};
    if (list.count == 0 || list.count > list.universe) /* refused before the codec is asked */
        return 0;
    uint32_t *numbers = need(malloc(list.count * sizeof *numbers));
    uint64_t *set = need(calloc(list.universe / 64 + 1, sizeof *set));
    uint32_t some[3] = {0, list.universe / 2, list.universe - 1};
    size_t n = 3;
    gaz_status decoded = postings_decode(&list, numbers, NULL),
               united = postings_unite(&list, set, NULL);
    gaz_status met = postings_intersect(&list, some, &n, NULL);
    require((decoded == GAZ_OK || decoded == GAZ_E_CORRUPT) && decoded == united);
    require(n <= 3 &&
            (met == GAZ_OK || decoded != GAZ_OK)); /* intersecting may stop before the damage */
    if (decoded == GAZ_OK) {
        check_list(&list, numbers, set);
        check_round_trip(&list, numbers);
    }
    free(numbers);
    free(set);
    return 0;
}
