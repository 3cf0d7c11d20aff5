type Rgb = readonly [number, number, number];

/**
 * Makes `color` (`#rrggbb`) darker or lighter, as little as needed, until text in it has a contrast
 * of at least `ratio` on `background` (`#rrggbb`). Hue and saturation stay the same. WCAG 2.2
 * §1.4.3 requires 4.5.
 */
export function readableColor(color: string, background: string, ratio = 4.5): string {
  const ground = parse(background);
  const step = luminance(ground) > 0.18 ? -0.01 : 0.01;
  const { hue, saturation, lightness } = toHsl(parse(color));
  for (let light = lightness; light >= 0 && light <= 1; light += step) {
    const candidate = light === lightness ? parse(color) : fromHsl(hue, saturation, light);
    if (contrast(candidate, ground) >= ratio) return format(candidate);
  }
  return step < 0 ? '#000000' : '#ffffff';
}

/** Contrast of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, *contrast ratio*). */
export function contrastRatio(a: string, b: string): number {
  return contrast(parse(a), parse(b));
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, *relative luminance*. */
function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** CSS Color 4 §7.1; hue in degrees, the others 0 to 1. */
function toHsl(color: Rgb): { hue: number; saturation: number; lightness: number } {
  const [red, green, blue] = color.map((channel) => channel / 255) as [number, number, number];
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  const lightness = most - range / 2;
  if (range === 0) return { hue: 0, saturation: 0, lightness };
  const saturation = range / (1 - Math.abs(2 * lightness - 1));
  const sixth =
    most === red
      ? (green - blue) / range
      : most === green
        ? (blue - red) / range + 2
        : (red - green) / range + 4;
  return { hue: (sixth * 60 + 360) % 360, saturation, lightness };
}

function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const place = (offset + hue / 30) % 12;
    const share = lightness - reach * Math.max(-1, Math.min(place - 3, 9 - place, 1));
    return Math.round(share * 255);
  };
  return [channel(0), channel(8), channel(4)];
}

function parse(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function format(color: Rgb): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
