#include "lib/kinds/tls.h"

#include "lib/kinds/curl_lines.h"
#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <bsd/string.h>

void tls_settings_read(struct tls_settings *tls, const struct lyd_node *node, const struct kind_room *room)
{
    *tls = (struct tls_settings){
        .ca_file = settings_text(room, node, "ca-file"),
        .server_name = settings_text(room, node, "server-name"),
        .client_certificate = settings_text(room, node, "client-certificate"),
        .verify = model_boolean(node, "verify", true),
        .certificate_expiry = model_text(node, "certificate-days"),
        .certificate_days = (uint16_t)model_number(node, "certificate-days", 0),
    };
}

void tls_settings_authority(const struct tls_settings *tls, const struct endpoint *target,
                            struct curl_slist **connect_to, char authority[static ENDPOINT_TEXT_SIZE],
                            const struct kind_room *room)
{
    struct endpoint named = *target;

    if (tls->server_name) {
        strlcpy(named.host, tls->server_name, sizeof named.host);
        curl_lines_connect_to(connect_to, target, room);
    }
    endpoint_format(&named, authority, ENDPOINT_TEXT_SIZE);
}
