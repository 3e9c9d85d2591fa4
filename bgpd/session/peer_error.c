/* What went wrong with a session, in words: to the log, the journal, and kept for show. */
#include "bgpd/codec/notification.h"
#include "bgpd/session/peer_private.h"
#include "lib/clock.h"

#include <stdio.h>
#include <string.h>

/* "sent Cease/Administrative Shutdown: maintenance", "connect to 192.0.2.4 port 179: connection refused". ERROR may be
 * NULL. */
static const char *describe(const struct session_error *error, char *text, size_t size)
{
    if (!error)
        snprintf(text, size, "connection lost");
    else if (error->direction == ERROR_LOCAL)
        snprintf(text, size, "%s", error->message);
    else
        snprintf(text, size, "%s %s%s%s", error->direction == ERROR_SENT ? "sent" : "received", error->name,
                 error->message[0] ? ": " : "", error->message);
    return text;
}

void peer_note_notification(struct peer *peer, enum error_direction direction, const struct bgp_error *error,
                            const char *explanation)
{
    struct session_error noted = {.direction = direction, .time_us = clock_real_us(), error->code, error->subcode};

    notification_describe(error, noted.name, noted.message);
    if (explanation && explanation[0])
        snprintf(noted.message, sizeof noted.message, "%s", explanation);
    struct session_error *last = direction == ERROR_SENT ? &peer->last_error_sent : &peer->last_error_received;
    *last = noted;
    peer->last = peer->last_notification = last;
}

void peer_note_transport(struct peer *peer, const char *message)
{
    struct session_error *last = &peer->last_transport_error;

    *last = (struct session_error){.direction = ERROR_LOCAL, .time_us = clock_real_us()};
    snprintf(last->message, sizeof last->message, "%s", message);
    peer->last = last;
}

void peer_note_connect(struct peer *peer, const char *message)
{
    bool news = strcmp(message, peer->last_transport_error.message) != 0;

    peer_note_transport(peer, message);
    if (news && log_limit_allow(&peer->error_limit, uv_now(peer->context->loop), NULL))
        log_warning(peer->subject, "%s", message);
}

/* What silence may mean: at either end the kernel drops segments with an invalid TCP MD5 signature, and only counts
 * them. */
static const char *suspicion(const struct peer *peer)
{
    const struct md5_drops now = md5_drops_read(uv_now(peer->context->loop)), *before = &peer->md5_before;

    if (!peer->config->password)
        return now.unexpected > before->unexpected ? "; segments with an unexpected TCP MD5 signature were dropped: "
                                                     "does the neighbor have a password?"
                                                   : "";
    if (now.wrong > before->wrong)
        return "; segments with an invalid TCP MD5 signature were dropped: is the password the same at both ends?";
    if (now.missing > before->missing)
        return "; segments without a TCP MD5 signature were dropped: does the neighbor have no password?";
    return "; different passwords at the two ends would look the same";
}

void peer_note_no_answer(struct connection *connection)
{
    struct peer *peer = peer_of(connection);
    char message[sizeof peer->last_transport_error.message];

    snprintf(message, sizeof message, "connect to %s port %u: no answer%s", peer->name, peer->config->port,
             suspicion(peer));
    peer_note_connect(peer, message);
}

/* Which route it was about (RFC 7606 section 8): " of PREFIX", the first where there are several, or nothing. */
static const char *first_announced(const struct update_view *update, char *text, size_t size)
{
    char buffer[PREFIX_TEXT_SIZE];
    struct prefix prefix;

    text[0] = '\0';
    for (size_t i = 0; i < 2; i++) {
        struct nlri announced = update->announced[i];
        if (!nlri_next(&announced, &prefix))
            continue;
        snprintf(text, size, " of %s", prefix_format(&prefix, buffer));
        break;
    }
    return text;
}

/* One that resets the session is reported when it ends. */
void peer_note_malformed(struct connection *connection, const struct update_view *update)
{
    struct peer *peer = peer_of(connection);
    char route[PREFIX_TEXT_SIZE + 8], others[64] = "";
    uint32_t suppressed = 0;

    peer->updates_malformed++;
    if (update->outcome == UPDATE_RESET ||
        !log_limit_allow(&peer->malformed_limit, uv_now(peer->context->loop), &suppressed))
        return;
    if (suppressed)
        snprintf(others, sizeof others, " (%u messages suppressed)", suppressed);
    log_warning(peer->subject, "malformed UPDATE%s: %s%s", first_announced(update, route, sizeof route), update->what,
                others);
}

void peer_journal_down(struct peer *peer, enum session_state from, enum session_state to)
{
    char cause[sizeof peer->noted_cause];

    describe(peer->last, cause, sizeof cause);
    if (from != SESSION_ESTABLISHED && strcmp(cause, peer->noted_cause) == 0)
        return;
    memcpy(peer->noted_cause, cause, sizeof cause);
    journal_add(peer->context->journal, clock_real_us(), "session", peer->name, session_state_name(from),
                session_state_name(to), "%s", cause);
}

void peer_journal_up(struct peer *peer)
{
    const struct connection *session = peer->session;

    peer->noted_cause[0] = '\0';
    journal_add(peer->context->journal, clock_real_us(), "session", peer->name, session_state_name(SESSION_IDLE),
                session_state_name(SESSION_ESTABLISHED), "%s connected, AS %u, hold time %u s",
                session->ours ? "we" : "the neighbor", session->remote_open.as, session->hold_time_s);
}
