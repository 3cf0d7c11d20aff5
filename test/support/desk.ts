import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openStore } from '../../src/database/open-store.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import type { SendReport } from '../../src/delivery/run/send-report.ts';
import type { SendDependencies } from '../../src/delivery/send-dependencies.ts';
import type { Config } from '../../src/settings/config.ts';
import { cleanUpAfter } from './clean-up-after.ts';
import { answerAsService, NEWSLETTER, type TestSite } from './test-site.ts';

/** A place where the test site's SQLite database may be: opened for each thing that is done, as a command does. */
export interface Desk {
  readonly folder: string;
  /** Does something with the database that is in the folder now. */
  use<T>(work: (deps: SendDependencies) => Promise<T>): Promise<T>;
  /** As `send --yes` does; undefined when there is nothing to send. */
  send(): Promise<SendReport | undefined>;
  /** What was said to the user so far. */
  readonly said: string[];
}

/** A folder that is gone when the test ends. */
export function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-desk-'));
  cleanUpAfter(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A desk in `folder` (made where it is missing), on the machine and with the journal that `config` says. */
export function openDesk(testSite: TestSite, folder: string, config: Partial<Config> = {}): Desk {
  mkdirSync(folder, { recursive: true });
  const said: string[] = [];
  const settings: Config = {
    ...testSite.deps.config,
    machine: 'ada',
    databaseUrl: `sqlite:${join(folder, 'paper.db')}`,
    journalFile: join(folder, 'paper.journal.jsonl'),
    ...config,
  };
  const log = { ...testSite.deps.log, info: (line: string) => void said.push(line) };
  const use: Desk['use'] = async (work) => {
    const store = await openStore(settings.databaseUrl);
    try {
      const deps: SendDependencies = {
        ...{ ...testSite.deps, config: settings, store, log },
        askService: answerAsService(() => deps),
      };
      return await work(deps);
    } finally {
      await store.close();
    }
  };
  return {
    ...{ folder, said, use },
    send: () =>
      use(async (deps) => {
        const prepared = await prepareSend(deps, { newsletter: NEWSLETTER });
        return prepared.kind === 'ready' ? deliverEdition(deps, prepared) : undefined;
      }),
  };
}

/** Copies a file as a backup does: what is at `to` is replaced by another file. */
export function putBack(from: string, to: string): void {
  rmSync(to, { force: true });
  cpSync(from, to);
}
