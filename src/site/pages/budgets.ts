import { WebError } from '../../web/web-error.ts';

/** The mail budgets are for one hour. */
const HOUR_SECONDS = 3600;

/** Ends a request for a mail if this client or all together have used up their hour. */
export function tooManyMails(): WebError {
  return new WebError(429, HOUR_SECONDS);
}
