/** A sample of Prometheus' text format, by its name with its labels: `up{a="b"}`. */
export interface Scrape {
  /** The sample's value; undefined where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** Kind by name, of everything that has a `# TYPE` line. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly samples: ReadonlyMap<string, number>;
}

/** Reads the text format (version 0.0.4), and throws at any line that is not of it. */
export function readMetrics(text: string): Scrape {
  const kinds = new Map<string, string>();
  const samples = new Map<string, number>();
  const helped = new Set<string>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, help] = /^# HELP ([a-zA-Z_:][\w:]*) .+$/.exec(line) ?? [];
    const [, typed, kind] =
      /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line) ?? [];
    const [, name, labels = '', value] =
      /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? ([-+]?(?:[\d.]+(?:e[-+]?\d+)?|Inf|NaN|Nan))$/.exec(
        line,
      ) ?? [];
    if (help !== undefined) helped.add(help);
    else if (typed !== undefined && kind !== undefined) kinds.set(typed, kind);
    else if (name !== undefined && value !== undefined) {
      if (samples.has(name + labels)) throw new Error(`twice: ${line}`);
      samples.set(name + labels, Number(value.replace('Inf', 'Infinity')));
    } else throw new Error(`not of the text format: ${line}`);
  }
  for (const name of kinds.keys()) if (!helped.has(name)) throw new Error(`${name} has no help`);
  const keyOf = (name: string, labels: Readonly<Record<string, string>>) => {
    const list = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return list.length === 0 ? name : `${name}{${list.join(',')}}`;
  };
  return { kinds, samples, value: (name, labels = {}) => samples.get(keyOf(name, labels)) };
}
