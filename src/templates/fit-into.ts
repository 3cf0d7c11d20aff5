import type { Image } from '../posts/post.ts';

/** Width and height in CSS pixels, whole numbers of at least 1. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/**
 * The size of `image` inside a box. Keeps its proportions, and never enlarges it. If its size is
 * unknown, a 3:2 photograph is assumed: most mail programs correct the height when the picture
 * arrives, and reserve the room until then.
 */
export function fitInto(image: Pick<Image, 'width' | 'height'>, box: Box): Box {
  const known = image.width !== undefined && image.height !== undefined;
  const width = known && image.width > 0 ? image.width : 3000;
  const height = known && image.height > 0 ? image.height : 2000;
  const scale = Math.min(1, box.width / width, box.height / height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}
