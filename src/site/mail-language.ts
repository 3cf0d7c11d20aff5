import type { Config } from '../settings/config.ts';

/**
 * The language of a mail that answers a form. It is the form's if it is a language code, with or without
 * a region; else the site's. Any other text from the form would appear in a mail to somebody else.
 */
export function mailLanguage({ web }: Config, asked: string): string {
  return /^[a-z]{2,3}(-[a-z]{2})?$/i.test(asked) ? asked : web.language;
}
