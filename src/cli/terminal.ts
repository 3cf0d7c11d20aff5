import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { styleText } from 'node:util';
import type { Log } from '../kernel/log.ts';
import { visibleText } from '../kernel/visible-text.ts';
import { formatDuration } from './format.ts';

type Style = Parameters<typeof styleText>[0];

const COLOUR = '\x1b[';
/** Marks the beginning of our own colours. The author of a file cannot guess it. */
const OUR_COLOUR = `\x1b${randomBytes(8).toString('hex')}`;

/** `text` in a style, without any text that looks like the mark of our colours. */
function painted(style: Style, text: string, stream: NodeJS.WriteStream): string {
  const safe = text.split(OUR_COLOUR).map(visibleText).join(OUR_COLOUR);
  return styleText(style, safe, { stream }).replaceAll(COLOUR, OUR_COLOUR);
}

function shown(text: string): string {
  return text.split(OUR_COLOUR).map(visibleText).join(COLOUR);
}

async function writeWhole(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/**
 * The two output streams of a command. Results go to `out`, messages to `err`. All output to a terminal
 * passes here. Characters from files, relays and databases that a terminal would execute are spelled out
 * (`visibleText`). Only the colours of `paint` pass.
 */
export const processTerminal = {
  /** Prints a line of the result on standard output. */
  out: (line = '') => void process.stdout.write(`${shown(line)}\n`),
  /** Writes a part of the result, and waits for a slow reader. */
  write: (text: string) => writeWhole(shown(text)),
  /** Writes data, unchanged unless it goes to a terminal, and waits like `write`. */
  writeData: (text: string) =>
    writeWhole(process.stdout.isTTY ? shown(text.replaceAll('\r\n', '\n')) : text),
  /** Prints a message on standard error. */
  err: (line: string) => void process.stderr.write(`${shown(line)}\n`),
  /** `text` in a style, if the stream is a terminal that wants colours (NO_COLOR is respected). */
  paint: (style: Style, text: string) => painted(style, text, process.stdout),
  paintErr: (style: Style, text: string) => painted(style, text, process.stderr),
  /** Whether there is a person to ask. */
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
};

/** Where a command prints: the terminal of the process, or one of a test. */
export type Terminal = Readonly<typeof processTerminal>;

/** Shorter work shows no progress bar. */
const QUIET_MS = 1000;

/** A log on a terminal; `close` removes the progress bar. */
export type TerminalLog = Log & { close(): void };

/**
 * A log on standard error: `detail` only if `verbose`, a progress bar only on a terminal and for work of
 * over a second.
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

// The bar of @clack/prompts would take over the keyboard: Ctrl-C would not stop a send cleanly any more.
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
          // A narrow terminal cuts it off: the numbers come first.
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
        // Before the first step is done there is no rate.
        left: perSecond > 0 ? `${formatDuration((total - done) / perSecond)} left` : '',
      });
    },
  };
}
