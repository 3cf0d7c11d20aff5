import type { Store } from '../database/open-store.ts';
import { relayOpener } from '../delivery/relay/open-relay.ts';
import { askService } from '../delivery/run/ask-service.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { systemRandom } from '../kernel/random.ts';
import type { TextsOf } from '../kernel/texts.ts';
import type { Config } from '../settings/config.ts';
import { tokensBeside } from '../settings/state-place.ts';
import { readTemplates } from '../templates/read-templates.ts';
import { readTexts } from '../templates/read-texts.ts';

/**
 * What sending needs (`SendDependencies`), with the real relays, clock and files. Texts and templates are
 * read on demand: a broken template must not prevent anyone from being unsubscribed, and the service takes
 * a changed template into the next edition. Spreading the result reads them at once.
 */
export function assemble<L extends Log>(config: Config, store: Store, log: L, clock: Clock) {
  return Object.assign(textsAndTemplates(config), {
    config,
    store,
    log,
    clock,
    machineClock: systemClock,
    random: systemRandom,
    openRelay: relayOpener(tokensBeside(config.journalFile), systemClock),
    askService,
  });
}

/** The texts and templates of the site, for what needs no database. Read on demand, as above. */
export function textsAndTemplates(config: Config) {
  let texts: TextsOf | undefined;
  return {
    get textsOf() {
      texts ??= readTexts(config.folders.languages);
      return texts;
    },
    get templates() {
      return readTemplates(config.folders.templates);
    },
  };
}
