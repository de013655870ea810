import type { Misbehaviour } from './misbehaviour.ts';
import type { ServerEvent } from './server-events.ts';

/** An event as the server at hand writes it: under its old name, or without some of its fields. */
export function asWritten(event: ServerEvent, { oldNames, withoutFields }: Misbehaviour): readonly object[] {
  const named = oldNames === true ? inOldNames(event) : [event];
  if (withoutFields === undefined) return named;
  return named.map((each) =>
    Object.fromEntries(Object.entries(each).filter(([field]) => !withoutFields.includes(field))),
  );
}

const OLD_NAMES: Readonly<Record<string, string>> = {
  'response.output_audio.delta': 'response.audio.delta',
  'response.output_audio.done': 'response.audio.done',
  'response.output_audio_transcript.delta': 'response.audio_transcript.delta',
  'response.output_audio_transcript.done': 'response.audio_transcript.done',
  'response.output_text.delta': 'response.text.delta',
  'response.output_text.done': 'response.text.done',
  'conversation.item.added': 'conversation.item.created',
};

const OLD_CONTENT: Readonly<Record<string, string>> = { output_audio: 'audio', output_text: 'text' };

function inOldNames(event: ServerEvent): readonly object[] {
  // An item was announced once, when it was there.
  if (event.type === 'conversation.item.done') return [];
  const type = OLD_NAMES[event.type] ?? event.type;
  if ('item' in event) return [{ ...event, type, item: inOldContent(event.item) }];
  if (!('response' in event)) return [{ ...event, type }];
  return [
    { ...event, type, response: { ...event.response, output: event.response.output.map(inOldContent) } },
  ];
}

function inOldContent(item: Extract<ServerEvent, { item: unknown }>['item']): object {
  if (item.type !== 'message') return item;
  const content = item.content.map((part) => ({ ...part, type: OLD_CONTENT[part.type ?? ''] ?? part.type }));
  return { ...item, content };
}
