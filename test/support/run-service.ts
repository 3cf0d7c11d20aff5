// Started by tests, some of which kill it: runs the schedule and the delivery of a test site once, at a
// given time. With a step it kills itself (SIGKILL) before its so-manieth statement of the database or
// write to a file, counted from 1; else it prints how many there were.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';
import pg from 'pg';
import { openStore } from '../../src/database/open-store.ts';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import type { ServiceDependencies } from '../../src/delivery/send-dependencies.ts';
import { openChangeSignal } from '../../src/kernel/change-signal.ts';
import { stoppedClock, systemClock } from '../../src/kernel/clock.ts';
import { silentEventLog } from '../../src/kernel/log.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { checkSchedule } from '../../src/schedule/check-schedule.ts';
import { deliverNewsletter } from '../../src/service/deliver-newsletter.ts';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import type { NewsletterSettings } from '../../src/settings/settings.ts';
import { readTemplates } from '../../src/templates/read-templates.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { WEEKDAYS } from './schedule.ts';
import { answerAsService, makeConfig } from './test-site.ts';

const [folder = '', relayUrl = '', databaseUrl = '', now = '', killStep = '0'] =
  process.argv.slice(2);

const made = makeConfig({ folder, relayUrl, databaseUrl, connections: 1 });
const newsletter = { ...(made.newsletters[0] as NewsletterSettings), schedule: WEEKDAYS };
const config = { ...made, newsletters: [newsletter] };
const store = await openStore(config.databaseUrl);
const deps: ServiceDependencies = {
  ...{ config, store, openRelay },
  askService: answerAsService(() => deps),
  templates: readTemplates(config.folders.templates),
  textsOf: readTexts(config.folders.languages),
  ...{ clock: stoppedClock(Temporal.Instant.from(now)), machineClock: systemClock },
  ...{ log: silentEventLog, random: systemRandom },
  signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
};

let steps = 0;
const dying = <Call extends (...given: never[]) => unknown>(call: Call): Call =>
  function (this: unknown, ...given: Parameters<Call>) {
    steps += 1;
    if (steps === Number(killStep)) process.kill(process.pid, 'SIGKILL');
    return call.apply(this, given);
  } as Call;
const { run, all } = StatementSync.prototype;
Object.assign(StatementSync.prototype, { run: dying(run), all: dying(all) });
Object.assign(pg.Client.prototype, { query: dying(pg.Client.prototype.query as never) });
Object.assign(fs, { writeFileSync: dying(fs.writeFileSync), fsyncSync: dying(fs.fsyncSync) });
syncBuiltinESMExports();

await checkSchedule(deps, openCalendars(config, deps.log));
await deliverNewsletter(deps, newsletter, new AbortController().signal);
process.stdout.write(`steps: ${steps}\n`);
await store.close();
