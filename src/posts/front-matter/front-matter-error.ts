/**
 * What is wrong in a block of front matter. `line` and `column` count from 1 within the block, and
 * are absent where the parser does not say. Only `readFrontMatter` sees it, and tells it as a
 * problem.
 */
export class FrontMatterError extends Error {
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(message: string, line?: number, column?: number) {
    super(message);
    this.name = 'FrontMatterError';
    this.line = line;
    this.column = column;
  }
}
