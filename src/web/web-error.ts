import { STATUS_CODES } from 'node:http';

/** Ends a request with an error page of `statusCode`. Routes and hooks throw it. */
export class WebError extends Error {
  readonly statusCode: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(statusCode: number, retryAfterSeconds?: number, options?: ErrorOptions) {
    super(STATUS_CODES[statusCode] ?? 'Error', options);
    this.name = 'WebError';
    this.statusCode = statusCode;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
