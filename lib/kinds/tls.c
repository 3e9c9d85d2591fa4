#include "lib/kinds/tls.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <string.h>

bool tls_settings_read(struct tls_settings *tls, const struct lyd_node *node, const char *host,
                       const struct kind_room *room)
{
    const char *name = model_text(node, "server-name"), *wrong = name ? host_check(name) : NULL;

    *tls = (struct tls_settings){
        .ca_file = settings_text(room, node, "ca-file"),
        .name = name ? settings_copy(room, name) : arena_text(room->arena, host, strcspn(host, "%")),
        .client_certificate = settings_text(room, node, "client-certificate"),
        .verify = model_boolean(node, "verify", true),
        .certificate_expiry = model_text(node, "certificate-days"),
        .certificate_days = (uint16_t)model_number(node, "certificate-days", 0),
    };
    if (wrong)
        kind_complain(room, model_child(node, "server-name"), "server-name \"%s\": %s", name, wrong);
    return !wrong;
}
