// What Node's HTTP server does with nothing on top: bare-server.ts FOLDER serves the files of the
// folder and their compressed copies from memory, with an ETag, and says where.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const folder = process.argv[2] ?? '';
const files: ReadonlyMap<string, Buffer> = new Map(
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [`/${name}`, readFileSync(join(folder, name))] as const),
);

const server = createServer((request, response) => {
  const { url = '', headers } = request;
  const packed = headers['accept-encoding'] === 'gzip' ? files.get(`${url}.gz`) : undefined;
  const bytes = packed ?? files.get(url);
  if (bytes === undefined) {
    response.writeHead(404).end('not found');
    return;
  }
  const etag = `"${bytes.length}"`;
  if (headers['if-none-match'] === etag) {
    response.writeHead(304, { ETag: etag }).end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': 'application/rss+xml; charset=utf-8',
    'Content-Length': bytes.length,
    ...(packed === undefined ? {} : { 'Content-Encoding': 'gzip' }),
    ETag: etag,
  });
  response.end(bytes);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
process.once('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
