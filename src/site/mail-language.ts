import type { Config } from '../settings/config.ts';

/**
 * The language of a mail that answers a form: the form's, where it is a language and perhaps a
 * region, else the site's. What a sender could write besides would stand in a mail to somebody else.
 */
export function mailLanguage({ web }: Config, asked: string): string {
  return /^[a-z]{2,3}(-[a-z]{2})?$/i.test(asked) ? asked : web.language;
}
