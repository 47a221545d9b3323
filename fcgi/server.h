/* server.h - the parent: opens the sockets, keeps the workers running, stops and reloads them. */
#ifndef SITA_FCGI_SERVER_H
#define SITA_FCGI_SERVER_H

#include "handlers/app.h"

/* Serves until SIGTERM or SIGINT. The parent itself answers nothing: it forks the workers of the
 * three pools and the clerk, and starts anew what dies. app is taken over and freed.
 *
 * SIGTERM, SIGINT  every accepted request is answered within config.drain_seconds, then it returns;
 *                  a second signal, or the end of that time, ends the workers at once
 * SIGHUP           templates are compiled again; if they are in order, workers are replaced one
 *                  after another, each when it has answered what it had accepted
 *
 * Returns the exit status: 0; 1 if it could not start (`log` says why) or had to end workers. */
int server_run(struct app *app);

#endif
