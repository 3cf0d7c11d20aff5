import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../src/cli/assemble.ts';
import type { Store } from '../src/database/open-store.ts';
import { type DkimAlgorithm, writeNewKey } from '../src/delivery/message/dkim-keys.ts';
import type { SendDependencies } from '../src/delivery/send-dependencies.ts';
import { type Edition, PLACEHOLDERS } from '../src/editions/edition.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { type Log, silentLog } from '../src/kernel/log.ts';
import type { Config } from '../src/settings/config.ts';
import { loadConfig } from '../src/settings/load-config.ts';
import { importSubscribers } from '../src/subscribers/import/import-subscribers.ts';
import { environmentOf } from './run-part.ts';
import { CONNECTIONS } from './send-measure.ts';

// What the benches of sending share: a config, readers, an edition.

/** What a send needs, as the program has it. */
export function sendDependencies(
  config: Config,
  store: Store,
  log: Log = silentLog,
): SendDependencies {
  return assemble(config, store, log, systemClock);
}

/** As a publisher has it: a file, and what is secret in the environment. */
export function writeConfig(
  folder: string,
  relayUrl: string,
  {
    databaseUrl,
    dkim,
    more = [],
  }: {
    databaseUrl?: string | undefined;
    dkim?: DkimAlgorithm | undefined;
    /** Lines of YAML. */
    more?: readonly string[];
  } = {},
): Config & { readonly file: string } {
  const file = join(folder, 'config', 'broadsheet.yaml');
  mkdirSync(join(folder, 'config'));
  const newsletter =
    'from: { name: Bench, address: paper@bench.example }, postalAddress: 1 Quay Street';
  const key = { domain: 'bench.example', selector: 'bench', keyFile: join(folder, 'key.pem') };
  if (dkim !== undefined) writeNewKey(key, dkim);
  writeFileSync(
    file,
    [
      'site: { title: Bench, url: "https://bench.example/", author: { name: Bench } }',
      `email: { connections: ${CONNECTIONS}, dkim: ${JSON.stringify(dkim === undefined ? [] : [key])} }`,
      ...more,
      'newsletters:',
      ...['warm-up', 'bench'].map((id) => `  - { id: ${id}, name: Bench, ${newsletter} }`),
    ].join('\n'),
  );
  const setting = { relayUrl, databaseUrl: databaseUrl ?? `sqlite:${join(folder, 'bench.db')}` };
  return { ...loadConfig(file, environmentOf({ config: file, ...setting })), file };
}

/** Imports `reader-0@example.org` and so on. */
export async function importReaders(
  deps: SendDependencies,
  newsletter: string,
  count: number,
): Promise<void> {
  const bytes = (async function* () {
    for (let from = 0; from < count; from += LINES_AT_ONCE) {
      const length = Math.min(LINES_AT_ONCE, count - from);
      const lines = Array.from({ length }, (_, at) => `reader-${from + at}@example.org\n`);
      yield Buffer.from(lines.join(''));
    }
  })();
  await importSubscribers(deps, { newsletter, source: 'bench', bytes });
}

const LINES_AT_ONCE = 1000;

/** A message of about 70 KB. */
export function editionOf(newsletter: string): Edition {
  const paragraph =
    '<p style="margin:0 0 16px">The harbour wall stands, “as it should”, said the mayor, and what it cost will be known in spring.</p>\n';
  return {
    ...{ id: `${newsletter}-2026-03-20`, newsletter, day: '2026-03-20' },
    ...{ subject: 'The harbour wall stands', preheader: 'And what it cost' },
    html: `<!doctype html>\n${paragraph.repeat(470)}<p>${PLACEHOLDERS.address}, <a href="${PLACEHOLDERS.unsubscribeUrl}">leave</a></p>\n`,
    text: `The harbour wall stands.\n\nLeave: ${PLACEHOLDERS.unsubscribeUrl}\n`,
    ...{ posts: [], composedAt: '2026-03-20T06:00:00.000Z' },
  };
}
