import { WebError } from '../../web/web-error.ts';

/** The budgets of mails are those of an hour. */
const HOUR_SECONDS = 3600;

/** Ends a request whose mail is beyond what this client, or all of them, may ask for within an hour. */
export function tooManyMails(): WebError {
  return new WebError(429, HOUR_SECONDS);
}
