/* What handlers emit. Small whole answers are held back, so that they can have a length and be
 * encoded at once; event streams, lines and what grows over BUFFERED_MAX go through a ring of
 * PIPE_SIZE bytes: the worker blocks while it is full, the connection is suspended while it is
 * empty. */
#include "exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long encoded lines are held back while more come: the network is busy, or has nothing to do.
 */
#define FLUSH_BUSY_US 50000
#define FLUSH_IDLE_US 5000

static gaz_status gone(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_CANCELLED, "the client has gone");
}

bool gaz_stream_cancelled(void *ctx)
{
    return atomic_load(&((gaz_exchange *)ctx)->gone);
}

static struct timespec timespec_of(int64_t monotonic_us)
{
    return (struct timespec){.tv_sec = (time_t)(monotonic_us / 1000000),
                             .tv_nsec = (long)(monotonic_us % 1000000) * 1000};
}

/* Under the lock: once the pipe is full, half of it must be taken in time, or a client that
 * dribbles would hold a worker for ever. */
static gaz_status wait_for_room(gaz_exchange *ex, gaz_error *err)
{
    bool gone_now = atomic_load(&ex->gone);
    if (ex->pipe_len < PIPE_SIZE || gone_now)
        return gone_now ? gone(err) : GAZ_OK;
    struct timespec until = timespec_of(gaz_deadline(ex->http->options.stall_ms));
    while (ex->pipe_len > PIPE_SIZE / 2 && !atomic_load(&ex->gone)) {
        if (pthread_cond_timedwait(&ex->room, &ex->lock, &until) != ETIMEDOUT ||
            ex->pipe_len <= PIPE_SIZE / 2)
            continue;
        atomic_store(&ex->gone, true);
        return gaz_error_set(err, GAZ_E_TIMEOUT,
                             "the client reads too slowly: %zu bytes waited for %lld ms",
                             ex->pipe_len, (long long)ex->http->options.stall_ms);
    }
    return atomic_load(&ex->gone) ? gone(err) : GAZ_OK;
}

static gaz_status pipe_write(gaz_exchange *ex, const char *data, size_t len, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    pthread_mutex_lock(&ex->lock);
    while (len && st == GAZ_OK) {
        st = wait_for_room(ex, err);
        if (st != GAZ_OK)
            break;
        size_t at = (ex->pipe_head + ex->pipe_len) % PIPE_SIZE;
        size_t room = PIPE_SIZE - ex->pipe_len;
        size_t n = len < room ? len : room;
        n = n < PIPE_SIZE - at ? n : PIPE_SIZE - at;
        memcpy(ex->pipe + at, data, n);
        ex->pipe_len += n;
        data += n;
        len -= n;
        gaz_exchange_wake(ex);
    }
    pthread_mutex_unlock(&ex->lock);
    return st;
}

/* Encoded bytes wait in the encoder until they fill a block: events, and lines nobody is busy with,
 * are pushed out. */
static gaz_compress_end flush_mode(gaz_exchange *ex)
{
    if (ex->kind != GAZ_TARGET_OP || ex->media == GAZ_MEDIA_JSON)
        return GAZ_COMPRESS_MORE;
    pthread_mutex_lock(&ex->lock);
    int64_t wait = ex->pipe_len ? FLUSH_BUSY_US : FLUSH_IDLE_US;
    pthread_mutex_unlock(&ex->lock);
    int64_t now = gaz_now_us();
    if (ex->media != GAZ_MEDIA_EVENTS && now - ex->flushed_us < wait)
        return GAZ_COMPRESS_MORE;
    ex->flushed_us = now;
    return GAZ_COMPRESS_FLUSH;
}

static gaz_status push(gaz_exchange *ex, const void *data, size_t len, gaz_compress_end end,
                       gaz_error *err)
{
    if (!ex->encoder)
        return pipe_write(ex, data, len, err);
    gaz_strbuf_reset(&ex->out);
    gaz_status st = gaz_encoder_add(ex->encoder, data, len, end, &ex->out, err);
    return st == GAZ_OK ? pipe_write(ex, ex->out.data, ex->out.len, err) : st;
}

/* From here on the status and the headers are on their way. */
static gaz_status begin(gaz_exchange *ex, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    ex->pipe = malloc(PIPE_SIZE);
    if (!ex->pipe)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to stream an answer");
    if (ex->coding != GAZ_CODING_IDENTITY)
        st = gaz_encoder_new(ex->coding, &ex->encoder, err);
    if (st != GAZ_OK)
        return st;
    struct MHD_Response *response = gaz_answer_stream(ex);
    if (!response)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to stream an answer");
    pthread_mutex_lock(&ex->lock);
    bool late = ex->completed;
    if (!late) {
        ex->response = response;
        ex->streaming = true;
        ex->step = GAZ_STEP_ANSWER;
        gaz_exchange_wake(ex);
    }
    pthread_mutex_unlock(&ex->lock);
    if (!late)
        return GAZ_OK;
    MHD_destroy_response(response);
    return gone(err);
}

static void take_head(gaz_exchange *ex)
{
    ex->emitted = true;
    if (ex->call)
        ex->status = ex->call->status;
    if (!ex->page)
        return;
    ex->status = ex->page->status;
    ex->type = ex->page->type;
    ex->location = ex->page->location[0] ? gaz_arena_strdup(&ex->arena, ex->page->location) : NULL;
}

gaz_status gaz_stream_emit(void *ctx, const void *data, size_t len, gaz_error *err)
{
    gaz_exchange *ex = ctx;
    if (atomic_load(&ex->gone))
        return gone(err);
    if (!ex->emitted)
        take_head(ex);
    if (!ex->streaming) {
        bool whole = ex->kind != GAZ_TARGET_OP || ex->media == GAZ_MEDIA_JSON;
        if (whole && len <= BUFFERED_MAX && ex->out.len <= BUFFERED_MAX - len) {
            gaz_strbuf_add(&ex->out, data, len);
            return gaz_strbuf_check(&ex->out, err);
        }
        gaz_strbuf held = ex->out;
        gaz_strbuf_init(&ex->out, GAZ_STRBUF_MAX);
        gaz_status st = begin(ex, err);
        if (st == GAZ_OK && held.len)
            st = push(ex, held.data, held.len, GAZ_COMPRESS_MORE, err);
        gaz_strbuf_release(&held);
        if (st != GAZ_OK)
            return st;
    }
    return push(ex, data, len, flush_mode(ex), err);
}

void gaz_stream_finish(gaz_exchange *ex, bool clean)
{
    if (clean && ex->encoder && push(ex, "", 0, GAZ_COMPRESS_FINISH, NULL) != GAZ_OK)
        clean = false;
    pthread_mutex_lock(&ex->lock);
    ex->finished = clean;
    ex->aborted = !clean;
    /* What is left in the pipe must be taken in time. The connection lives as long as the exchange
     * is not completed. */
    if (!ex->completed)
        atomic_store(&ex->conn->deadline,
                     gaz_deadline(ex->http->options.send_ms + (int64_t)(ex->pipe_len / 16)));
    gaz_exchange_wake(ex);
    pthread_mutex_unlock(&ex->lock);
}

ssize_t gaz_stream_read(void *ctx, uint64_t pos, char *buf, size_t max)
{
    gaz_exchange *ex = ctx;
    ssize_t result = 0;
    (void)pos;
    pthread_mutex_lock(&ex->lock);
    if (!ex->pipe_len) {
        if (ex->finished)
            result = MHD_CONTENT_READER_END_OF_STREAM;
        else if (ex->aborted || atomic_load(&ex->gone))
            result = MHD_CONTENT_READER_END_WITH_ERROR;
        else {
            ex->suspended = true;
            MHD_suspend_connection(ex->mhd);
        }
    } else {
        size_t n = max < ex->pipe_len ? max : ex->pipe_len;
        n = n < PIPE_SIZE - ex->pipe_head ? n : PIPE_SIZE - ex->pipe_head;
        memcpy(buf, ex->pipe + ex->pipe_head, n);
        ex->pipe_head = (ex->pipe_head + n) % PIPE_SIZE;
        ex->pipe_len -= n;
        ex->sent += n;
        result = (ssize_t)n;
        if (ex->pipe_len <= PIPE_SIZE / 2)
            pthread_cond_signal(&ex->room);
    }
    pthread_mutex_unlock(&ex->lock);
    return result;
}
