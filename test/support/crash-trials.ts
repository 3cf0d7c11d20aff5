import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/database/open-store.ts';
import type { EmailAddress } from '../../src/kernel/email-address.ts';
import { changeSubscriptions } from '../../src/subscribers/change-subscriptions.ts';
import { newSubscriber } from '../../src/subscribers/new-subscriber.ts';
import { type CountingRelay, openCountingRelay } from './counting-relay.ts';
import { CONFIG, forced, inheritedEnvironment, postText } from './program.ts';

export interface CrashTrials {
  /** Editions that are sent, each killed at least once on its way. */
  readonly sends: number;
  readonly subscribers: number;
  readonly connections: number;
  /** How often one send is killed at most. */
  readonly mostKills: number;
  /** Gives the URL of a new database for each send. */
  readonly newDatabase: (folder: string) => Promise<string>;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly onSend?: (figures: CrashFigures) => void;
}

/** What came of it, added up. */
export interface CrashFigures {
  sends: number;
  kills: number;
  /** Of the kills, how many came while messages were going out. */
  killsInFlight: number;
  /** Messages that relays took. */
  taken: number;
  /** People who got nothing. */
  lost: number;
  /** Copies beyond the first. */
  extraCopies: number;
  /** Sends with more extra copies than connections for each kill. */
  overBound: number;
  /** Extra copies to people whom the ledger does not name as in doubt. */
  undeclared: number;
  /** Extra copies with another Message-ID than the first. */
  otherMessageId: number;
  /** Sends whose books did not say that everyone was served. */
  unbalanced: number;
}

/** The figures that have to be 0 and are not. */
export function crashProblems(figures: CrashFigures): Partial<CrashFigures> {
  const { lost, overBound, undeclared, otherMessageId, unbalanced } = figures;
  const none = { lost, overBound, undeclared, otherMessageId, unbalanced };
  return Object.fromEntries(Object.entries(none).filter(([, figure]) => figure !== 0));
}

const PROGRAM = join(import.meta.dirname, '../../bin/broadsheet.js');
const NOW = '2026-03-20T07:00';

/** Subscribers that are stored by one query. */
const AT_ONCE = 500;

/**
 * Sends editions with the real program to a relay that counts, kills the program (SIGKILL) at random
 * moments, and lets it go on by running it again, until everyone should have been served.
 */
export async function runCrashTrials(trials: CrashTrials): Promise<CrashFigures> {
  const figures: CrashFigures = {
    ...{ sends: 0, kills: 0, killsInFlight: 0, taken: 0, lost: 0, extraCopies: 0 },
    ...{ overBound: 0, undeclared: 0, otherMessageId: 0, unbalanced: 0 },
  };
  for (let send = 0; send < trials.sends; send += 1) {
    await runTrial(trials, figures);
    trials.onSend?.(figures);
  }
  return figures;
}

async function runTrial(trials: CrashTrials, figures: CrashFigures): Promise<void> {
  const { random, subscribers, connections } = trials;
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-crash-'));
  const relay = await openCountingRelay(() => random() * 3);
  try {
    const databaseUrl = await trials.newDatabase(folder);
    const environment = {
      ...{ BROADSHEET_DATABASE_URL: databaseUrl, BROADSHEET_SMTP_URL: relay.url },
      BROADSHEET_SECRET: 'a-key-for-tests-only',
    };
    makeProject(folder, connections);
    await subscribe(databaseUrl, subscribers);
    const run = (...args: readonly string[]) => start(folder, environment, forced(args));
    const before = { ...figures };
    const kills = 1 + Math.floor(random() * trials.mostKills);
    for (let kill = 0; kill < kills; kill += 1) await killOnce(trials, figures, relay, run);
    // What the last kill left is due at once; what was in doubt twice waits for an editor's word.
    const last = ['--in-doubt', 'resend', '--now', NOW];
    const code = await run('send', 'daily', '--yes', ...last).exited;
    if (code !== 0) figures.unbalanced += 1;
    await countUp(figures, databaseUrl, relay, trials);
    const bound = (figures.kills - before.kills) * connections;
    if (figures.extraCopies - before.extraCopies > bound) figures.overBound += 1;
    figures.sends += 1;
  } finally {
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeProject(folder: string, connections: number): void {
  mkdirSync(join(folder, 'config'));
  mkdirSync(join(folder, 'posts'));
  const config = `${CONFIG}email: {connections: ${connections}}\n`;
  writeFileSync(join(folder, 'config/broadsheet.yaml'), config);
  writeFileSync(join(folder, 'posts/2026-03-19-wall.md'), postText('The wall stands'));
}

function addressOf(number: number): EmailAddress {
  return `reader${number}@example.org` as EmailAddress;
}

async function subscribe(databaseUrl: string, subscribers: number): Promise<void> {
  const at = '2026-03-20T06:00:00.000Z';
  const facts = { newsletter: 'daily', status: 'active', changedAt: at } as const;
  const consent = { at, source: 'a test' };
  const store = await openStore(databaseUrl);
  for (let from = 0; from < subscribers; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, subscribers - from);
    const people = Array.from({ length }, (_, index) =>
      newSubscriber({ ...facts, consent, address: addressOf(from + index) }),
    );
    const nowhere = { journalFile: '', hooks: [] };
    await changeSubscriptions(store.db, nowhere, (writer) => writer.add(people, 'a test'));
  }
  await store.close();
}

/** A running program; `exited` gives its exit code, null for one that was killed. */
function start(folder: string, environment: NodeJS.ProcessEnv, args: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: { ...inheritedEnvironment(), ...environment },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, exited };
}

/** Starts a send and kills it: mostly while messages go out, sometimes before, by time. */
async function killOnce(
  { random, subscribers }: CrashTrials,
  figures: CrashFigures,
  relay: CountingRelay,
  run: (...args: readonly string[]) => ReturnType<typeof start>,
): Promise<void> {
  const before = relay.taken.length;
  const { child, exited } = run('send', 'daily', '--yes', '--now', NOW);
  const kill = () => void child.kill('SIGKILL');
  const left = Math.max(1, subscribers - before);
  let timer: NodeJS.Timeout | undefined;
  if (random() < 0.1) timer = setTimeout(kill, random() * 1000);
  else {
    relay.at(before + 1 + Math.floor(random() * left), () => {
      // Not always right after a message came: anywhere between two.
      timer = setTimeout(kill, random() * 4);
    });
  }
  const code = await exited;
  clearTimeout(timer);
  if (code !== null) return;
  figures.kills += 1;
  if (relay.taken.length > before) figures.killsInFlight += 1;
}

async function countUp(
  figures: CrashFigures,
  databaseUrl: string,
  { taken }: CountingRelay,
  { subscribers }: CrashTrials,
): Promise<void> {
  const doubted = await doubtedMessages(databaseUrl);
  const byPerson = Map.groupBy(taken, ({ to }) => to);
  figures.taken += taken.length;
  figures.lost += subscribers - byPerson.size;
  for (const [person, copies] of byPerson) {
    const extra = copies.length - 1;
    figures.extraCopies += extra;
    if (extra > 0 && !doubted.has(person)) figures.undeclared += extra;
    figures.otherMessageId += new Set(copies.map(({ messageId }) => messageId)).size - 1;
  }
}

async function doubtedMessages(databaseUrl: string): Promise<ReadonlySet<string>> {
  const store = await openStore(databaseUrl);
  try {
    const rows = await store.db
      .selectFrom('deliveries')
      .select('address')
      .where('in_doubt_at', 'is not', null)
      .execute();
    return new Set(rows.map((row) => row.address));
  } finally {
    await store.close();
  }
}
