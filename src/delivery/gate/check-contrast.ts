import type { CheerioAPI } from 'cheerio/slim';
import culori from 'culori/require';
import type { GateFinding } from './finding.ts';
import { type ColorScheme, type ShownText, shownTexts } from './shown-texts.ts';

/** Too little for any text (WCAG 2.2 §1.4.3: the least for large text): it is an error. */
const LEAST = 3;
/** The least for text that is not large: less is a warning. */
const GOOD = 4.5;
/** WCAG 2.2, *large scale*: 18 pt, or 14 pt in bold. */
const LARGE_PX = 24;
const LARGE_BOLD_PX = 18.66;

/** Texts in two colours that are too much alike. */
interface WeakPair {
  readonly sample: ShownText;
  readonly ratio: number;
  readonly schemes: Set<ColorScheme>;
}

/** Finds text that cannot be read well on its background, in light or dark mode. */
export function checkContrast(document: CheerioAPI): readonly GateFinding[] {
  const pairs = new Map<string, WeakPair>();
  for (const scheme of ['light', 'dark'] as const) {
    for (const sample of shownTexts(document, scheme)) {
      if (sample.background === undefined) continue;
      const ratio = culori.wcagContrast(sample.color, sample.background);
      if (ratio >= (isLarge(sample) ? LEAST : GOOD)) continue;
      const key = `${sample.color} ${sample.background}`;
      const pair = pairs.get(key) ?? { sample, ratio, schemes: new Set() };
      pairs.set(key, pair);
      pair.schemes.add(scheme);
    }
  }
  const weak = [...pairs.values()].toSorted((one, other) => one.ratio - other.ratio);
  return [
    ...report(
      'error',
      weak.filter(({ ratio }) => ratio < LEAST),
    ),
    ...report(
      'warning',
      weak.filter(({ ratio }) => ratio >= LEAST),
    ),
  ];
}

function report(level: GateFinding['level'], weak: readonly WeakPair[]): readonly GateFinding[] {
  const [worst] = weak;
  if (worst === undefined) return [];
  const { sample, ratio, schemes } = worst;
  const mode = schemes.size > 1 ? 'both modes' : `${[...schemes].join()} mode`;
  const text = sample.text.length > 40 ? `${sample.text.slice(0, 40)}…` : sample.text;
  const more = weak.length - 1;
  const others = more === 0 ? '' : `, and ${more} more ${more === 1 ? 'pair' : 'pairs'} of colours`;
  const fact = `"${text}" has ${sample.color} on ${sample.background}, a contrast of ${ratio.toFixed(1)}, in ${mode}${others}`;
  const remedy = `text needs a contrast of ${GOOD}, large text ${LEAST}: change the colours of the template`;
  return [{ check: 'contrast', level, fact, remedy }];
}

function isLarge({ sizePx, isBold }: ShownText): boolean {
  return sizePx >= (isBold ? LARGE_BOLD_PX : LARGE_PX);
}
