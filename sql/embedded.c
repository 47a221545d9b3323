#include "sql/embedded.h"

#define EMBED(name, file)                                                                          \
    __asm__(".section .rodata\n"                                                                   \
            ".global " #name "\n" #name ":\n"                                                      \
            ".incbin \"" SITA_SQL_DIR "/" file "\"\n"                                              \
            ".byte 0\n"                                                                            \
            ".previous\n")

EMBED(sql_schema_file, "schema.sql");
EMBED(sql_roles_file, "roles.sql");
EMBED(sql_database_file, "database.sql");
EMBED(sql_grants_file, "grants.sql");
