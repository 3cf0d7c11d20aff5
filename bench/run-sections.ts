import type { BenchRow, SectionRow } from './rows.ts';
import type { Bench, Section } from './sections.ts';

export interface SectionRun {
  readonly rows: readonly SectionRow[];
  /** Of each section that failed, its name and the reason. */
  readonly failures: readonly { readonly section: string; readonly reason: string }[];
}

/**
 * Runs sections one after the other, each loaded when its turn comes. One that fails keeps the rows
 * that it has, and the others run. `notice` gets a line about each when it ends.
 */
export async function runSections(
  sections: Readonly<Record<string, () => Promise<Section>>>,
  options: Omit<Bench, 'add'>,
  notice: (line: string) => void,
): Promise<SectionRun> {
  const rows: SectionRow[] = [];
  const failures: SectionRun['failures'][number][] = [];
  for (const [section, load] of Object.entries(sections)) {
    const begun = performance.now();
    const add = (row: BenchRow) => void rows.push({ section, ...row });
    try {
      await (await load())({ ...options, add });
    } catch (error) {
      failures.push({ section, reason: error instanceof Error ? error.message : String(error) });
    }
    notice(`${section}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  }
  return { rows, failures };
}
