// Started by a test, which kills it: sends the unfinished edition of a test site.

import { openStore } from '../../src/database/open-store.ts';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import { askService } from '../../src/delivery/run/ask-service.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { readTemplates } from '../../src/templates/read-templates.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { makeConfig, NEWSLETTER } from './test-site.ts';

const [folder = '', relayUrl = '', databaseUrl = ''] = process.argv.slice(2);
const config = makeConfig({ folder, relayUrl, databaseUrl, connections: 4 });
const store = await openStore(config.databaseUrl);
const templates = readTemplates(config.folders.templates);
const deps = {
  config,
  store,
  templates,
  openRelay,
  askService,
  textsOf: readTexts(config.folders.languages),
  clock: systemClock,
  log: silentLog,
  random: systemRandom,
  machineClock: systemClock,
};
const prepared = await prepareSend(deps, { newsletter: NEWSLETTER, force: true });
if (prepared.kind === 'ready') await deliverEdition(deps, prepared);
await store.close();
