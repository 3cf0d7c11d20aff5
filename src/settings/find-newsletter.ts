import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import type { Config } from './config.ts';
import type { NewsletterSettings } from './settings.ts';

/**
 * The newsletter with this `id`; without an id, the only newsletter. Throws a usage error that lists the
 * newsletters, or a config error if there is none.
 */
export function findNewsletter(config: Config, id: string | undefined): NewsletterSettings {
  const known = config.newsletters.map((newsletter) => newsletter.id);
  const [only] = config.newsletters;
  if (only === undefined) {
    const fact = 'has no newsletters; add one as config/broadsheet.yaml of Broadsheet shows';
    throw new BroadsheetError(EXIT.config, `${config.file}  ${fact}`);
  }
  if (id === undefined && known.length === 1) return only;
  const found = config.newsletters.find((newsletter) => newsletter.id === id);
  if (found !== undefined) return found;
  const fact = id === undefined ? 'which newsletter is meant?' : `there is no newsletter "${id}";`;
  throw new BroadsheetError(EXIT.usage, `${fact} write one of: ${known.join(', ')}`);
}

/** The newsletter that comes less often than the one with this `id` and is offered instead (`weekly`). */
export function weeklySisterOf(
  { newsletters }: Pick<Config, 'newsletters'>,
  id: string,
): NewsletterSettings | undefined {
  const weekly = newsletters.find((each) => each.id === id)?.weekly;
  return newsletters.find((each) => each.id === weekly);
}
