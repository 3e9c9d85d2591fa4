#include "lib/conf/lint.h"

void document_lint(struct document *document, const struct lyd_node *tree)
{
    (void)document;
    (void)tree;
}
