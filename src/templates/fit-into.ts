import type { Image } from '../posts/post.ts';

/** Width and height in CSS pixels, whole numbers of at least 1. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/**
 * The size to show `image` at inside a box, its proportions kept and never enlarged. Where its
 * own size is not known, that of a 3:2 photograph is assumed: most mail programs mend the height
 * once the picture is there, and the room is kept until then.
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
