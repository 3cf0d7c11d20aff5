import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PostgresServer, runSql, startPostgres } from '../test/support/postgres-server.ts';
import { measure } from './measure.ts';
import { CONNECTIONS, median, type SendMeasure } from './send-measure.ts';
import { postfixTool, type Sink, startSink } from './sink.ts';

const COUNT = 5000;
const BYTES = 70_000;
const ROUNDS = 3;

/** One line of the table: a way to send. */
interface Row {
  readonly name: string;
  run(): Promise<SendMeasure>;
}

/**
 * `npm run bench -- send [COUNT]`: messages a second of about 70 KB over 20 connections to a relay
 * on this machine that throws them away: ours with the ledger, without, and signed,
 * nodemailer's pool, and
 * Postfix's smtp-source where it is installed. Medians of three rounds, in which the ways take turns.
 */
export async function benchSend(count = COUNT): Promise<void> {
  const sink = await startSink();
  // Durable, as in earnest: what is on record has to be there after a power cut.
  const postgres = await startPostgres({ durable: true });
  try {
    const rows = rowsOf(sink, postgres, count);
    const measures = rows.map((): SendMeasure[] => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, row] of rows.entries()) measures[index]?.push(await row.run());
    }
    const medians = new Map(rows.map(({ name }, index) => [name, median(measures[index] ?? [])]));
    print(sink, count, medians);
  } finally {
    await postgres.stop();
    await sink.stop();
  }
}

const SOURCE = 'smtp-source';

function rowsOf(sink: Sink, postgres: PostgresServer, count: number): readonly Row[] {
  const ours =
    (way: string, ...more: readonly string[]) =>
    () =>
      sendWith(sink, way, count, more);
  const source = postfixTool(SOURCE);
  return [
    { name: 'ours, ledger on SQLite', run: ours('job') },
    { name: 'ours, ledger on PostgreSQL', run: () => sendOnPostgres(sink, postgres, count) },
    { name: 'ours, no ledger', run: ours('relay') },
    { name: 'the same, Ed25519', run: ours('ed25519') },
    { name: 'the same, RSA-2048', run: ours('rsa') },
    { name: 'nodemailer, sendMail', run: ours('sendMail') },
    { name: 'nodemailer, raw bytes', run: ours('raw') },
    ...(source === undefined
      ? []
      : [
          { name: SOURCE, run: () => sendWithPostfix(source, sink, count, []) },
          { name: `${SOURCE} -d`, run: () => sendWithPostfix(source, sink, count, ['-d']) },
        ]),
  ];
}

async function sendWith(
  sink: Sink,
  way: string,
  count: number,
  more: readonly string[],
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

/** Without -d it opens a connection for each message. */
async function sendWithPostfix(
  source: string,
  sink: Sink,
  count: number,
  options: readonly string[],
): Promise<SendMeasure> {
  const { seconds, cpuSeconds, peakMegabytes } = await measure(source, [
    ...[...options, '-s', String(CONNECTIONS), '-m', String(count), '-l', String(BYTES)],
    ...['-f', 'paper@example.org', '-t', 'reader@example.org', new URL(sink.url).host],
  ]);
  return { messagesPerSecond: count / seconds, cpuSeconds, serverCpuSeconds: 0, peakMegabytes };
}

function print(sink: Sink, count: number, medians: ReadonlyMap<string, SendMeasure>): void {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const reference = medians.get(SOURCE)?.messagesPerSecond;
  say(`${count} messages of ${BYTES / 1000} KB over ${CONNECTIONS} connections to ${sink.name}`);
  for (const [name, measure] of medians) {
    const { messagesPerSecond, cpuSeconds, serverCpuSeconds, peakMegabytes } = measure;
    const rate = messagesPerSecond.toFixed(0).padStart(6);
    const ratio = reference === undefined ? '   -' : (messagesPerSecond / reference).toFixed(2);
    const perThousand = (seconds: number) => ((seconds * 1000) / count).toFixed(2);
    const server = serverCpuSeconds > 0 ? `, the server's ${perThousand(serverCpuSeconds)} s` : '';
    const cpu = perThousand(cpuSeconds);
    const memory = peakMegabytes.toFixed(0).padStart(4);
    say(
      `${name.padEnd(26)} ${rate}/s  ${ratio} of ${SOURCE}  ${memory} MB  ${cpu} s of CPU per 1,000${server}`,
    );
  }
  if (reference === undefined)
    say(`${SOURCE} is not installed, so there is nothing to compare with`);
}
