#include "cli/commands.h"

#include <stdio.h>

int cli_db(int argc, char **argv) {
    (void)argc;
    fprintf(stderr, "%s: not built yet\n", argv[0]);
    return 2;
}
