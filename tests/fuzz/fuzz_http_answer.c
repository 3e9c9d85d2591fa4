/* An HTTP answer: whatever it is, it is read the same in one piece and in pieces, and its body stays within its bound.
 */
#include "healthd/probes/http/http_answer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_in_pieces(struct http_answer *answer, char *body, const uint8_t *text, size_t size, size_t piece)
{
    http_answer_begin(answer, false, body);
    for (size_t at = 0; at < size && answer->state == HTTP_ANSWER_MORE; at += piece)
        http_answer_feed(answer, (const char *)text + at, size - at < piece ? size - at : piece);
    http_answer_end(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char whole_body[HTTP_BODY_MAX], pieces_body[HTTP_BODY_MAX];
    struct http_answer whole, pieces;

    if (size == 0)
        return 0;
    read_in_pieces(&whole, whole_body, data + 1, size - 1, size);
    read_in_pieces(&pieces, pieces_body, data + 1, size - 1, 1u + data[0] % 16);
    if (whole.state != pieces.state || whole.status != pieces.status || whole.body_size != pieces.body_size ||
        whole.body_size > HTTP_BODY_MAX || memcmp(whole_body, pieces_body, whole.body_size) != 0)
        abort();
    return 0;
}
