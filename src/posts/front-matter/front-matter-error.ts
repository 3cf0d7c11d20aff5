/**
 * An error in a block of front matter. `line` and `column` count from 1 within the block. They are
 * absent if the parser does not report them. Only `readFrontMatter` catches it, and turns it into a
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
