import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PostgresServer, runSql, startPostgres } from '../test/support/postgres-server.ts';
import { measure } from './measure.ts';
import { takeTurns } from './rounds.ts';
import type { Figure } from './rows.ts';
import type { Bench } from './sections.ts';
import { CONNECTIONS, type SendMeasure } from './send-measure.ts';
import { postfixTool, type Sink, startSink } from './sink.ts';

const COUNT = 5000;
const FEW = 1000;
const BYTES = 70_000;

const SOURCE = 'smtp-source';
const RAW = 'nodemailer, raw bytes';
const SQLITE = 'SQLite';

type Ways = Readonly<Record<string, () => Promise<SendMeasure>>>;

/**
 * Messages a second of about 70 KB over 20 connections to a relay on this machine that throws them
 * away: ours with the ledger, without, and signed, beside nodemailer's pool and Postfix's
 * smtp-source where it is installed.
 */
export async function benchSend(bench: Bench): Promise<void> {
  const sink = await startSink();
  try {
    await benchFew(sink, bench);
    if (!bench.short) await benchMany(sink, bench);
  } finally {
    await sink.stop();
  }
}

/** On SQLite, above all the CPU: other programs on the machine change it little. */
async function benchFew(sink: Sink, { short, rounds, add }: Bench): Promise<void> {
  const measures = await takeTurns<SendMeasure, string>(rounds, {
    [SQLITE]: () => sendWith(sink, 'job', FEW),
    [RAW]: () => sendWith(sink, 'raw', FEW),
    ...smtpSource(sink, FEW),
    ...(!short && { 'nodemailer, sendMail': () => sendWith(sink, 'sendMail', FEW) }),
  });
  const { [SQLITE]: ours, ...peers } = measures;
  if (ours === undefined) return;
  const work = `${FEW.toLocaleString('en-US')} messages, ${SQLITE}`;
  for (const [name, peer] of Object.entries(peers)) {
    if (!short) add({ work, unit: '/s', ours: rate(ours), peer: { name, ...rate(peer) } });
    const cpu = { ours: inCpu(ours), peer: { name, ...inCpu(peer) } };
    add({ work: `${work}, CPU`, unit: 's', ...cpu, goal: '0.4 s' });
  }
}

async function benchMany(sink: Sink, { rounds, numbers, add }: Bench): Promise<void> {
  const [count = COUNT] = numbers;
  // Durable, as in earnest: what is on record has to be there after a power cut.
  const postgres = await startPostgres({ durable: true });
  const ours = (way: string) => () => sendWith(sink, way, count);
  try {
    const measures = await takeTurns<SendMeasure, string>(rounds, {
      [SQLITE]: ours('job'),
      PostgreSQL: () => sendOnPostgres(sink, postgres, count),
      'no ledger': ours('relay'),
      'no ledger, Ed25519': ours('ed25519'),
      'no ledger, RSA-2048': ours('rsa'),
      [RAW]: ours('raw'),
      ...smtpSource(sink, count),
    });
    const { [RAW]: raw, [SOURCE]: source, ...ways } = measures;
    for (const [way, measured] of Object.entries(ways)) {
      const work = `${count.toLocaleString('en-US')} messages, ${way}`;
      const row = {
        work,
        unit: '/s',
        ours: rate(measured),
        note: cpuNote(measured, count),
      } as const;
      if (raw !== undefined) add({ ...row, peer: { name: RAW, ...rate(raw) } });
      const goal = GOALS[way];
      if (source !== undefined) {
        add({ ...row, peer: { name: SOURCE, ...rate(source) }, ...(goal && { goal }) });
      }
    }
  } finally {
    await postgres.stop();
  }
}

/** Of smtp-source's rate. */
const GOALS: Readonly<Record<string, string>> = {
  [SQLITE]: '0.95',
  PostgreSQL: '0.8',
  'no ledger, Ed25519': '0.8',
  'no ledger, RSA-2048': '0.5',
};

function rate(measured: SendMeasure): Figure {
  return { ...measured, value: measured.messagesPerSecond };
}

function inCpu(measured: SendMeasure): Figure {
  return { ...measured, value: measured.cpuSeconds };
}

function cpuNote({ cpuSeconds, serverCpuSeconds }: SendMeasure, count: number): string {
  const perThousand = (seconds: number) => `${((seconds * 1000) / count).toFixed(2)} s`;
  const server = serverCpuSeconds > 0 ? ` and PostgreSQL's ${perThousand(serverCpuSeconds)}` : '';
  return `CPU for 1,000: ${perThousand(cpuSeconds)}${server}`;
}

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

/** Postfix's load generator, with a connection for each message; empty where it is not installed. */
function smtpSource(sink: Sink, count: number): Ways {
  const source = postfixTool(SOURCE);
  if (source === undefined) return {};
  return {
    [SOURCE]: async () => {
      const { seconds, cpuSeconds, peakMegabytes } = await measure(source, [
        ...['-s', String(CONNECTIONS), '-m', String(count), '-l', String(BYTES)],
        ...['-f', 'paper@example.org', '-t', 'reader@example.org', new URL(sink.url).host],
      ]);
      return { messagesPerSecond: count / seconds, cpuSeconds, serverCpuSeconds: 0, peakMegabytes };
    },
  };
}
