# gen/sql/names.h and gen/sql/queries.inc from sql/queries/*.sql (the format is described at the
# top of sql/queries.awk), and the SQL files that are part of the executable.
find_program(AWK NAMES awk mawk gawk REQUIRED)
file(GLOB sql_query_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/queries/*.sql)
set(sql_gen ${CMAKE_BINARY_DIR}/gen/sql)
file(MAKE_DIRECTORY ${sql_gen})
add_custom_command(
  OUTPUT ${sql_gen}/names.h ${sql_gen}/queries.inc
  COMMAND ${AWK} -v out=${sql_gen} -f ${CMAKE_SOURCE_DIR}/sql/queries.awk ${sql_query_files}
  DEPENDS ${CMAKE_SOURCE_DIR}/sql/queries.awk ${sql_query_files}
  COMMENT "Named queries"
  VERBATIM)
add_custom_target(sita_gen_sql DEPENDS ${sql_gen}/names.h ${sql_gen}/queries.inc)

set(sql_embedded schema.sql roles.sql database.sql grants.sql)
list(TRANSFORM sql_embedded PREPEND ${CMAKE_SOURCE_DIR}/sql/)
set_source_files_properties(
  ${CMAKE_SOURCE_DIR}/sql/embedded.c
  PROPERTIES OBJECT_DEPENDS "${sql_embedded}"
             COMPILE_DEFINITIONS "SITA_SQL_DIR=\"${CMAKE_SOURCE_DIR}/sql\"")
