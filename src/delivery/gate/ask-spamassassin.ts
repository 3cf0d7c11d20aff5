import { execFile } from 'node:child_process';
import type { SpamScore } from './inspect-message.ts';

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 5_000_000;

/**
 * The score that SpamAssassin on this machine gives a message, by its local rules: no question leaves the machine.
 * Undefined if it is not installed, or says nothing within 30 seconds. Never throws.
 */
export async function askSpamAssassin(bytes: Buffer): Promise<SpamScore | undefined> {
  const said = await new Promise<string>((resolve) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MOST_BYTES, killSignal: 'SIGKILL' } as const;
    const child = execFile('spamassassin', ['--local', '--test-mode'], options, (error, output) =>
      resolve(error ? '' : output),
    );
    // It may end before it has read everything.
    child.stdin?.on('error', () => {}).end(bytes);
  });
  const [head = ''] = said.replaceAll('\r', '').split('\n\n');
  const status = /^X-Spam-Status:(.*(?:\n[ \t].*)*)/im.exec(head)?.[1]?.replaceAll(/\n\s+/g, ' ');
  const [, score, required] = /score=(-?[\d.]+) required=([\d.]+)/.exec(status ?? '') ?? [];
  if (status === undefined || score === undefined) return undefined;
  const [, rules = ''] = /tests=(.*?)(?:\s\w+=|$)/.exec(status) ?? [];
  return {
    score: Number(score),
    required: Number(required),
    rules: rules.split(/[\s,]+/).filter((rule) => /^[A-Z]\w+$/.test(rule)),
  };
}
