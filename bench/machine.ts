import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { PROGRAM_VERSION } from '../src/kernel/version.ts';
import { postfixTool } from './sink.ts';

/** A program that a section compares us with. */
interface Peer {
  readonly name: string;
  /** Undefined where it is not installed. */
  readonly version: string | undefined;
  /** What to do about that. */
  readonly remedy: string;
}

/** The peers that are no npm packages: they are used where they are installed. */
function findPeers(): readonly Peer[] {
  return [
    { name: 'Hugo', version: versionOf('hugo', ['version']), remedy: 'install hugo' },
    { name: 'nginx', version: versionOf('nginx', ['-v']), remedy: 'install nginx' },
    {
      name: 'Postfix',
      version:
        postfixTool('smtp-source') &&
        versionOf(postfixTool('postconf') ?? 'postconf', ['-d', '-h', 'mail_version']),
      remedy: 'install postfix, which brings smtp-source and smtp-sink',
    },
  ];
}

/** What was measured, when, and on what, as Markdown. */
export function describeRun(seconds: number): string {
  const gigabytes = (totalmem() / 2 ** 30).toFixed(1);
  const lines = [
    `${new Date().toISOString().slice(0, 10)}, Broadsheet ${PROGRAM_VERSION}${commit()}, ${seconds.toFixed(0)} s in all`,
    `${cpus()[0]?.model.trim() || 'a processor of unknown name'}, ${availableParallelism()} cores, ${gigabytes} GB of memory`,
    `${systemName()}, Node ${process.versions.node}`,
    ...findPeers().map(
      ({ name, version, remedy }) =>
        `${name}: ${version ?? `not there, so not compared; ${remedy}`}`,
    ),
    ...['nodemailer', 'markdown-it'].map((name) => `${name}: ${packageVersion(name)}`),
    'Zola: not compared; no package registry has it',
    process.env.BENCH_LISTMONK === undefined
      ? 'listmonk: not compared; set BENCH_LISTMONK to the URL of one that runs'
      : 'listmonk: the one at BENCH_LISTMONK',
  ];
  return lines.map((line) => `- ${line}\n`).join('');
}

/** The version that a program reports; undefined where it is not installed. */
function versionOf(command: string, args: readonly string[]): string | undefined {
  try {
    // nginx says it on its standard error.
    const script = '"$0" "$@" 2>&1';
    const said = execFileSync('sh', ['-c', script, command, ...args], { encoding: 'utf8' });
    return /\d+(\.\d+)+/.exec(said)?.[0] ?? said.trim().split('\n')[0];
  } catch {
    return undefined;
  }
}

function packageVersion(name: string): string {
  const file = join(import.meta.dirname, '../node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

function commit(): string {
  try {
    const args = ['-C', import.meta.dirname, 'rev-parse', '--short', 'HEAD'];
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return ` (${execFileSync('git', args, { encoding: 'utf8', stdio: [...stdio] }).trim()})`;
  } catch {
    return '';
  }
}

function systemName(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    return `${name ?? type()}, ${type()} ${release()}`;
  } catch {
    return `${type()} ${release()}`;
  }
}
