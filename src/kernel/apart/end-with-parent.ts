import { Socket } from 'node:net';

// A thread that kills its process when the process that started it is gone: then standard input ends.

new Socket({ fd: 0, readable: true, writable: false })
  .on('error', () => {})
  .on('close', () => process.kill(process.pid, 'SIGKILL'))
  .resume();
