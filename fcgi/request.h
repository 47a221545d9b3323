/* request.h - struct request from the parameters of a FastCGI request. */
#ifndef SITA_FCGI_REQUEST_H
#define SITA_FCGI_REQUEST_H

#include <fcgiapp.h>
#include <stdint.h>

#include "handlers/request.h"

/* Fills rq from the parameters that nginx sends (nginx/ has the list), but not its body: path and
 * query come from REQUEST_URI, so that they are the bytes that the client sent. A request id that
 * is missing or malformed is replaced by a new one. Strings are borrowed from envp or live in a.
 * Returns 0, or the HTTP status of the refusal; rq is then good enough for job_error. */
int request_from_params(struct request *rq, struct arena *a, char *const *envp);

/* Reads the body into rq's arena until its end. It must be as long as CONTENT_LENGTH says, at most
 * max bytes, and there before `deadline` (counters_clock); 0, or the HTTP status of the refusal:
 * 413, 400, or 408 if it did not come in time, after which nobody waits for an answer. */
int request_read_body(struct request *rq, FCGX_Stream *in, size_t max, int64_t deadline);

/* The least that job_error needs. */
void request_blank(struct request *rq, struct arena *a);

#endif
