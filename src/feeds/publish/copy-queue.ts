import { type Coding, compressCopy } from './compressed-copies.ts';

/**
 * Files read and compressed at the same time. Each needs some megabytes. A feed adds six (three
 * formats, two codings) and then lets the event loop run once. With a lower limit, files would wait
 * until the end, when no rendering runs beside them.
 */
const AT_ONCE = 8;

interface Order {
  readonly coding: Coding;
  /** Reads the bytes when their turn comes. */
  read(): Uint8Array;
  /** Receives the compressed bytes. */
  write(bytes: Uint8Array): void;
}

/** Compresses in the background, only a few files at a time, to keep memory use low. */
export class CopyQueue {
  readonly #waiting: Order[] = [];
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  add(order: Order): void {
    this.#waiting.push(order);
    this.#startNext();
  }

  /** Resolves when all is done. Rejects with the first failure. */
  async finish(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Starts nothing more. Results of running work are dropped. */
  stop(): void {
    this.#failure ??= { error: new Error('stopped') };
    this.#waiting.length = 0;
  }

  #startNext(): void {
    if (this.#running.size >= AT_ONCE || this.#failure !== undefined) return;
    const order = this.#waiting.shift();
    if (order === undefined) return;
    const run = this.#work(order).finally(() => {
      this.#running.delete(run);
      this.#startNext();
    });
    this.#running.add(run);
  }

  async #work({ coding, read, write }: Order): Promise<void> {
    try {
      const packed = await compressCopy(read(), coding);
      if (this.#failure === undefined) write(packed);
    } catch (error) {
      this.#failure ??= { error };
    }
  }
}
