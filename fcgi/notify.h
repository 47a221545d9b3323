/* notify.h - telling systemd how the service does: the datagram protocol of sd_notify(3).
 *
 * Without NOTIFY_SOCKET in the environment every function does nothing. */
#ifndef SITA_FCGI_NOTIFY_H
#define SITA_FCGI_NOTIFY_H

/* Sends one state: "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…"; several are separated by
 * newlines. Errors are ignored: a supervisor that is away must not stop the service. */
void notify_send(const char *state);

/* Says that the configuration is being read again; end it with READY=1. */
void notify_reloading(void);

/* Milliseconds between two WATCHDOG=1, half of what WATCHDOG_USEC asks for; -1 if it does not ask,
 * or asks another process (WATCHDOG_PID). */
int notify_watchdog_ms(void);

#endif
