import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, runSql, startPostgres } from '../test/support/postgres-server.ts';
import { type Part, serverCpu, startPart } from './run-part.ts';
import type { Bench } from './sections.ts';
import type { SentPart } from './send-part.ts';
import { writeConfig } from './sending.ts';
import { type Sink, startSink } from './sink.ts';

const COUNT = 6000;
const SENDERS = [1, 2, 4];

/** Messages a second of 1, 2 and 4 senders, each a process with 20 connections, on one PostgreSQL and one sink. */
export async function benchSenders({ short, numbers, add }: Bench): Promise<void> {
  if (short) return;
  const sink = await startSink();
  const postgres = await startPostgres({ durable: true });
  try {
    const count = numbers[0] ?? COUNT;
    for (const senders of SENDERS) {
      const { rate, parts, serverCpuSeconds } = await sendTogether(sink, postgres, senders, count);
      const sum = (figure: 'cpuSeconds' | 'peakMegabytes') =>
        parts.reduce((total, part) => total + part[figure], 0);
      const longest = Math.max(...parts.map(({ longestBlockMs }) => longestBlockMs));
      const server = `PostgreSQL's own CPU ${serverCpuSeconds.toFixed(2)} s`;
      add({
        work: `${count.toLocaleString('en-US')} messages, ${senders} senders on PostgreSQL`,
        unit: '/s',
        ours: {
          ...{ value: rate, cpuSeconds: sum('cpuSeconds') },
          peakMegabytes: sum('peakMegabytes'),
        },
        note: `${server}, event loop blocked for at most ${longest.toFixed(0)} ms`,
      });
    }
  } finally {
    await postgres.stop();
    await sink.stop();
  }
}

async function sendTogether(sink: Sink, postgres: PostgresServer, senders: number, count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
  await runSql(postgres.url, 'postgres', 'create database bench');
  const databaseUrl = `${postgres.url}bench`;
  const { file: config } = writeConfig(folder, sink.url);
  const setting = { config, relayUrl: sink.url, databaseUrl };
  let parts: readonly Part<SentPart>[] = [];
  try {
    await (await startPart('fill', setting, count)).run();
    parts = await Promise.all(
      Array.from({ length: senders }, () => startPart<SentPart>('send', setting, Infinity)),
    );
    const cpu = await serverCpu(databaseUrl);
    const before = cpu();
    const done = await Promise.all(parts.map((part) => part.run()));
    const sent = done.reduce((sum, part) => sum + part.sent, 0);
    if (sent !== count) throw new Error(`${sent} of ${count} were sent`);
    const seconds = Math.max(...done.map((part) => part.seconds));
    return { rate: count / seconds, parts: done, serverCpuSeconds: cpu() - before };
  } finally {
    for (const part of parts) part.kill();
    await runSql(postgres.url, 'postgres', 'drop database bench with (force)');
    rmSync(folder, { recursive: true, force: true });
  }
}
