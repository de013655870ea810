import { describe, expect, it } from 'vitest';
import { aSession } from './support/rig.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]);
const dataUrl = (type: string, bytes: Uint8Array) =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

function showing(image_url: unknown) {
  const rig = aSession();
  const content = [
    { type: 'input_text', text: 'This is it.' },
    { type: 'input_image', image_url },
  ];
  rig.send({
    type: 'conversation.item.create',
    event_id: 'c_1',
    item: { type: 'message', role: 'user', content },
  });
  return rig;
}

describe('a picture', () => {
  it.each([dataUrl('image/png', PNG), dataUrl('image/jpeg', JPEG), dataUrl('IMAGE/JPEG', JPEG)])(
    'is taken and shown again: %s',
    (image) => {
      const { last, of, session } = showing(image);

      expect(of('error')).toEqual([]);
      expect(last('conversation.item.done').item).toMatchObject({ content: [{}, { image_url: image }] });
      expect(session.entries).toHaveLength(1);
    },
  );

  it.each([
    ['https://example.com/cat.png', 'invalid_image_url'],
    ['nonsense', 'invalid_image_url'],
    ['data:image/png,abc', 'invalid_image_url'],
    [dataUrl('image/svg+xml', PNG), 'unsupported_image_media_type'],
    [dataUrl('image/webp', PNG), 'unsupported_image_media_type'],
    [dataUrl('', PNG), 'unsupported_image_media_type'],
    ['data:image/png;base64,*not base64*', 'invalid_base64_image'],
    ['data:image/png;base64,', 'empty_image_file'],
    [dataUrl('image/png', JPEG), 'image_parse_error'],
    [dataUrl('image/jpeg', Buffer.from('GIF89a')), 'image_parse_error'],
    [dataUrl('image/png', Buffer.concat([PNG, Buffer.alloc(11 * 1024 * 1024)])), 'image_file_too_large'],
  ])('is refused when it is none: %.60s', (image, code) => {
    const { last, session } = showing(image);

    expect(last('error').error).toMatchObject({ code, param: 'item.content[1].image_url', event_id: 'c_1' });
    expect(session.entries).toEqual([]);
  });
});
