/* commands.h - the subcommands of sitaminter. Each gets what follows its own name in argv[1] and on
 * (argv[0] is its name) and returns the exit status of the process. */
#ifndef SITA_CLI_COMMANDS_H
#define SITA_CLI_COMMANDS_H

int cli_serve(int argc, char **argv);
int cli_db(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_help(int argc, char **argv);

#endif
