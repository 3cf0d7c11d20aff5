import { benchBuild } from './bench-build.ts';

const [name, ...rest] = process.argv.slice(2);

switch (name) {
  case 'build':
    await benchBuild(rest.map(Number));
    break;
  default:
    process.stderr.write('usage: npm run bench -- build [COUNT ...]\n');
    process.exitCode = 64;
}
