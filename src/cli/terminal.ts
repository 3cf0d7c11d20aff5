import { once } from 'node:events';
import { styleText } from 'node:util';
import type { Log } from '../base/log.ts';
import { formatDuration } from './format.ts';

type Style = Parameters<typeof styleText>[0];

/** The two streams a command writes to, and how. Results go to `out`, messages to `err`. */
export interface Terminal {
  /** Prints a line of the result on standard output. */
  out(line?: string): void;
  /** Writes `text` as it is to standard output, and waits while the reader is slower than we are. */
  write(text: string): Promise<void>;
  /** Prints a message on standard error. */
  err(line: string): void;
  /** `text` in a style, where the stream is a terminal that wants colours (NO_COLOR is heeded). */
  paint(style: Style, text: string): string;
  paintErr(style: Style, text: string): string;
  /** Whether there is a person to ask. */
  readonly interactive: boolean;
}

/** The terminal that the process runs on. */
export const processTerminal: Terminal = {
  out: (line = '') => void process.stdout.write(`${line}\n`),
  write: async (text) => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  err: (line) => void process.stderr.write(`${line}\n`),
  paint: (style, text) => styleText(style, text, { stream: process.stdout }),
  paintErr: (style, text) => styleText(style, text, { stream: process.stderr }),
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
};

/** Work shorter than this shows no progress bar. */
const QUIET_MS = 1000;

/** A log on a terminal; `close` takes the progress bar away. */
export type TerminalLog = Log & { close(): void };

/**
 * A log on standard error: `detail` only when `verbose`, a progress bar only on a terminal and for
 * work of over a second.
 */
export async function openTerminalLog(terminal: Terminal, verbose: boolean): Promise<TerminalLog> {
  const bar = process.stderr.isTTY ? await openProgressBar() : undefined;
  const print = (line: string) => {
    bar?.stop();
    terminal.err(line);
  };
  return {
    info: print,
    detail: (line) => verbose && print(line),
    progress: (label, done, total) => bar?.show(label, done, total),
    close: () => bar?.stop(),
  };
}

async function openProgressBar() {
  const { default: cliProgress } = await import('cli-progress');
  const startedAt = performance.now();
  type Bar = InstanceType<typeof cliProgress.SingleBar>;
  let current: { label: string; bar: Bar; startedAt: number; before: number } | undefined;
  const stop = () => {
    current?.bar.stop();
    current = undefined;
  };
  return {
    stop,
    show(label: string, done: number, total: number) {
      if (performance.now() - startedAt < QUIET_MS) return;
      if (current?.label !== label) {
        stop();
        const options = {
          // A narrow terminal cuts it off, so the numbers come first.
          format: `${label} {value}/{total}  {percentage}%  {rate}  {bar}  {left}`,
          barsize: Math.max(8, Math.min(40, process.stderr.columns - 70)),
          clearOnComplete: true,
          hideCursor: true,
          stream: process.stderr,
        };
        const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
        bar.start(total, done, { rate: '', left: '' });
        current = { label, bar, startedAt: performance.now(), before: done };
      }
      const seconds = (performance.now() - current.startedAt) / 1000;
      const perSecond = (done - current.before) / Math.max(seconds, 0.1);
      current.bar.setTotal(total);
      current.bar.update(done, {
        rate: `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`,
        // Nothing to reckon with before the first is done.
        left: perSecond > 0 ? `${formatDuration((total - done) / perSecond)} left` : '',
      });
    },
  };
}
