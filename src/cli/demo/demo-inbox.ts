import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { writeFileAtomically } from '../../kernel/files/write-atomically.ts';

/** A message as the demo's SMTP server received it. */
interface ReceivedMessage {
  readonly to: string;
  readonly bytes: Buffer;
}

/**
 * Starts an SMTP server on a free loopback port, with the address `url`. It keeps messages while it is
 * open. Rejects if there is no free loopback port.
 */
export async function openDemoInbox() {
  const messages: ReceivedMessage[] = [];
  const server = new SMTPServer({
    // Only the program that starts it connects to it.
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        for (const { address } of session.envelope.rcptTo) messages.push({ to: address, bytes });
        done();
      });
    },
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages: messages as readonly ReceivedMessage[],
    close: () => new Promise<void>((closed) => server.close(closed)),
  };
}

/**
 * Writes every message as `.eml`, its HTML part as a page and its text part as `.txt`, and a page that
 * lists them. Returns the path of that page. The sample site is not on the web: pictures below `url` are
 * read from the folder `root`.
 */
export async function keepMessages(
  folder: string,
  messages: readonly ReceivedMessage[],
  { url, root }: { readonly url: string; readonly root: string },
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const pictures = `src="${relative(folder, root).replaceAll('\\', '/')}/`;
  const rows: string[] = [];
  for (const { to, bytes } of messages) {
    const name = to.replace(/[^a-z0-9@.+-]/gi, '_');
    const { html = '', text = '', subject = '' } = await PostalMime.parse(bytes);
    const files = { html: html.replaceAll(`src="${url}`, pictures), txt: text, eml: bytes };
    for (const [ending, content] of Object.entries(files)) {
      writeFileAtomically(join(folder, `${name}.${ending}`), Buffer.from(content));
    }
    const link = (ending: string, label: string) => `<a href="${name}.${ending}">${label}</a>`;
    const links = `${link('html', 'HTML')} ${link('txt', 'text')} ${link('eml', 'message')}`;
    rows.push(`<tr><td>${name}</td><td>${escapeHtml(subject)}</td><td>${links}</td></tr>`);
  }
  const page = join(folder, 'index.html');
  writeFileAtomically(page, Buffer.from(pageOf(rows)));
  return page;
}

function pageOf(rows: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>What the demo's subscribers got</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid #8886; vertical-align: top; }
a { margin-right: .5rem; }
</style>
</head>
<body>
<h1>What the demo's subscribers got</h1>
<table>
<thead><tr><th>To</th><th>Subject</th><th>Open</th></tr></thead>
<tbody>
${rows.toSorted().join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
