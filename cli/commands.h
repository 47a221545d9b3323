/* commands.h - the subcommands of `sitaminter`. Each takes its own arguments (argv[0] is its
 * name) and returns the exit status: 0 done, 1 failed (standard error says why), 2 wrong use. */
#ifndef SITA_CLI_COMMANDS_H
#define SITA_CLI_COMMANDS_H

int cli_serve(int argc, char **argv);
int cli_db(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_help(int argc, char **argv);

#endif
