import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkArguments } from '../../src/tools/invoke.ts';
import { schemaOf } from '../../src/tools/tool-spec.ts';

const parameters = z.object({
  orderNumber: z.string(),
  count: z.number().int().min(1).default(1),
  where: z.object({ town: z.string() }).optional(),
  items: z.array(z.object({ id: z.string() })).optional(),
});
const check = (text: string) => checkArguments(text, parameters, schemaOf(parameters));

describe('X5: rubbish from the model never reaches a tool', () => {
  it.each([
    ['no JSON', 'order B7', 'not valid JSON'],
    ['half of a JSON', '{"orderNumber":"B', 'not valid JSON'],
    ['a list', '["B7"]', 'one JSON object'],
    ['nothing at all', 'null', 'one JSON object'],
    ['a missing field', '{}', 'orderNumber is missing (it must be of type string)'],
    ['a wrong type', '{"orderNumber":7}', 'orderNumber: Invalid input: expected string, received number'],
    ['a number out of bounds', '{"orderNumber":"B7","count":0}', 'count: '],
    ['a wrong type further down', '{"orderNumber":"B7","where":{"town":1}}', 'where.town: '],
    [
      'a field it made up',
      '{"orderNumber":"B7","discount":9}',
      'there is no field "discount"; the fields are',
    ],
    ['one further down', '{"orderNumber":"B7","where":{"town":"Rye","zip":1}}', '"where.zip"'],
    ['one in a list', '{"orderNumber":"B7","items":[{"id":"1","x":1}]}', '"items[0].x"'],
    ['__proto__', '{"orderNumber":"B7","__proto__":{"isAdmin":true}}', 'not allowed'],
    [
      'constructor, further down',
      '{"orderNumber":"B7","where":{"town":"Rye","constructor":1}}',
      'not allowed',
    ],
    ['a thousand levels', `{"orderNumber":${'['.repeat(1000)}${']'.repeat(1000)}}`, 'too many levels'],
    ['a novel', `{"orderNumber":"${'x'.repeat(40_000)}"}`, 'too long'],
  ])('names what is wrong with %s', async (_what, text, words) => {
    const checked = await check(text);

    expect(checked).toMatchObject({ ok: false });
    expect(checked).toHaveProperty('problem', expect.stringContaining(words));
  });

  it('fills in what may be left out', async () => {
    expect(await check('{"orderNumber":"B7"}')).toEqual({ ok: true, args: { orderNumber: 'B7', count: 1 } });
  });

  it('takes no arguments at all for an empty object, as models write it', async () => {
    expect(await checkArguments('', z.object({}), schemaOf(z.object({})))).toEqual({ ok: true, args: {} });
  });

  it('lets unknown fields pass where the tool says it takes them', async () => {
    const open = z.looseObject({ a: z.string() });

    expect(await checkArguments('{"a":"1","b":2}', open, schemaOf(open))).toEqual({
      ok: true,
      args: { a: '1', b: 2 },
    });
  });
});

describe('the schema the model sees', () => {
  it('is the one zod exports, closed, with what may be left out optional', () => {
    expect(schemaOf(parameters)).toEqual({
      type: 'object',
      properties: {
        orderNumber: { type: 'string' },
        count: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 1 },
        where: {
          type: 'object',
          properties: { town: { type: 'string' } },
          required: ['town'],
          additionalProperties: false,
        },
        items: {
          type: 'array',
          items: {
            type: 'object',
            properties: { id: { type: 'string' } },
            required: ['id'],
            additionalProperties: false,
          },
        },
      },
      required: ['orderNumber'],
      additionalProperties: false,
    });
  });
});
