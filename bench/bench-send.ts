import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PostgresServer, runSql, startPostgres } from '../test/support/postgres-server.ts';
import { measure } from './measure.ts';
import { takeTurns } from './rounds.ts';
import type { Bench } from './sections.ts';
import { CONNECTIONS, type SendMeasure } from './send-measure.ts';
import { postfixTool, type Sink, startSink } from './sink.ts';

const COUNT = 5000;
const SHORT_COUNT = 1000;
const BYTES = 70_000;
const ROUNDS = 3;

const SOURCE = 'smtp-source';
const RAW = 'nodemailer, raw bytes';
const SQLITE = 'SQLite';

type Ways = Readonly<Record<string, () => Promise<SendMeasure>>>;

/**
 * Messages a second of about 70 KB over 20 connections to a relay on this machine that throws them
 * away: ours with the ledger, without, and signed, beside nodemailer's pool and Postfix's
 * smtp-source where it is installed.
 */
export async function benchSend({ short, numbers, add }: Bench): Promise<void> {
  const sink = await startSink();
  try {
    const peers = (count: number): Ways => ({
      [RAW]: () => sendWith(sink, 'raw', count),
      ...smtpSource(sink, count),
    });
    await compare(SHORT_COUNT, add, {
      ours: { [SQLITE]: () => sendWith(sink, 'job', SHORT_COUNT) },
      peers: peers(SHORT_COUNT),
    });
    if (short) return;
    // Durable, as in earnest: what is on record has to be there after a power cut.
    const postgres = await startPostgres({ durable: true });
    const count = numbers[0] ?? COUNT;
    try {
      await compare(count, add, {
        ours: {
          [SQLITE]: () => sendWith(sink, 'job', count),
          PostgreSQL: () => sendOnPostgres(sink, postgres, count),
          'no ledger': () => sendWith(sink, 'relay', count),
          'no ledger, Ed25519': () => sendWith(sink, 'ed25519', count),
          'no ledger, RSA-2048': () => sendWith(sink, 'rsa', count),
        },
        peers: {
          ...peers(count),
          'nodemailer, sendMail': () => sendWith(sink, 'sendMail', count),
        },
      });
    } finally {
      await postgres.stop();
    }
  } finally {
    await sink.stop();
  }
}

/** Of smtp-source, but the CPU. */
const GOALS: Readonly<Record<string, string>> = {
  [SQLITE]: '0.95',
  PostgreSQL: '0.8',
  'no ledger, Ed25519': '0.8',
  'no ledger, RSA-2048': '0.5',
};

/** Adds a row for each of our ways and each peer. */
async function compare(
  count: number,
  add: Bench['add'],
  { ours, peers }: { readonly ours: Ways; readonly peers: Ways },
): Promise<void> {
  const measures = await takeTurns(ROUNDS, { ...ours, ...peers });
  const figure = (way: string) => {
    const { messagesPerSecond, cpuSeconds, peakMegabytes } = measures[way] ?? NOTHING;
    return { value: messagesPerSecond, cpuSeconds, peakMegabytes };
  };
  const messages = `${count.toLocaleString('en-US')} messages`;
  for (const way of Object.keys(ours)) {
    for (const name of Object.keys(peers)) {
      const goal = name === SOURCE && GOALS[way] !== undefined ? { goal: GOALS[way] } : {};
      const peer = { name, ...figure(name) };
      const server = measures[way]?.serverCpuSeconds ?? 0;
      const note = server > 0 ? { note: `PostgreSQL's own CPU ${server.toFixed(2)} s` } : {};
      add({ work: `${messages}, ${way}`, unit: '/s', ours: figure(way), peer, ...goal, ...note });
    }
  }
}

const NOTHING: SendMeasure = {
  messagesPerSecond: Number.NaN,
  cpuSeconds: Number.NaN,
  serverCpuSeconds: Number.NaN,
  peakMegabytes: Number.NaN,
};

async function sendWith(
  sink: Sink,
  way: string,
  count: number,
  more: readonly string[] = [],
): Promise<SendMeasure> {
  const script = join(import.meta.dirname, 'send-with.ts');
  const args = ['--disable-warning=ExperimentalWarning', script, way, sink.url, String(count)];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...more]);
  return JSON.parse(stdout);
}

/** On a database of its own. */
async function sendOnPostgres(
  sink: Sink,
  { url }: PostgresServer,
  count: number,
): Promise<SendMeasure> {
  await runSql(url, 'postgres', 'create database bench');
  try {
    return await sendWith(sink, 'job', count, [`${url}bench`]);
  } finally {
    await runSql(url, 'postgres', 'drop database bench');
  }
}

/** Postfix's load generator; without -d it opens a connection for each message. */
function smtpSource(sink: Sink, count: number): Ways {
  const source = postfixTool(SOURCE);
  if (source === undefined) return {};
  const send = async (options: readonly string[]): Promise<SendMeasure> => {
    const { seconds, cpuSeconds, peakMegabytes } = await measure(source, [
      ...[...options, '-s', String(CONNECTIONS), '-m', String(count), '-l', String(BYTES)],
      ...['-f', 'paper@example.org', '-t', 'reader@example.org', new URL(sink.url).host],
    ]);
    return { messagesPerSecond: count / seconds, cpuSeconds, serverCpuSeconds: 0, peakMegabytes };
  };
  return { [SOURCE]: () => send([]), [`${SOURCE} -d`]: () => send(['-d']) };
}
