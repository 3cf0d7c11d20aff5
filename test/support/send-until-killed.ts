// Started by a test, which kills it: sends the unfinished edition of a paper.
import { systemChance } from '../../src/base/chance.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { readTemplates } from '../../src/jobs/read-templates.ts';
import { readTexts } from '../../src/jobs/read-texts.ts';
import { askService } from '../../src/jobs/sending/ask-service.ts';
import { deliverEdition } from '../../src/jobs/sending/deliver-edition.ts';
import { prepareSend } from '../../src/jobs/sending/prepare-send.ts';
import { openRelay } from '../../src/smtp/open-relay.ts';
import { openStore } from '../../src/store/database/open-store.ts';
import { makeConfig, NEWSLETTER } from './paper.ts';

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
  chance: systemChance,
  machineClock: systemClock,
};
const prepared = await prepareSend(deps, { newsletter: NEWSLETTER, force: true });
if (prepared.kind === 'ready') await deliverEdition(deps, prepared);
await store.close();
