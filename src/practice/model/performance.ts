import type { Output } from './brain.ts';
import { remoteCall } from './remote-call.ts';
import { speak } from './speaking.ts';
import { textPieces } from './speech-pieces.ts';
import type { Stage, Step } from './stage.ts';
import { emptyMessage } from './stage.ts';

/**
 * How an output is given, event by event. The generator yields what to wait for before it goes on;
 * returned early, it still sends every `.done` that is owed, as a live server does when it is interrupted.
 */
export function perform(stage: Stage, output: Output, outputIndex: number): Generator<Step> {
  switch (output.type) {
    case 'speech':
      return speak(stage, output, outputIndex);
    case 'text':
      return write(stage, output.text, outputIndex);
    case 'call':
      return output.serverLabel === undefined
        ? call(stage, output, outputIndex)
        : remoteCall(stage, output, output.serverLabel, outputIndex);
  }
}

function* write(stage: Stage, text: string, outputIndex: number): Generator<Step> {
  const { context } = stage;
  const entry = stage.open(outputIndex, emptyMessage);
  const ids = stage.ids(entry, outputIndex);
  let written = '';
  context.send({ type: 'response.content_part.added', ...ids, part: { type: 'text', text: '' } });
  try {
    for (const delta of textPieces(text, context.misbehave.floodChars)) {
      written += delta;
      context.send({ type: 'response.output_text.delta', ...ids, delta });
      yield context.habits.pieceMs;
    }
  } finally {
    entry.item = stage.settled({
      id: entry.id,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: written }],
    });
    context.send({ type: 'response.output_text.done', ...ids, text: written });
    context.send({ type: 'response.content_part.done', ...ids, part: { type: 'text', text: written } });
    stage.close(entry, outputIndex);
  }
}

type Call = Extract<Output, { type: 'call' }>;

function* call(stage: Stage, { name, arguments: whole }: Call, outputIndex: number): Generator<Step> {
  const { context } = stage;
  const item = { type: 'function_call', name, call_id: context.ids.next('call') } as const;
  const entry = stage.open(outputIndex, (id) => ({ id, ...item, status: 'in_progress', arguments: '' }));
  const ids = {
    response_id: stage.responseId,
    item_id: entry.id,
    output_index: outputIndex,
    call_id: item.call_id,
  };
  let given = '';
  try {
    for (const delta of textPieces(whole, context.misbehave.floodChars)) {
      given += delta;
      context.send({ type: 'response.function_call_arguments.delta', ...ids, delta });
      yield context.habits.pieceMs;
    }
  } finally {
    entry.item = stage.settled({ id: entry.id, ...item, arguments: given });
    context.send({ type: 'response.function_call_arguments.done', ...ids, name, arguments: given });
    stage.close(entry, outputIndex);
  }
}
