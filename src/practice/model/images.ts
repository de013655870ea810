import { RequestError } from './request-error.ts';
import { fromBase64 } from './wire-audio.ts';

/** What a picture begins with. */
const SIGNATURES = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
} as const;

/** Nobody has documented the limit of a live server; a frame with a larger picture does not fit through a socket here. */
const MOST_IMAGE_BYTES = 10 * 1024 * 1024;

/** Refuses what is no picture, in the codes that the vendor has for it: a base64 data URL of a PNG or a JPEG is one. */
export function checkImage(url: string, param: string): void {
  const refuse = (code: string, message: string) =>
    new RequestError(code, `Invalid '${param}'. ${message}`, param);
  const found = /^data:([^;,]*)(;[^,]*)?,/i.exec(url);
  if (found === null || found[2]?.toLowerCase() !== ';base64')
    throw refuse(
      'invalid_image_url',
      "Expected a base64-encoded data URL such as 'data:image/png;base64,...'.",
    );
  const [head, mediaType = ''] = found;
  const signature = signatureOf(mediaType.toLowerCase());
  if (signature === null)
    throw refuse(
      'unsupported_image_media_type',
      `Expected an image of the type 'image/png' or 'image/jpeg', got '${mediaType.slice(0, 100)}'.`,
    );
  const bytes = fromBase64(url.slice(head.length));
  if (bytes === null) throw refuse('invalid_base64_image', 'The image is not valid base64.');
  if (bytes.length === 0) throw refuse('empty_image_file', 'The image is empty.');
  if (bytes.length > MOST_IMAGE_BYTES)
    throw refuse('image_file_too_large', `Expected at most ${MOST_IMAGE_BYTES} bytes, got ${bytes.length}.`);
  if (!signature.every((byte, at) => bytes[at] === byte))
    throw refuse('image_parse_error', `The image is not a valid ${mediaType}.`);
}

function signatureOf(mediaType: string): readonly number[] | null {
  if (mediaType === 'image/jpg') return SIGNATURES['image/jpeg'];
  return mediaType === 'image/png' || mediaType === 'image/jpeg' ? SIGNATURES[mediaType] : null;
}
