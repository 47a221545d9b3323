/* embedded.h - the SQL files that are part of the executable, so that the installed program stands
 * alone. Each ends in NUL. */
#ifndef SITA_SQL_EMBEDDED_H
#define SITA_SQL_EMBEDDED_H

extern const char sql_schema_file[];   /* schema.sql: the declared schema */
extern const char sql_roles_file[];    /* roles.sql: the roles of the server */
extern const char sql_database_file[]; /* database.sql: who may do what in the database */
extern const char sql_grants_file[];   /* grants.sql: who may do what with the tables */

#endif
